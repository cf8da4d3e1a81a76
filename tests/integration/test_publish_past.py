"""Putting past months on the web: dated then, mailed to nobody, and mailed later only if a person says so."""

import datetime as dt
import threading
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import MONTH, add_people, make_project, make_ready, opened, people, write_articles

from digest.bootstrap import Digest
from digest.bootstrap.demo import run_demo
from digest.delivery.next_step import Step, next_step
from digest.errors import Conflict, NotFound
from digest.months import Month
from digest.pipeline.campaign.plan import plan
from digest.pipeline.campaign.status import status
from digest.pipeline.issue.approve import approve
from digest.pipeline.issue.assemble import assemble
from digest.pipeline.issue.publish import Withdrawing
from digest.pipeline.issue.publish_past import PastIssue, moment_of, publish_past
from digest.pipeline.issue.published import on_the_web
from digest.pipeline.upkeep.calendar import Calendar
from digest.storage import issues, publications, withdrawals

PAST = Month(2013, 5)
MONTREAL = ZoneInfo("America/Toronto")
MANY = tuple(f"study-{number}" for number in range(40))  # more than an edition's mask has bits


@pytest.fixture
def digest(tmp_path: Path, database_url: str) -> Digest:
    made = make_project(tmp_path, database_url)
    write_articles(tmp_path, ("empathy", "training"), PAST)
    return made


def publish(digest: Digest, month: Month = PAST, **options: object) -> PastIssue:
    return publish_past(digest.database, digest.workshop, month, MONTREAL, **options)


def article(digest: Digest, name: str, month: Month = PAST) -> Path:
    return digest.articles_folder / str(month) / f"about-{name}.md"


def step(digest: Digest, month: Month = PAST) -> tuple[Step, str]:
    following = next_step(status(digest.database, month, digest.outlook).facts)
    return following.step, following.advice


def test_month_appears_as_of_its_first_day_and_nobody_is_mailed(digest: Digest):
    done = publish(digest)

    with digest.database.read() as connection:
        page = issues.published_one(connection, PAST)
        assert issues.verify(connection, done.issue_hash), "the frozen bytes have their hash"
        assert issues.editions(connection, done.issue_hash) == []
    assert page is not None
    assert page.published_at == dt.datetime(2013, 5, 1, 16, tzinfo=dt.UTC)
    assert [one.slug for one in page.document.articles] == ["about-empathy", "about-training"]
    assert (done.changed, done.articles) == (True, 2)
    assert status(digest.database, PAST).state == "published"
    assert on_the_web(digest.database) == {PAST: False}


def test_publishing_again_changes_nothing(digest: Digest):
    first = publish(digest)
    with digest.database.read() as connection:
        version = issues.archive_version(connection)

    again = publish(digest)

    with digest.database.read() as connection:
        assert issues.archive_version(connection) == version
        assert len(publications.of_month(connection, PAST)) == 1
    assert (again.changed, again.issue_hash, again.published_at) == (False, first.issue_hash, first.published_at)


def test_changed_file_corrects_the_page_and_keeps_its_day(digest: Digest):
    first = publish(digest)
    file = article(digest, "empathy")
    file.write_text(file.read_text().replace("The body", "The corrected body"))

    assert "corrects the page" in step(digest)[1]
    again = publish(digest)

    assert again.changed
    assert again.published_at == first.published_at
    with digest.database.read() as connection:
        page = issues.published_one(connection, PAST)
        assert page is not None
        assert "The corrected body" in page.document.articles[0].html
        assert [one.issue_hash for one in publications.of_month(connection, PAST)] == [
            first.issue_hash,
            again.issue_hash,
        ]


def test_day_can_be_given_and_corrected(digest: Digest):
    assert publish(digest, day=dt.date(2013, 5, 17)).published_at.date() == dt.date(2013, 5, 17)
    assert publish(digest).published_at.date() == dt.date(2013, 5, 17), "it stays"

    moved = publish(digest, day=dt.date(2013, 5, 18))

    assert moved.changed
    assert moved.published_at.date() == dt.date(2013, 5, 18)


@pytest.mark.parametrize(("month", "day"), [(Month(2999, 1), None), (PAST, dt.date(2999, 1, 1))])
def test_nothing_appears_in_the_future(digest: Digest, month: Month, day: dt.date | None):
    write_articles(digest.folder, ("empathy",), month)

    with pytest.raises(Conflict, match=r"has not (begun|come) yet"):
        publish(digest, month, day=day)


def test_month_may_have_any_number_of_articles(digest: Digest):
    write_articles(digest.folder, MANY, PAST.shift(1))
    for file in (digest.articles_folder / str(PAST.shift(1))).iterdir():
        file.write_text(file.read_text().replace("topics: [study-", "topics: [empathy] # ["))

    done = publish(digest, PAST.shift(1))

    assert done.articles == len(MANY)
    assert "too-many-articles" not in {finding.code for finding in done.findings}


def test_error_that_a_reader_does_not_see_is_a_warning(digest: Digest):
    file = article(digest, "empathy")
    file.write_text(file.read_text().replace("topics: [empathy]", "topics: []").replace("body", "[body](http://x.org)"))

    done = publish(digest)

    assert {finding.code for finding in done.findings} >= {"no-topic", "insecure-link"}
    assert {finding.severity for finding in done.findings} == {"warning"}


