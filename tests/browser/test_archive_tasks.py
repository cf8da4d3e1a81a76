"""What people come to the archive for, on the sample year: each task from its first page to its end."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
import rispy
from axe_playwright_python.sync_playwright import Axe
from bibtexparser import parse_string
from playwright.sync_api import Browser, Page, expect
from services.site import ROOT, running

from digest.bootstrap import Digest, open_digest
from digest.bootstrap.project import start_project
from digest.bootstrap.sites import site_of
from digest.pipeline.issue.publish_past import publish_past
from digest.web.app import create_site

EMPATHY = "2026-11/therapist-empathy-and-client-outcome/"
PAGES = {
    "home": "",
    "issue": "2026-11/",
    "article": EMPATHY,
    "French article": "2026-04/gerer-le-contre-transfert-va-de-pair-avec-de-meilleurs-resultats/",
    "year": "2026/",
    "topics": "topics/",
    "topic": "topics/therapist-factors/",
    "types": "types/",
    "type": "types/meta-analysis/",
    "authors": "authors/",
    "author": "authors/maya-okafor/",
    "about": "about/",
    "privacy": "privacy/",
    "search": "search",
    "results": "search?q=alliance&topic=therapist-factors&from=2015",
    "nothing found": "search?q=zebra",
    "subscribe": "subscribe?topic=empathy",
    "link": "link",
    "no such page": "nothing/",
}


@pytest.fixture(scope="module")
def digest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Digest]:
    folder = tmp_path_factory.mktemp("archive")
    digest = open_digest(start_project(folder))
    copytree(ROOT / "articles", Path(folder) / "articles", dirs_exist_ok=True)
    for month in digest.library.months():
        publish_past(digest.database, digest.workshop, month, dt.UTC, day=month.first_day)
    yield digest
    digest.database.dispose()


@pytest.fixture(scope="module")
def address(digest: Digest) -> Iterator[str]:
    with running(create_site(site_of(digest))) as address:
        yield address


def test_meta_analyses_on_therapist_factors_since_2020_are_found(page: Page, address: str):
    page.goto(address)
    page.get_by_role("searchbox").first.fill("meta-analyses on therapist factors since 2020")
    page.get_by_role("searchbox").first.press("Enter")

    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=2).first).to_contain_text(re.compile(r"\d+ articles?"))
    expect(main.get_by_role("link", name=re.compile("Differences between therapists"))).to_be_visible()
    years = [int(year) for year in re.findall(r"study of (\d{4})", main.inner_text())]
    assert years
    assert min(years) >= 2020


def test_filters_work_with_the_keyboard_and_without_javascript(browser: Browser, address: str):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}search?q=alliance")
        box = page.get_by_role("checkbox", name=re.compile("Therapist Factors"))
        box.focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Apply filters").press("Enter")

        expect(page).to_have_url(re.compile("topic=therapist-factors"))
        expect(page.get_by_role("checkbox", name=re.compile("Therapist Factors"))).to_be_checked()


def test_citation_goes_into_a_reference_manager(page: Page, address: str):
    page.goto(f"{address}{EMPATHY}")
    downloads = {}
    for name in ("RIS", "BibTeX"):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).first.click()
        downloads[name] = Path(download.value.path()).read_text(encoding="utf-8")

    (ris,) = rispy.loads(downloads["RIS"])
    (bibtex,) = parse_string(downloads["BibTeX"]).entries
    assert ris["doi"] == bibtex["doi"] == "10.1037/pst0000175"
    assert ris["year"] == bibtex["year"] == "2018"
    assert (ris.get("title") or ris["primary_title"]).startswith("Therapist empathy and client outcome")
    assert "Elliott" in bibtex["author"]
    assert ris["authors"][0].startswith("Elliott")


def test_reader_subscribes_from_a_topic_page_with_that_topic_ticked(page: Page, address: str):
    page.goto(f"{address}topics/therapist-factors/")
    page.get_by_role("link", name="Subscribe to this topic").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Subscribe")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(page.get_by_label("Therapist Factors", exact=True)).to_be_checked()


def test_last_years_issue_is_reached_from_home_and_from_its_mail(page: Page, address: str):
    page.goto(address)
    page.get_by_role("link", name="2025", exact=True).click()
    page.get_by_role("link", name=re.compile("December 2025")).first.click()
    expect(page).to_have_url(re.compile("/2025-12/"))

    page.goto(f"{address}2025-12/?lang=en")  # as mails link to it
    expect(page.get_by_role("main")).to_contain_text("About one adult client in five leaves")


def test_article_is_printed_with_its_date_and_address_and_without_the_forms(page: Page, address: str):
    page.goto(f"{address}{EMPATHY}")
    page.emulate_media(media="print")

    expect(page.get_by_role("searchbox").first).to_be_hidden()
    expect(page.get_by_role("link", name="Subscribe", exact=True).first).to_be_hidden()
    assert "2026-11/therapist-empathy-and-client-outcome" in page.locator("body").inner_text()
    assert len(page.pdf()) > 10_000


def test_every_link_of_every_page_leads_somewhere(page: Page, address: str):
    seen: set[str] = set()
    for path in (path for name, path in PAGES.items() if name != "no such page"):
        page.goto(f"{address}{path}")
        found = page.eval_on_selector_all("a[href], link[rel~=alternate]", "links => links.map(link => link.href)")
        seen |= {link.split("#")[0] for link in found if link.startswith(address)}
    broken = [link for link in sorted(seen) if page.request.get(link).status != 200]

    assert len(seen) > 100
    assert broken == []


@pytest.mark.parametrize(("look", "width"), [("light", 320), ("dark", 1280), ("forced", 320)])
def test_no_page_of_the_archive_shuts_anybody_out(browser: Browser, address: str, look: str, width: int):
    options = {"forced_colors": "active"} if look == "forced" else {"color_scheme": look}
    found = {}
    with browser.new_context(viewport={"width": width, "height": 900}, **options) as context:
        page = context.new_page()
        for name, path in PAGES.items():
            page.goto(f"{address}{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
            result = Axe().run(page)
            if result.violations_count:
                found[name] = result.generate_report()

    assert found == {}


def test_pages_ask_nothing_of_other_hosts_and_keep_no_cookie(browser: Browser, address: str):
    asked: set[str] = set()
    with browser.new_context() as context:
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        for path in PAGES.values():
            page.goto(f"{address}{path}")
        assert context.cookies() == []

    assert [url for url in asked if not url.startswith(address)] == []
