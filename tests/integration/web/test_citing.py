"""The page of an article as readers cite it, and as machines read it."""

import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import bibtexparser
import pytest
import rispy
from archive_samples import publish as publish_articles
from archive_samples import web_article
from PIL import Image
from services.site import make_site
from starlette.testclient import TestClient

from digest.archive.credits import Author, Credits
from digest.content.article import Study
from digest.months import Month
from digest.storage.db.database import Database
from digest.web.app import create_site

MONTH = Month(2026, 11)
LICENCE = "https://creativecommons.org/licenses/by-nc/4.0/"
CREDITS = Credits(LICENCE, (Author("Maya Okafor", "0000-0002-1825-0097", "https://example.org/maya"),))
STUDY = Study(
    "Therapist empathy & outcome",
    ("Elliott, R.", "Health Institute"),
    2018,
    "Psychotherapy",
    "55",
    "4",
    "399–410",
    doi="10.1037/pst0000175",
    language="en",
)
EMPATHY = web_article(
    "empathy",
    title="Empathy </script><script>alert(1)</script> counts",
    html="<p>Clients do better.</p>",
    citation="Elliott, R. (2018). Therapist empathy & outcome.",
    citation_html="<span>Elliott, R. (2018). Therapist empathy &amp; outcome.</span>",
    doi="10.1037/pst0000175",
    author="Maya Okafor",
    study=STUDY,
)
PLAIN = web_article("plain", title="L’été", language="fr", author="Luc Bergeron")
QUOTED = web_article("quoted", citation="Lee A (2019) Change. doi:10.1000/x", citation_html="x", doi="10.1000/x")


@pytest.fixture
def client(database: Database) -> Iterator[TestClient]:
    with database.write() as connection:
        publish_articles(connection, MONTH, EMPATHY, PLAIN, QUOTED)
    with TestClient(create_site(make_site(database, CREDITS)), base_url="https://digest.example.org") as client:
        yield client


class Reader(HTMLParser):
    """What a reference manager's translator for metas reads: each name with its contents, and JSON-LD."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.metas: dict[str, list[str]] = {}
        self.links: list[dict[str, str | None]] = []
        self.data: list[Any] = []
        self._is_data = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta" and (name := values.get("name") or values.get("property")):
            self.metas.setdefault(name, []).append(values["content"] or "")
        if tag == "link":
            self.links.append(values)
        self._is_data = tag == "script" and values.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._is_data:
            self.data.append(json.loads(data))
            self._is_data = False


def read(client: TestClient, path: str) -> Reader:
    answer = client.get(path)
    assert answer.status_code == 200
    return Reader(answer.text)


def zotero_item(metas: dict[str, list[str]]) -> dict[str, Any]:
    """The item that Zotero's "Embedded Metadata" makes: by the citation metas, else a web page by Open Graph."""
    if "citation_title" not in metas:
        return {"type": "webpage", "title": metas["og:title"][0], "url": metas["og:url"][0]}
    kind = "journalArticle" if "citation_journal_title" in metas else "bookSection"
    one = {name.removeprefix("citation_"): values[0] for name, values in metas.items() if name.startswith("citation_")}
    pages = "–".join(filter(None, [one.get("firstpage"), one.get("lastpage")]))
    return {
        "type": kind,
        "title": one["title"],
        "creators": [tuple(name.split(", ", 1)) for name in metas.get("citation_author", [])],
        "date": one["publication_date"],
        "publication": one.get("journal_title") or one.get("inbook_title"),
        "volume": one.get("volume"),
        "issue": one.get("issue"),
        "pages": pages,
        "DOI": one.get("doi"),
        "url": one.get("abstract_html_url"),
    }


def test_reference_manager_gets_the_study_with_the_address_of_the_summary(client: TestClient):
    assert zotero_item(read(client, "/2026-11/empathy/").metas) == {
        "type": "journalArticle",
        "title": "Therapist empathy & outcome",
        "creators": [("Elliott", "R."), ("Health Institute",)],
        "date": "2018",
        "publication": "Psychotherapy",
        "volume": "55",
        "issue": "4",
        "pages": "399–410",
        "DOI": "10.1037/pst0000175",
        "url": "https://digest.example.org/2026-11/empathy/",
    }


def test_reference_manager_gets_the_summary_where_no_study_is_known(client: TestClient):
    item = zotero_item(read(client, "/2026-11/plain/").metas)

    assert (item["type"], item["title"], item["creators"]) == ("journalArticle", "L’été", [("Luc Bergeron",)])
    assert (item["date"], item["url"]) == ("2026", "https://digest.example.org/2026-11/plain/")


def test_reference_manager_gets_no_half_of_a_study(client: TestClient):
    page = read(client, "/2026-11/quoted/")

    assert zotero_item(page.metas)["type"] == "webpage"
    assert not [name for name in page.metas if name.startswith("citation_")]


