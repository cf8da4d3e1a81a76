"""Finding again what was mailed: from the preference page to an article, in a real browser."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import NOON
from playwright.sync_api import Browser, Page, expect
from services.site import KEY, make_site, running
from storage_samples import claim_next, make_frozen

from digest.months import Month
from digest.storage import issues
from digest.storage.db.database import Database
from digest.storage.outbox import campaigns, results
from digest.storage.people import adding, subscribers
from digest.subscribers.subscriber import NewSubscriber
from digest.tokens import Purpose, dated_signer
from digest.web.app import create_site

FOREVER = 2**33


@pytest.fixture
def ann(sqlite_url: str) -> Iterator[tuple[Database, int]]:
    """Ann, who received two issues."""
    database = Database(sqlite_url)
    with database.write() as connection:
        person = NewSubscriber("ann.lee@example.com", "hash-of-ann", "Ann Lee")
        adding.add_many(connection, [person], update=False, now=NOON)
        found = subscribers.find(connection, "hash-of-ann")
        assert found is not None
        for month in (Month(2026, 5), Month(2026, 6)):
            frozen = make_frozen(("empathy",), ("training",), month=month)
            issues.save(connection, frozen, NOON)
            issues.publish(connection, month, frozen.hash, NOON)
            campaign = campaigns.plan(connection, month, frozen.hash, batch_size=1, languages=("en", "fr"), now=NOON)
            claim = claim_next(connection, campaign)
            assert claim is not None
            results.record_accepted(connection, claim.attempt_id, message_id=None, rejected={}, now=NOON)
    yield database, found.id
    database.dispose()


@pytest.fixture
def address(ann: tuple[Database, int]) -> Iterator[str]:
    with running(create_site(make_site(ann[0]))) as address:
        yield address


def test_reader_finds_an_article_that_was_mailed(browser: Browser, address: str, ann: tuple[Database, int]):
    with browser.new_context(java_script_enabled=False, locale="en") as context:
        page = context.new_page()
        page.goto(f"{address}preferences/{dated_signer(KEY, Purpose.PREFERENCES)(ann[1], FOREVER)}")
        page.get_by_role("link", name="Show your issues").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your issues")
        expect(page.get_by_role("link", name="Study 0")).to_have_count(2)

        page.get_by_label("Search what you received").fill("study since 1990")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()

        page.get_by_role("link", name="Remove filter: Studies from 1990").click()
        expect(page.get_by_role("heading", name="4 articles")).to_be_visible()
        page.get_by_label("Training").check()
        page.get_by_role("button", name="Apply filters").click()
        expect(page.get_by_role("heading", name="2 articles")).to_be_visible()
        page.get_by_role("link", name="Study 1").first.click()

        expect(page.get_by_role("heading", level=1)).to_have_text("Study 1")
        assert context.cookies() == []


@pytest.mark.parametrize("query", ["", "?q=study", "?q=nothing"])
@pytest.mark.parametrize("look", ["light", "dark", "forced"])
def test_nobody_is_shut_out(page: Page, address: str, ann: tuple[Database, int], query: str, look: str):
    page.emulate_media(
        color_scheme="dark" if look == "dark" else "light", forced_colors="active" if look == "forced" else "none"
    )
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{address}your-issues/{dated_signer(KEY, Purpose.YOUR_ISSUES)(ann[1], FOREVER)}{query}")

    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
