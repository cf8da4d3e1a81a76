"""Reading the site and leaving the list, in a real browser, as most people do: without knowing how it works."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from factories import NOON
from playwright.sync_api import Page, expect
from services.site import KEY, frozen_november, make_site, publish, running

from digest.storage.db.database import Database
from digest.storage.people import adding, subscribers
from digest.subscribers.subscriber import NewSubscriber, State
from digest.tokens import UNSUBSCRIBE, signer
from digest.web.app import create_site

PAGES = ["", "2026-11/", "2026-11/alliance/", "2026-11/empathie/?lang=fr", "unsubscribe/TOKEN"]


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)
    publish(database, frozen_november())
    with database.write() as connection:
        person = NewSubscriber("ann.lee@example.com", "hash-of-ann", "Ann Lee")
        adding.add_many(connection, [person], update=False, now=NOON)
    yield database
    database.dispose()


@pytest.fixture
def ann(database: Database) -> int:
    with database.read() as connection:
        found = subscribers.find(connection, "hash-of-ann")
    assert found is not None
    return found.id


@pytest.fixture
def token(ann: int) -> str:
    return signer(KEY, UNSUBSCRIBE)(ann)


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    with running(create_site(make_site(database))) as address:
        yield address


def test_reader_goes_from_the_list_to_an_article_and_on_in_french(page: Page, address: str):
    page.goto(address)
    page.get_by_role("link", name="Therapists shape the alliance").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Therapists shape the alliance <more> than patients do")

    page.get_by_role("link", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    page.get_by_role("link", name="Article suivant L’empathie compte").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("heading", level=1)).to_have_text("L’empathie compte")


def test_reader_leaves_with_one_button_without_javascript(browser, address: str, database: Database, token: str):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}unsubscribe/{token}?lang=en")
        page.get_by_role("button", name="Unsubscribe").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You have been unsubscribed")
        assert context.cookies() == []

    with database.read() as connection:
        assert subscribers.count(connection)[State.LEFT] == 1


def test_looking_at_the_page_does_not_unsubscribe(page: Page, address: str, database: Database, token: str):
    page.goto(f"{address}unsubscribe/{token}?lang=en")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("button", name="Se désabonner")).to_be_visible()

    with database.read() as connection:
        assert subscribers.count(connection)[State.ACTIVE] == 1


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_no_page_is_wider_than_its_window(page: Page, address: str, token: str, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    for path in PAGES:
        page.goto(address + path.replace("TOKEN", token))

        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_style_sheet_is_applied_in_both_schemes(page: Page, address: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.goto(address)
    paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    assert paper == {"light": "rgb(252, 251, 248)", "dark": "rgb(22, 25, 28)"}[scheme]


def test_first_key_leads_past_the_header(page: Page, address: str):
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")

    assert page.evaluate("location.hash") == "#content"


def test_printed_page_leaves_out_what_paper_cannot_do(page: Page, address: str):
    page.goto(f"{address}2026-11/alliance/")
    page.emulate_media(media="print")

    expect(page.get_by_role("navigation", name="Language")).to_be_hidden()
    expect(page.get_by_text("The first paragraph of the body.")).to_be_visible()


def test_printed_results_leave_out_the_downloads(page: Page, address: str):
    page.goto(f"{address}search?q=alliance&lang=en")
    downloads = page.get_by_text("Download this list:")

    expect(downloads).to_be_visible()
    page.emulate_media(media="print")
    expect(downloads).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_no_violation_on_any_page(page: Page, address: str, token: str, path: str, scheme: str):
    page.emulate_media(color_scheme=scheme)
    page.goto(address + path.replace("TOKEN", token))

    assert [rule["id"] for rule in Axe().run(page).response["violations"]] == []
