"""Citing from the page of an article, in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path

import bibtexparser
import pytest
import rispy
from archive_samples import publish, web_article
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from services.site import make_site, running

from digest.archive.credits import Author, Credits
from digest.content.article import Study
from digest.months import Month
from digest.storage.db.database import Database
from digest.web.app import create_site

CITATION = "Müller, R., & Roy, É. (2018). Empathy. Psychotherapy, 55(4), 399–410. https://doi.org/10.1037/pst0000175"
STUDY = Study("Empathy", ("Müller, R.", "Roy, É."), 2018, "Psychotherapy", "55", "4", "399–410", language="en")
CREDITS = Credits("https://creativecommons.org/licenses/by/4.0/", (Author("Maya Okafor", "0000-0002-1825-0097"),))


@pytest.fixture
def address(sqlite_url: str) -> Iterator[str]:
    database = Database(sqlite_url)
    article = web_article(
        "empathy",
        title="Empathy </script> counts",
        citation=CITATION,
        citation_html=CITATION.replace("&", "&amp;"),
        doi="10.1037/pst0000175",
        author="Maya Okafor",
        study=STUDY,
    )
    with database.write() as connection:
        publish(connection, Month(2026, 11), article)
    with running(create_site(make_site(database, CREDITS))) as address:
        yield f"{address}2026-11/empathy/"
    database.dispose()


def test_button_copies_the_citation_and_says_so(page: Page, address: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{address}?lang=en")
    study = page.get_by_role("region", name="Cite the study")
    study.get_by_role("button", name="Copy citation").click()

    expect(study.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == CITATION
    assert "<i>Psychotherapy, 55</i>(4)" in page.evaluate(
        "navigator.clipboard.read().then(([item]) => item.getType('text/html')).then((blob) => blob.text())"
    )

    summary = page.get_by_role("region", name="Cite this summary")
    summary.get_by_role("button", name="Copy citation").press("Enter")

    expect(summary.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Maya Okafor (2026, November). Empathy </script> counts.")


def test_citation_is_selected_where_a_page_may_not_copy(page: Page, address: str):
    page.add_init_script("navigator.clipboard.write = () => Promise.reject(new Error('refused'))")
    page.goto(f"{address}?lang=fr")
    study = page.get_by_role("region", name="Citer l’étude")
    study.get_by_role("button", name="Copier la référence").click()

    expect(study.get_by_role("status")).to_have_text("Texte sélectionné\u00a0: appuyez sur Ctrl+C, ou Cmd+C sur un Mac")
    assert page.evaluate("getSelection().toString()").strip() == CITATION


def test_without_javascript_the_text_is_there_and_no_button(browser, address: str):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}?lang=en")

        expect(page.get_by_text(CITATION)).to_be_visible()
        expect(page.locator(".cite__copy").first).to_be_hidden()
        expect(page.get_by_role("link", name="BibTeX")).to_be_visible()


def test_downloads_read_back_in_reference_managers(page: Page, address: str, tmp_path: Path):
    page.goto(f"{address}?lang=en")
    files = {}
    for name in ("RIS", "BibTeX", "CSL-JSON"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=name, exact=True).click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
        files[file.name] = file.read_bytes().decode()

    assert sorted(files) == ["empathy.bib", "empathy.json", "empathy.ris"]
    [ris] = rispy.loads(files["empathy.ris"], newline="\r\n")
    [bib] = bibtexparser.parse_string(files["empathy.bib"]).entries
    [csl] = json.loads(files["empathy.json"])
    assert ris["authors"] == ["Müller, R.", "Roy, É."]
    assert (ris["volume"], ris["number"], ris["start_page"], ris["end_page"]) == ("55", "4", "399", "410")
    assert (bib["author"], bib["pages"], bib["journal"]) == ("Müller, R. and Roy, É.", "399--410", "Psychotherapy")
    assert (csl["DOI"], csl["issued"]) == ("10.1037/pst0000175", {"date-parts": [[2018]]})
    assert ris["doi"] == bib["doi"] == csl["DOI"]


def test_data_for_machines_is_kept_and_not_run(page: Page, address: str):
    page.goto(f"{address}?lang=en")

    # an error of the content security policy would be in the console, which the fixture watches
    graph = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
    assert graph["headline"] == "Empathy </script> counts"
    assert graph["author"]["@id"] == "https://orcid.org/0000-0002-1825-0097"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation_where_readers_cite(page: Page, address: str, scheme: str, width: int):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{address}?lang=en")

    results = Axe().run(page)

    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
