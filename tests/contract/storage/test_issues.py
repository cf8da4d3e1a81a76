import datetime as dt
import json
from dataclasses import replace

import pytest
from factories import NOON, NOVEMBER
from sqlalchemy import Connection, select, update
from storage_samples import make_frozen

from digest.content.article import Study
from digest.errors import Conflict, NotFound
from digest.issue.edition import EditionKey
from digest.issue.issue import IssueState
from digest.storage import issues
from digest.storage.tables import issues as tables

LATER = NOON + dt.timedelta(days=1)
DECEMBER = NOVEMBER.shift(1)
FIRST = make_frozen(["empathy"], ["training", "empathy"])
SECOND = make_frozen(["empathy"], word="second")


def test_saved_issue_waits_for_approval(connection):
    assert issues.find(connection, NOVEMBER) is None
    assert issues.save(connection, FIRST, NOON)

    row = issues.find(connection, NOVEMBER)
    assert (row.state, row.issue_hash, row.source_hash) == (IssueState.ASSEMBLED, FIRST.hash, FIRST.source_hash)
    assert (row.assembled_at, row.approved_at, row.published_at) == (NOON, None, None)


def test_saving_the_same_bytes_again_keeps_their_approval(connection):
    issues.save(connection, FIRST, NOON)
    issues.approve(connection, NOVEMBER, FIRST.hash, NOON)

    assert not issues.save(connection, FIRST, LATER)
    assert issues.find(connection, NOVEMBER).state is IssueState.APPROVED


def test_other_bytes_need_a_new_approval(connection):
    issues.save(connection, FIRST, NOON)
    issues.approve(connection, NOVEMBER, FIRST.hash, NOON)

    assert issues.save(connection, SECOND, LATER)
    row = issues.find(connection, NOVEMBER)
    assert (row.state, row.issue_hash, row.approved_at) == (IssueState.ASSEMBLED, SECOND.hash, None)


def test_going_back_to_earlier_bytes_needs_a_new_approval(connection):
    issues.save(connection, FIRST, NOON)
    issues.approve(connection, NOVEMBER, FIRST.hash, NOON)
    issues.save(connection, SECOND, NOON)

    assert issues.save(connection, FIRST, LATER)
    assert issues.find(connection, NOVEMBER).state is IssueState.ASSEMBLED


def test_approving_again_keeps_the_first_time(connection):
    issues.save(connection, FIRST, NOON)
    issues.approve(connection, NOVEMBER, FIRST.hash, NOON)
    issues.approve(connection, NOVEMBER, FIRST.hash, LATER)

    assert issues.find(connection, NOVEMBER).approved_at == NOON


def test_bytes_that_were_replaced_cannot_be_approved(connection):
    issues.save(connection, FIRST, NOON)
    issues.save(connection, SECOND, NOON)

    with pytest.raises(Conflict, match="assembled again"):
        issues.approve(connection, NOVEMBER, FIRST.hash, NOON)


def test_what_is_not_assembled_cannot_be_approved_or_published(connection):
    issues.save(connection, FIRST, NOON)

    with pytest.raises(NotFound, match="digest assemble 2026-12"):
        issues.approve(connection, DECEMBER, FIRST.hash, NOON)
    with pytest.raises(NotFound, match="digest assemble 2026-12"):
        issues.publish(connection, DECEMBER, FIRST.hash, NOON)
    with pytest.raises(NotFound):
        issues.publish(connection, NOVEMBER, SECOND.hash, NOON)


def test_frozen_issue_comes_back_byte_for_byte(connection):
    issues.save(connection, FIRST, NOON)

    assert issues.document(connection, FIRST.hash) == FIRST.document
    assert issues.editions(connection, FIRST.hash) == list(FIRST.editions)
    assert issues.edition(connection, FIRST.hash, EditionKey("fr", 3)) == FIRST.editions[5]
    assert issues.verify(connection, FIRST.hash)


def test_document_of_an_older_version_shows_its_notices_in_every_language(connection):
    issues.save(connection, FIRST, NOON)
    table = tables.frozen_issue
    stored = json.loads(connection.execute(select(table.c.document)).scalar_one())
    for notice in stored["notices"]:
        del notice["languages"]
    connection.execute(update(table).values(document=json.dumps(stored)))

    assert [notice.languages for notice in issues.document(connection, FIRST.hash).notices] == [()]


@pytest.mark.parametrize("column", ["subject", "preheader", "html", "text", "nonce"])
def test_any_changed_byte_of_an_edition_is_noticed(connection, column):
    issues.save(connection, FIRST, NOON)
    table = tables.edition
    connection.execute(update(table).where(table.c.language == "fr", table.c.mask == 1).values({column: "else"}))

    assert not issues.verify(connection, FIRST.hash)


def test_lost_edition_is_noticed(connection):
    issues.save(connection, FIRST, NOON)
    connection.execute(tables.edition.delete().where(tables.edition.c.mask == 1))

    assert not issues.verify(connection, FIRST.hash)


def test_what_is_not_there_is_not_found(connection):
    with pytest.raises(NotFound):
        issues.document(connection, "nothing")
    with pytest.raises(NotFound):
        issues.edition(connection, "nothing", EditionKey("en", 1))
    with pytest.raises(NotFound):
        issues.verify(connection, "nothing")

    assert issues.editions(connection, "nothing") == []
    assert issues.published_one(connection, NOVEMBER) is None


def test_published_issues_are_listed_newest_first(connection):
    december = make_frozen(month=DECEMBER)
    for frozen in (FIRST, december):
        issues.save(connection, frozen, NOON)
        issues.publish(connection, frozen.month, frozen.hash, NOON)
    issues.save(connection, make_frozen(month=DECEMBER.shift(1)), NOON)

    assert [one.month for one in issues.published(connection)] == [DECEMBER, NOVEMBER]
    assert [row.month for row in issues.months(connection)] == [DECEMBER.shift(1), DECEMBER, NOVEMBER]
    assert issues.published_one(connection, NOVEMBER).document == FIRST.document


def test_correction_replaces_the_page_and_keeps_its_date(connection):
    for frozen, when in ((FIRST, NOON), (SECOND, LATER)):
        issues.save(connection, frozen, when)
        issues.publish(connection, NOVEMBER, frozen.hash, when)

    page = issues.published_one(connection, NOVEMBER)
    assert (page.issue_hash, page.published_at) == (SECOND.hash, NOON)


def test_page_stays_as_published_until_a_correction_is_published(connection):
    issues.save(connection, FIRST, NOON)
    issues.publish(connection, NOVEMBER, FIRST.hash, NOON)
    issues.save(connection, SECOND, LATER)

    assert issues.published_one(connection, NOVEMBER).issue_hash == FIRST.hash


def test_study_of_an_article_is_kept(connection: Connection):
    study = Study("T", ("Lee, A.", "Roy, B."), 2021, n=1025, k=12, effect="d = 0.45", preregistered=False)
    document = FIRST.document
    frozen = replace(FIRST, document=replace(document, articles=(replace(document.articles[0], study=study),)))
    issues.save(connection, frozen, NOON)

    assert issues.document(connection, frozen.hash).articles[0].study == study
    assert issues.verify(connection, frozen.hash)


def test_issue_frozen_before_studies_were_kept_has_the_same_hash():
    assert make_frozen().hash == "bc4a0c0e4d25f26ea886c844b26b0173bfda73b57d2965668b12f7b169ad849d"