def test_what_cannot_be_shown_is_refused_with_its_place(digest: Digest):
    file = article(digest, "empathy")
    file.write_text("---\ntitle: [\n---\n")

    with pytest.raises(Conflict, match=r"2013-05 can't be published:\n  articles/2013-05/about-empathy.md:\d"):
        publish(digest)
    with pytest.raises(Conflict, match="no-article"):
        publish(digest, PAST.shift(3))
    assert on_the_web(digest.database) == {}


def test_month_with_a_campaign_is_refused(digest: Digest):
    make_ready(digest)
    plan(digest.database, digest.workshop, MONTH, digest.sending)

    with pytest.raises(Conflict, match="2026-11 has a campaign"):
        publish(digest, MONTH)


def test_what_is_approved_stays_approved_and_is_what_the_web_shows(digest: Digest):
    frozen = assemble(digest.database, digest.workshop, PAST)
    approve(digest.database, digest.workshop, PAST)

    done = publish(digest)

    assert done.issue_hash == frozen.issue_hash
    assert status(digest.database, PAST).state == "approved"


def test_published_month_is_assembled_before_it_is_mailed_and_only_if_somebody_says_so(digest: Digest):
    add_people(digest, people(8))
    publish(digest)
    refused = (
        "2013-05 was published on the web on 2013-05-01 without mailing; to mail it, run `digest assemble 2013-05`"
    )
    assert step(digest)[0] is Step.ASSEMBLE
    with pytest.raises(Conflict, match=refused):
        approve(digest.database, digest.workshop, PAST)
    with pytest.raises(Conflict, match=refused):
        plan(digest.database, digest.workshop, PAST, digest.sending, although_published=True)

    assemble(digest.database, digest.workshop, PAST)
    approve(digest.database, digest.workshop, PAST)
    assert step(digest)[0] is Step.SEND
    with pytest.raises(Conflict, match="add --published"):
        plan(digest.database, digest.workshop, PAST, digest.sending)
    campaign = plan(digest.database, digest.workshop, PAST, digest.sending, although_published=True)

    assert campaign.planned == 8
    with digest.database.read() as connection:
        row = issues.find(connection, PAST)
    assert row is not None
    assert row.published_at is not None
    assert row.published_at.date() == dt.date(2013, 5, 1), "its day stays"


def test_calendar_mails_nothing_that_was_only_published(digest: Digest):
    now = dt.datetime.now(dt.UTC)
    month = Month.of(now.astimezone(digest.schedule.timezone).date())
    write_articles(digest.folder, ("empathy", "training"), month)
    publish(digest, month)
    assemble(digest.database, digest.workshop, month)
    approve(digest.database, digest.workshop, month)

    Calendar(digest.database, digest.workshop, digest.sending, digest.schedule).tick()

    assert status(digest.database, month).state == "approved"
    assert on_the_web(digest.database) == {month: False}


def test_article_that_was_published_is_not_lost(digest: Digest):
    publish(digest)
    article(digest, "empathy").unlink()

    with pytest.raises(Conflict, match="digest publish 2013-05 --withdraw about-empathy"):
        publish(digest)
    with pytest.raises(NotFound, match="no article another"):
        publish(digest, withdrawing=Withdrawing(("another",), {"": "Wrong."}))
    done = publish(digest, withdrawing=Withdrawing(("about-empathy",), {"": "It was retracted."}))

    assert [one.slug for one in done.withdrawn] == ["about-empathy"]
    with digest.database.read() as connection:
        assert [one.slug for one in withdrawals.of_month(connection, PAST)] == ["about-empathy"]
    assemble(digest.database, digest.workshop, PAST)
    with pytest.raises(Conflict, match="`digest publish 2013-05` takes --withdraw"):
        approve(digest.database, digest.workshop, PAST, Withdrawing(("about-empathy",), {"": "It was retracted."}))


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
    st.sampled_from(["America/Toronto", "Europe/Paris", "Pacific/Auckland", "Pacific/Kiritimati", "Etc/GMT+12"]),
)
def test_every_page_and_feed_says_the_same_day(day: dt.date, zone: str):
    moment = moment_of(day, ZoneInfo(zone))

    assert moment.astimezone(dt.UTC).date() == day
    assert moment.astimezone(ZoneInfo(zone)).date() == day


def test_demo_fills_the_archive_and_says_where_to_look(tmp_path: Path):
    lines: list[str] = []

    run_demo(tmp_path / "demo", lines.append)

    said = "\n".join(lines)
    assert "earlier months with 27 articles are on the web, without any mail" in said
    assert "/2026/ there, and /search?q=empathy" in said
    digest = opened(tmp_path / "demo")
    assert Counter(on_the_web(digest.database).values()) == {False: 11, True: 1}


def test_sender_that_waited_for_another_one_joins_its_campaign(tmp_path: Path, database_url: str):
    """The first publishes the issue with its campaign: for the second, that is no issue published without mailing."""
    digest = make_ready(make_project(tmp_path, database_url), 3)
    planned, go_on, found = threading.Event(), threading.Event(), []

    def wait(_connection: object, _now: object) -> None:
        planned.set()
        assert go_on.wait(30)

    def send(**options: object) -> None:
        found.append(plan(digest.database, digest.workshop, MONTH, digest.sending, **options).id)

    first = threading.Thread(target=send, kwargs={"also": wait})
    first.start()
    assert planned.wait(30)
    second = threading.Thread(target=send)
    second.start()
    second.join(0.5)  # long enough to come as far as the lock
    go_on.set()
    first.join()
    second.join()

    assert len(found) == 2
    assert len(set(found)) == 1