@pytest.mark.parametrize("ending", ["ris", "bib", "json"])
def test_download_reads_back_as_the_study(client: TestClient, ending: str):
    answer = client.get(f"/2026-11/empathy/cite.{ending}")

    title = {
        "ris": lambda text: rispy.loads(text, newline="\r\n")[0]["title"],
        "bib": lambda text: bibtexparser.parse_string(text).entries[0]["title"].replace("\\", ""),
        "json": lambda text: json.loads(text)[0]["title"],
    }[ending](answer.content.decode())
    assert title == "Therapist empathy & outcome"
    assert answer.headers["content-disposition"] == f'attachment; filename="empathy.{ending}"'
    assert client.get(f"/2026-11/empathy/cite.{ending}").headers["content-disposition"]  # from memory, too


@pytest.mark.parametrize(
    "path",
    ["/2026-11/empathy/cite.csv", "/2026-11/none/cite.ris", "/2026-13/empathy/cite.ris", "/2026-11/none/card.png"],
)
def test_there_is_no_download_of_anything_else(client: TestClient, path: str):
    assert client.get(path).status_code == 404


def test_page_offers_the_citations_and_downloads(client: TestClient):
    page = client.get("/2026-11/empathy/?lang=en").text

    assert '<h2 id="cite-the-study">Cite the study</h2>' in page
    assert '<a href="/2026-11/empathy/cite.ris" download>RIS</a>' in page
    assert "Maya Okafor (2026, November). Empathy &lt;/script&gt;" in page
    assert "https://digest.example.org/2026-11/empathy/</p>" in page
    assert f'<a href="{LICENCE}" rel="license">CC BY-NC 4.0</a>' in page


@pytest.mark.parametrize("path", ["/2026-11/empathy/", "/authors/maya-okafor/"])
def test_pages_lead_to_what_identifies_the_author(client: TestClient, path: str):
    page = client.get(path).text

    assert re.search(r'<a href="https://orcid\.org/0000-0002-1825-0097"[^>]*>ORCID 0000-0002-1825-0097</a>', page)
    assert re.search(r'<a href="https://example\.org/maya"[^>]*>example\.org</a>', page)


def test_page_without_a_study_offers_the_summary_alone(client: TestClient):
    page = client.get("/2026-11/plain/?lang=fr").text

    assert "cite-the-study" not in page
    assert "cite.ris" not in page
    assert '<h2 id="cite-this-summary">Citer ce résumé</h2>' in page
    assert "Luc Bergeron (2026, novembre). L’été. <i>" in page


def test_picture_has_the_size_that_the_page_says(client: TestClient):
    metas = read(client, "/2026-11/empathy/").metas
    path = metas["og:image"][0].removeprefix("https://digest.example.org")

    answer = client.get(path)

    assert answer.headers["content-type"] == "image/png"
    size = [metas["og:image:width"][0], metas["og:image:height"][0]]
    assert [str(side) for side in Image.open(io.BytesIO(answer.content)).size] == size
    assert metas["twitter:card"] == ["summary_large_image"]
    assert metas["og:image:alt"][0].startswith("Empathy </script>")


def test_title_cannot_leave_the_data_for_machines(client: TestClient):
    page = client.get("/2026-11/empathy/")

    assert "<script>alert" not in page.text
    [graph] = Reader(page.text).data
    assert graph["headline"] == "Empathy </script><script>alert(1)</script> counts"


def test_page_from_memory_may_still_load_its_script(client: TestClient):
    policies = {client.get("/2026-11/empathy/").headers["content-security-policy"] for _ in range(3)}

    assert [policy.count("script-src 'self'") for policy in policies] == [1]


@pytest.mark.parametrize("lang", ["", "?lang=en", "?lang=fr"])
def test_text_has_one_address_in_whatever_language_its_frame_is(client: TestClient, lang: str):
    page = read(client, f"/2026-11/plain/{lang}")

    permalink = "https://digest.example.org/2026-11/plain/"
    assert [link["href"] for link in page.links if link["rel"] == "canonical"] == [permalink]
    assert _languages(page) == {"fr": permalink, "x-default": permalink}
    assert page.metas["og:url"] == [permalink]


@pytest.mark.parametrize("path", ["/", "/2026-11/", "/topics/", "/subscribe"])
def test_other_pages_have_an_address_for_each_language_and_one_for_any(client: TestClient, path: str):
    address = f"https://digest.example.org{path}"

    assert _languages(read(client, path)) == {
        "en": f"{address}?lang=en",
        "fr": f"{address}?lang=fr",
        "x-default": address,
    }


def _languages(page: Reader) -> dict[str | None, str | None]:
    return {link["hreflang"]: link["href"] for link in page.links if link["rel"] == "alternate" and "hreflang" in link}


def test_addresses_have_the_path_of_the_site(database: Database):
    with database.write() as connection:
        publish_articles(connection, MONTH, EMPATHY)
    site = make_site(database, base_url="https://example.org/digest")
    with TestClient(create_site(site), base_url="https://example.org") as client:
        page = client.get("/digest/2026-11/empathy/").text
        picture = Reader(page).metas["og:image"][0]

        assert '<a href="/digest/2026-11/empathy/cite.ris" download>RIS</a>' in page
        assert picture.startswith("https://example.org/digest/2026-11/empathy/card.png?v=")
        for path in (picture, "/digest/2026-11/empathy/cite.bib", *re.findall(r'<script src="([^"]+)"', page)):
            assert client.get(path).status_code == 200
