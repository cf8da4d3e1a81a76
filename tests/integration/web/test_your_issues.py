"""The private page with what a subscriber received."""

import datetime as dt
import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from archive_samples import publish, web_article
from factories import NOON
from starlette.testclient import TestClient
from storage_samples import claim_next, make_frozen

from digest.issue.issue import FrozenIssue
from digest.issue.withdrawal import EVERY, Withdrawal
from digest.months import Month
from digest.storage import erasure, issues, withdrawals
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, results
from digest.storage.people import subscribers
from digest.subscribers.subscriber import NoMatch, Preferences
from digest.tokens import LIFETIMES, Purpose

APRIL, MAY, JUNE = Month(2026, 4), Month(2026, 5), Month(2026, 6)
Link = Callable[..., str]


def send(database: Database, frozen: FrozenIssue) -> None:
    """Publish an issue, and hand it over to everybody."""
    with database.write() as connection:
        issues.save(connection, frozen, NOON)
        issues.publish(connection, frozen.month, frozen.hash, NOON)
        campaign = campaigns.plan(
            connection, frozen.month, frozen.hash, batch_size=10, languages=("en", "fr"), now=NOON
        )
        while (claim := claim_next(connection, campaign)) is not None:
            results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON)
        campaigns.finish_if_done(connection, campaign.id, NOON)


@pytest.fixture
def path(database: Database, reader: int, link: Link) -> str:
    """The page of Ann, who received one of two articles in May, and both in June."""
    for month, topics in ((MAY, frozenset({"training"})), (JUNE, frozenset())):
        with database.write() as connection:
            chosen = Preferences(topics, "fr", NoMatch.NOTHING)
            subscribers.save_preferences(connection, reader, chosen, "Ann Lee")
        send(database, make_frozen(("empathy",), ("training",), month=month))
    with database.write() as connection:
        publish(connection, APRIL, web_article("study-of-others"))
    return f"/your-issues/{link(Purpose.YOUR_ISSUES, reader)}"


def shown(client: TestClient, path: str, query: str = "") -> str:
    """The page, in English."""
    answer = client.get(f"{path}?lang=en{query}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


def links(page: str) -> list[str]:
    """The articles that a page lists."""
    return re.findall(r'<a href="/(2026-\d\d/[^/?"]+)/', page)


def test_issues_are_listed_with_the_articles_that_were_received(client: TestClient, path: str):
    page = shown(client, path)

    assert links(page) == ["2026-06/study-0", "2026-06/study-1", "2026-05/study-1"]
    assert "Sent to you on November 10, 2026" in page
    assert "24 months" in page


def test_page_is_private(client: TestClient, path: str):
    answer = client.get(path)

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"
    assert "ann.lee" not in answer.text
    assert f"Disallow: {path.rpartition('/')[0]}/" in client.get("/robots.txt").text


def test_page_is_in_the_language_of_its_reader(client: TestClient, path: str):
    assert "<h1>Vos numéros</h1>" in client.get(path, headers={"Accept-Language": "en"}).text


def test_search_finds_only_what_was_received(client: TestClient, path: str):
    page = shown(client, path, "&q=study&order=issue")

    assert "study-of-others" in client.get("/search?q=study").text
    assert set(links(page)) == {"2026-06/study-0", "2026-06/study-1", "2026-05/study-1"}
    assert "3 articles" in page
    assert "/search." not in page


def test_filters_count_only_what_was_received_and_stay_on_the_page(client: TestClient, path: str):
    page = shown(client, path, "&q=study&topic=training")

    assert links(page) == ["2026-06/study-1", "2026-05/study-1"]
    assert f'href="{path}?q=study&lang=en"' in page
    assert re.search(r'value="empathy">\s*<span><span>Empathy</span> <span class="count">1</span>', page)


def test_fields_that_were_left_empty_leave_the_address(client: TestClient, path: str):
    answer = client.get(f"{path}?q=study&from=&order=relevance")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?q=study")
    assert answer.headers["cache-control"] == "no-store"


def test_withdrawn_article_is_shown_as_withdrawn(client: TestClient, database: Database, path: str):
    whole = make_frozen(("empathy",), ("training",), month=JUNE)
    left = replace(whole, document=replace(whole.document, articles=whole.document.articles[:1]), editions=())
    with database.write() as connection:
        withdrawals.save(connection, Withdrawal(JUNE, "study-1", "Study 1", "en", {EVERY: "Retracted."}, NOON))
        issues.save(connection, left, NOON)
        issues.publish(connection, JUNE, left.hash, NOON)
    page = shown(client, path)

    assert links(page) == ["2026-06/study-0", "2026-06/study-1", "2026-05/study-1"]
    assert page.count("Withdrawn on November 10, 2026") == 1
    assert links(shown(client, path, "&q=study&order=issue")) == ["2026-06/study-0", "2026-05/study-1"]


def test_deliveries_older_than_the_retention_are_gone(client: TestClient, database: Database, path: str):
    with database.write() as connection:
        erasure.forget_recipients(connection, NOON + dt.timedelta(days=1))

    page = shown(client, path)
    assert links(page) == []
    assert "We haven’t sent you an issue yet." in page


def test_preference_page_leads_here_for_as_long_as_its_own_link_works(
    client: TestClient, clock, reader: int, path: str, link: Link
):
    page = client.get(f"/preferences/{link(Purpose.PREFERENCES, reader, seconds=7200)}?lang=en").text
    found = re.search(r'href="(/your-issues/[^"]+)"', page)
    assert found is not None

    assert client.get(found[1]).status_code == 200
    clock.forward(seconds=7201)
    assert client.get(found[1]).status_code == 410


@pytest.mark.parametrize("purpose", [one for one in Purpose if one is not Purpose.YOUR_ISSUES])
def test_link_for_something_else_opens_nothing(client: TestClient, reader: int, link: Link, purpose: Purpose):
    assert client.get(f"/your-issues/{link(purpose, reader)}").status_code == 400
    assert client.get(f"/preferences/{link(Purpose.YOUR_ISSUES, reader)}").status_code == 400


def test_expired_link_offers_a_new_one(client: TestClient, reader: int, link: Link):
    answer = client.get(f"/your-issues/{link(Purpose.YOUR_ISSUES, reader, seconds=-1)}?lang=en")

    assert answer.status_code == 410
    assert "Send me my link" in answer.text


def test_link_from_before_a_change_of_address_opens_nothing(
    client: TestClient, database: Database, clock, reader: int, link: Link
):
    seconds = int(LIFETIMES[Purpose.YOUR_ISSUES].total_seconds())
    before = link(Purpose.YOUR_ISSUES, reader, seconds=seconds)
    clock.forward(minutes=1)
    with database.write() as connection:
        subscribers.set_address(connection, reader, "new@example.org", "hash of new", now=clock.now)
    clock.forward(minutes=1)

    assert client.get(f"/your-issues/{before}?lang=en").status_code == 410
