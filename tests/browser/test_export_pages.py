"""The exported site, from a server that only knows files: reading, searching, and whether everyone can."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from archive_samples import publish, study, web_article
from axe_playwright_python.sync_playwright import Axe
from factories import NOON
from playwright.sync_api import Page, expect
from services.site import make_site
from services.static import file_server

from digest.issue.withdrawal import EVERY, Withdrawal
from digest.months import Month
from digest.storage import withdrawals
from digest.storage.db.database import Database, upgrade
from digest.web.export.run import export_site

MAY, JUNE = Month(2025, 5), Month(2025, 6)
ARTICLES = [
    web_article(
        "alliance",
        title="Therapists shape the alliance",
        html="<p>Ruptures were repaired in <em>most</em> sessions.</p>",
        research_type="meta-analysis",
        study=study(2021),
        author="Dr. Maya Okafor",
        doi="10.1000/alliance",
        topics=("empathy",),
    ),
    web_article(
        "therapie",
        title="La thérapie brève suffit souvent",
        html="<p>Les études cliniques d’étés passés.</p>",
        language="fr",
        research_type="case-study",
        study=study(2015),
        author="Luc Bergeron",
        topics=("training",),
    ),
    web_article(
        "attachment", title="Secure attachment", html="<p>A cohort.</p>", study=study(2019), topics=("attachment",)
    ),
]
MANY = [web_article(f"survey-{number:02}", research_type="survey", study=study(1990)) for number in range(24)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    tmp_path = tmp_path_factory.mktemp("export")
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    upgrade(url)
    database = Database(url)
    with database.write() as connection:
        publish(connection, MAY, *ARTICLES)
        publish(connection, JUNE, *MANY)
        withdrawals.save(connection, Withdrawal(MAY, "gone", "A gone article", "en", {EVERY: "Wrong"}, NOON))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    site = make_site(database, base_url=f"http://127.0.0.1:{port}/archive")
    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadPoolExecutor(1) as own_thread:  # in this one, the browser has a loop of its own
        export = partial(export_site, site, tmp_path / "export", forms_url="https://digest.example.org")
        done = own_thread.submit(export).result()
    (folder / "archive").symlink_to(done.current)
    with file_server(folder, port) as server:
        yield f"{server}/archive"
    database.dispose()


def find(page: Page, url: str) -> list[str]:
    """The titles that a search finds."""
    page.goto(url)
    expect(page.locator(".results[data-ready]")).to_be_visible()
    return page.locator(".entry h3").all_inner_texts()


def test_reader_searches_from_the_home_page(page: Page, address: str):
    page.goto(f"{address}/")
    page.get_by_role("searchbox").fill("ruptures")
    page.get_by_role("searchbox").press("Enter")

    expect(page.get_by_role("heading", name="1 article")).to_be_visible()
    expect(page.locator(".entry__excerpt mark")).to_have_text("Ruptures")
    page.get_by_role("link", name="Therapists shape the alliance").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Therapists shape the alliance")


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("q=ruptur", ["Therapists shape the alliance"]),
        ("q=suffit", ["La thérapie brève suffit souvent"]),
        ("q=okafor", ["Therapists shape the alliance"]),
        ("topic=empathy&type=meta-analysis&from=2020", ["Therapists shape the alliance"]),
        ("topic=attachment&topic=training", ["La thérapie brève suffit souvent", "Secure attachment"]),
        ("topic=empathy&type=meta-analysis&from=2022", []),
        ("author=luc-bergeron", ["La thérapie brève suffit souvent"]),
        ("language=fr", ["La thérapie brève suffit souvent"]),
        ("from=2014&to=2019&order=study", ["Secure attachment", "La thérapie brève suffit souvent"]),
        ("q=&topic=empathy&from=2020&to=", ["Therapists shape the alliance"]),
    ],
)
def test_search_reads_addresses_as_the_running_site_does(page: Page, address: str, query: str, titles: list[str]):
    found = find(page, f"{address}/search/?{query}")

    assert (found if "order" in query else sorted(found)) == titles


def test_search_in_french_finds_words_without_their_accents(page: Page, address: str):
    assert find(page, f"{address}/fr/search/?q=etudes") == ["La thérapie brève suffit souvent"]
    expect(page.get_by_role("heading", name="1 article")).to_be_visible()
    expect(page).to_have_title("Recherche : etudes · Bulletin de recherche")
    page.get_by_role("link", name="La thérapie brève suffit souvent").click()
    expect(page).to_have_url(f"{address}/fr/2025-05/therapie/")


def test_filters_show_and_can_be_removed(page: Page, address: str):
    find(page, f"{address}/search/?q=alliance&topic=empathy&from=2020")
    expect(page.get_by_role("checkbox", name="Empathy")).to_be_checked()
    expect(page.get_by_role("textbox", name="From year")).to_have_value("2020")
    expect(page.get_by_label("Order")).to_have_value("relevance")
    page.get_by_role("link", name="Remove filter: Studies from 2020").click()

    expect(page).to_have_url(f"{address}/search/?q=alliance&topic=empathy")


def test_many_results_come_in_pages(page: Page, address: str):
    first = find(page, f"{address}/search/?type=survey")
    expect(page.get_by_role("heading", name="1–20 of 24 articles")).to_be_visible()
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("heading", name="21–24 of 24 articles")).to_be_visible()

    assert len(first) == 20
    assert not set(first) & set(page.locator(".entry h3").all_inner_texts())


def test_words_of_the_address_stay_text(page: Page, address: str):
    find(page, f"{address}/search/?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&topic=%3Cb%3E")

    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    assert page.locator(".results img, .results b").count() == 0


def test_without_javascript_the_newest_articles_are_there(browser, address: str):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}/search/")

        expect(page.locator("noscript p")).to_contain_text("turn on JavaScript")
        assert page.locator(".entry h3").count() == 20


def test_nothing_is_loaded_from_elsewhere(page: Page, address: str):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    find(page, f"{address}/search/?q=alliance")
    page.goto(f"{address}/2025-05/alliance/")

    assert {url.split("/archive/")[0] for url in asked} == {address.removesuffix("/archive")}


def test_doi_leads_to_the_summary(page: Page, address: str):
    page.goto(f"{address}/doi/10.1000/alliance/")

    expect(page).to_have_url(f"{address}/2025-05/alliance/")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation_in_the_export(page: Page, address: str, scheme: str, width: int):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        "",
        "fr/2025-05/",
        "2025-05/alliance/",
        "2025-05/gone/",
        "topics/empathy/",
        "search/?q=alliance",
        "404.html",
    ):
        page.goto(f"{address}/{path}")
        if path.startswith("search"):
            expect(page.locator(".results[data-ready]")).to_be_visible()
        found = Axe().run(page)

        assert found.violations_count == 0, f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
