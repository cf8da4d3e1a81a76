"""Every kind of page is valid HTML, as far as a parser can tell."""

import re
from collections import Counter

import html5lib
import pytest
from archive_samples import publish, study, web_article
from factories import NOON
from services.site import make_site
from starlette.testclient import TestClient

from digest.issue.withdrawal import EVERY, Withdrawal
from digest.months import Month
from digest.storage import withdrawals
from digest.storage.db.database import Database
from digest.web.app import create_site

OCTOBER = Month(2026, 10)
PATHS = [
    "/",
    "/2026/",
    "/2026-10/",
    "/2026-10/first/",
    "/2026-10/gone/",
    "/2026-11/empathie/",
    "/topics/",
    "/topics/empathy/",
    "/topics/empathy/?order=issue&page=2",
    "/topics/empathy/implications/",
    "/types/",
    "/types/survey/",
    "/authors/",
    "/authors/dr-maya-okafor/",
    "/about/",
    "/privacy/",
    "/search",
    "/search?q=body&topic=empathy&type=survey&from=2000",
    "/search?q=nothing%20%3Cb%3E%20%22%26",
    "/doi/10.1000/none",
    "/subscribe?topic=empathy",
    "/link",
    "/nothing/",
]
OBSOLETE = {"acronym", "big", "center", "dir", "font", "frame", "marquee", "nobr", "strike", "tt"}  # HTML, 16.2


@pytest.fixture
def full(database: Database) -> TestClient:
    articles = [
        web_article(
            f"study-{number}" if number else "first",
            title="A title <with> “signs” & more",
            html="<h2>Methods</h2><p>The body.</p><table><tr><th>n</th><td>1</td></tr></table>",
            implications_html="<h3>At once</h3><p>Listen.</p>",
            citation_html="Lee, A. (2021). <i>A study</i>.",
            study=study(1990 + number, design="Cohort study", n=12, effect="d = 0.3"),
            research_type="survey",
            author="Dr. Maya Okafor",
            doi=f"10.1000/{number}",
        )
        for number in range(25)
    ]
    with database.write() as connection:
        withdrawals.save(connection, Withdrawal(OCTOBER, "gone", "Gone", "en", {EVERY: "Retracted <1>."}, NOON))
        publish(connection, OCTOBER, *articles)
    return TestClient(create_site(make_site(database)), base_url="https://digest.example.org")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", PATHS)
def test_page_is_valid(full: TestClient, path: str, language: str):
    page = full.get(path, headers={"Accept-Language": language}).text
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)
    elements = [element for element in root.iter() if isinstance(element.tag, str)]
    ids = Counter(element.get("id") for element in elements if element.get("id") is not None)

    assert page.startswith("<!DOCTYPE html>")
    assert root.get("lang") == language
    assert [name for name, count in ids.items() if count > 1 or not name or re.search(r"\s", name)] == []
    assert {element.tag for element in elements} & OBSOLETE == set()
    assert [element.attrib for element in elements if "style" in element.attrib or "onclick" in element.attrib] == []
    assert [element.tag for element in elements if element.tag == "img" and "alt" not in element.attrib] == []
    assert _dangling(elements, set(ids)) == []


def _dangling(elements: list, ids: set[str]) -> list[str]:
    """What refers to an element of the page that is not there."""
    referring = ("for", "aria-labelledby", "aria-describedby", "aria-controls")
    named = [name for element in elements for one in referring for name in element.get(one, "").split()]
    inside = [element.get("href", "")[1:] for element in elements if element.get("href", "").startswith("#")]
    return [name for name in (*named, *inside) if name not in ids]
