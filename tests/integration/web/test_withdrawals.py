"""Articles that were mailed and leave their issue: their permalinks answer with 200 or 410, never with 404."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest
from factories import NOON
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services.site import NOVEMBER, frozen_november, make_site
from starlette.testclient import TestClient
from storage_samples import make_frozen

from digest.errors import Conflict, NotFound
from digest.months import Month
from digest.pipeline.issue.approve import record_approval
from digest.pipeline.issue.publish import Withdrawing
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns
from digest.web.app import create_site

REASON = {"en": "The study was retracted.", "fr": "L’étude a été rétractée."}
SLUGS = ("study-0", "study-1", "study-2", "study-3")
STEP = st.tuples(st.sets(st.sampled_from(SLUGS), min_size=1), st.sets(st.sampled_from(SLUGS)), st.booleans())
MONTHS = (Month(1990, 1).shift(number) for number in count())  # one for each example


def issue_of(slugs: set[str], month: Month):
    """A frozen issue that has these articles."""
    whole = make_frozen(*[("empathy",)] * len(SLUGS), month=month)
    document = replace(
        whole.document, articles=tuple(article for article in whole.document.articles if article.slug in slugs)
    )
    return replace(whole, document=document, editions=())


def begin(database: Database, slugs: set[str], month: Month) -> None:
    """Send the issue to nobody."""
    frozen = issue_of(slugs, month)
    with database.write() as connection:
        issues.save(connection, frozen, NOON)
        record_approval(connection, month, frozen.hash, NOON)
        campaigns.plan(connection, month, frozen.hash, batch_size=1, languages=("en", "fr"), now=NOON)
        record_approval(connection, month, frozen.hash, NOON)


def correct(database: Database, slugs: set[str], month: Month, *withdrawn: str) -> bool:
    """Assemble the issue with *slugs* and approve it; whether that was allowed."""
    frozen = issue_of(slugs, month)
    with database.write() as connection:
        issues.save(connection, frozen, NOON)
    try:
        with database.write() as connection:
            record_approval(connection, month, frozen.hash, NOON, Withdrawing(withdrawn, REASON))
    except (Conflict, NotFound):
        return False
    return True


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.sets(st.sampled_from(SLUGS), min_size=1), steps=st.lists(STEP, max_size=6))
def test_permalink_that_was_ever_public_answers_for_good(database: Database, first: set[str], steps: list):
    client, month = TestClient(create_site(make_site(database))), next(MONTHS)
    begin(database, first, month)
    public, shown = set(first), set(first)

    for slugs, withdrawn, names_all_that_is_lost in steps:
        chosen = public - slugs if names_all_that_is_lost else withdrawn
        if correct(database, slugs, month, *sorted(chosen)):
            public, shown = public | slugs, slugs
        answers = {slug: client.get(f"/{month}/{slug}").status_code for slug in SLUGS}
        assert answers == {slug: 200 if slug in shown else 410 if slug in public else 404 for slug in SLUGS}, (
            "the last one was never mailed"
        )


@pytest.fixture
def gone(database: Database, client: TestClient) -> Callable[[], TestClient]:
    """The article "alliance" of November, mailed and withdrawn late in the evening in Toronto."""
    frozen = frozen_november()
    rest = replace(frozen, document=replace(frozen.document, articles=frozen.document.articles[1:]), editions=())
    with database.write() as connection:
        record_approval(connection, NOVEMBER, frozen.hash, NOON)
        campaigns.plan(connection, NOVEMBER, frozen.hash, batch_size=1, languages=("en", "fr"), now=NOON)
        issues.save(connection, rest, NOON)
        late = dt.datetime(2026, 11, 25, 3, 0, tzinfo=dt.UTC)
        record_approval(connection, NOVEMBER, rest.hash, late, Withdrawing(("alliance",), REASON))
    return client


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Withdrawn", "This article was withdrawn on November 25, 2026.", "The study was retracted.")),
        ("fr", ("Retiré", "Cet article a été retiré le 25 novembre 2026.", "L’étude a été rétractée.")),
    ],
)
def test_withdrawn_article_says_when_and_why_in_the_language_of_the_reader(gone, language: str, said: tuple[str, ...]):
    answer = gone.get(f"/2026-11/alliance/?lang={language}")

    assert answer.status_code == 410
    assert all(words in answer.text for words in said)
    assert "Therapists shape the alliance &lt;more&gt; than patients do" in answer.text
    assert "The first paragraph of the body." not in answer.text


def test_day_of_a_withdrawal_is_that_of_the_newsletters_time_zone(gone, site):
    toronto = replace(site, timezone=dt.timezone(dt.timedelta(hours=-5)))

    page = TestClient(create_site(toronto)).get("/2026-11/alliance/?lang=en")

    assert "withdrawn on November 24, 2026." in page.text


def test_issue_page_names_what_was_withdrawn(gone):
    page = gone.get("/2026-11/?lang=en").text

    assert '<a href="/2026-11/alliance/?lang=en">Therapists shape the alliance' in page
    assert "Withdrawn on November 25, 2026" in page


def test_withdrawn_article_that_a_browser_has_is_still_gone(gone):
    first = gone.get("/2026-11/alliance/")
    again = gone.get("/2026-11/alliance/", headers={"If-None-Match": first.headers["etag"]})

    assert again.status_code == 410


def test_reason_in_another_language_is_marked(database: Database, gone):
    with database.write() as connection:
        row = issues.find(connection, NOVEMBER)
        record_approval(connection, NOVEMBER, row.issue_hash, NOON, Withdrawing(("alliance",), {"fr": "Rétractée."}))

    assert '<span lang="fr" dir="ltr">Rétractée.</span>' in gone.get("/2026-11/alliance/?lang=en").text


@pytest.mark.parametrize(
    ("withdrawing", "said"),
    [
        (Withdrawing(), "2026-11 no longer has empathie"),
        (Withdrawing(("empathie",)), "--withdraw needs --reason"),
        (Withdrawing(("empathie",), {"": "Two\nlines"}), "the reason has"),
        (Withdrawing(("alliance",), REASON), "alliance is still part of 2026-11"),
        (Withdrawing(("empathie", "nothing"), REASON), "no article nothing of 2026-11 was published"),
    ],
)
def test_what_would_lose_a_permalink_or_say_nothing_is_refused(database: Database, withdrawing: Withdrawing, said: str):
    frozen = frozen_november()
    rest = replace(frozen, document=replace(frozen.document, articles=frozen.document.articles[:1]), editions=())
    with database.write() as connection:
        campaigns.plan(connection, NOVEMBER, frozen.hash, batch_size=1, languages=("en", "fr"), now=NOON)
        issues.save(connection, rest, NOON)

    with pytest.raises((Conflict, NotFound), match=said), database.write() as connection:
        record_approval(connection, NOVEMBER, rest.hash, NOON, withdrawing)


def test_issue_that_was_not_sent_has_nothing_to_withdraw(database: Database):
    frozen = issue_of({"study-0"}, NOVEMBER.shift(2))
    with database.write() as connection:
        issues.save(connection, frozen, NOON)

    with pytest.raises(Conflict, match="nothing of 2027-01 was sent"), database.write() as connection:
        record_approval(connection, NOVEMBER.shift(2), frozen.hash, NOON, Withdrawing(("study-1",), REASON))
