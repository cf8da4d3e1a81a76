"""The published issues, as a browser gets them."""

import html
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from services.site import make_site
from starlette.testclient import TestClient

from digest.storage.db.database import Database
from digest.web.app import create_site

PAGES = ["/", "/2026-11/", "/2026-11/alliance/", "/2026-11/empathie/"]


class Outline(HTMLParser):
    """Headings, language and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.language = ""
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "html":
            self.language = given["lang"]
        if "href" in given:
            self.links.append(given["href"])


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_main_heading_and_skips_no_level(client: TestClient, path: str):
    headings = Outline(client.get(path).text).headings

    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_what_and_where_it_is(client: TestClient, path: str):
    page = client.get(path).text

    assert re.search(r"<title>.+</title>", page)
    assert re.search(r'<meta name="description" content=".+">', page)
    assert f'<link rel="canonical" href="https://digest.example.org{path}">' in page


def test_home_lists_published_issues_with_their_articles(client: TestClient):
    page = client.get("/").text

    assert 'href="/2026-11/"' in page
    assert "Therapists shape the alliance &lt;more&gt; than patients do" in page
    assert "December" not in page
    assert "secret" not in page


def test_home_without_issues_says_so(sqlite_url: str):
    client = TestClient(create_site(make_site(Database(sqlite_url))))

    assert "No issue has been published yet." in client.get("/").text


def test_article_has_everything_that_a_reader_cites_and_uses(client: TestClient):
    page = html.unescape(client.get("/2026-11/alliance/").text)

    for part in (
        "Therapists shape the alliance <more> than patients do",
        '<a href="https://doi.org/10.1000/x">',
        "The first paragraph of the body.",
        "Practice implications",
        "Ask about it.",
        "Attachment",
        "Survey",
        "Dr. B. Bee",
        "November 2026",
        "L’empathie compte",
    ):
        assert part in page


@pytest.mark.parametrize(
    "path", ["/2026-12/", "/2026-12/secret/", "/2026-12", "/2026-12/secret", "/2026-10/", "/2026-11/nothing/"]
)
def test_what_is_not_published_is_not_found(client: TestClient, path: str):
    answer = client.get(path)

    assert answer.status_code == 404
    assert "Page not found" in answer.text


@pytest.mark.parametrize("path", ["/2026-13/", "/../etc/", "/%2e%2e/%2e%2e/", "/x/y/z/", "/2026-11/%00/", "/nothing"])
def test_nonsense_is_not_found(client: TestClient, path: str):
    assert client.get(path).status_code == 404


def test_page_speaks_the_language_of_the_browser(client: TestClient):
    page = client.get("/", headers={"Accept-Language": "fr-CA,fr;q=0.9"}).text

    assert Outline(page).language == "fr"
    assert "Novembre 2026" in page


def test_language_asked_for_stays_on_every_link(client: TestClient):
    page = client.get("/2026-11/?lang=fr", headers={"Accept-Language": "en"}).text
    own = [link for link in Outline(page).links if link.startswith("/") and not link.startswith("/assets")]

    assert Outline(page).language == "fr"
    assert own
    assert all("lang=" in link for link in own)


def test_article_in_another_language_than_the_page_is_marked(client: TestClient):
    page = client.get("/2026-11/empathie/?lang=en").text

    assert '<h1 lang="fr" dir="ltr">L’empathie compte</h1>' in page
    assert '<div class="prose" lang="fr" dir="ltr">' in page


def test_english_citation_on_a_french_page_is_marked_as_english(client: TestClient):
    page = client.get("/2026-11/alliance/?lang=fr").text

    assert '<html lang="fr" dir="ltr">' in page
    assert '<p class="citation" lang="en" dir="ltr"><span lang="en" dir="ltr">' in page


def test_address_without_slash_leads_to_the_page(client: TestClient):
    answer = client.get("/2026-11/alliance?lang=fr&next=//evil.example")

    assert (answer.status_code, answer.headers["location"]) == (308, "/2026-11/alliance/?lang=fr")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}])
@pytest.mark.parametrize("path", [*PAGES, "/2026-11", "/nothing"])
def test_links_never_repeat_the_host_that_was_asked_for(client: TestClient, path: str, headers: dict[str, str]):
    answer = client.get(path, headers=headers)

    assert "evil.example" not in answer.text
    assert "evil.example" not in str(answer.headers)


def test_page_that_a_reader_has_is_not_sent_again(client: TestClient):
    first = client.get("/2026-11/")
    again = client.get("/2026-11/", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    french = client.get("/2026-11/?lang=fr")

    assert first.headers["cache-control"].startswith("public")
    assert "Accept-Language" in first.headers["vary"]
    assert (again.status_code, again.text) == (304, "")
    assert french.headers["etag"] != first.headers["etag"]


def test_site_under_a_path_answers_there(database: Database):
    client = TestClient(create_site(make_site(database, base_url="https://example.org/digest")), follow_redirects=False)
    page = client.get("/digest/2026-11/").text

    assert 'href="/digest/2026-11/alliance/"' in page
    assert client.get("/digest").headers["location"] == "/digest/"
    assert client.get("/2026-11/").status_code == 404
    assert client.get(re.search(r'href="([^"]+site\.css[^"]*)"', page).group(1)).status_code == 200
    assert "Disallow: /digest/unsubscribe/" in client.get("/robots.txt").text


def test_no_personal_value_is_on_any_page(client: TestClient, token: str):
    for path in PAGES:
        page = client.get(path).text

        assert "digest.invalid" not in page
        assert "unsubscribe" not in page.lower()
        assert "Ann Lee" not in page
        assert token not in page
