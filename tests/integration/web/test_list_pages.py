"""The pages of topics, types of research and authors, as a browser gets them."""

import html
import re

import pytest
from archive_samples import publish, study, web_article
from services.site import make_site
from starlette.testclient import TestClient

from digest.months import Month
from digest.storage.db.database import Database
from digest.web.app import create_site

OCTOBER = Month(2026, 10)
MANY = [
    web_article(
        f"study-{number:02}",
        study=study(1990 + number, design="Cohort study"),
        implications_html=f"<p>Advice {number:02}.</p>",
        research_type="survey" if number % 2 else "case-study",
        author="Dr. Maya Okafor",
        doi=f"10.1000/{number:02}",
    )
    for number in range(60)
]
PATHS = [
    "/topics/",
    "/topics/empathy/",
    "/topics/empathy/implications/",
    "/types/",
    "/types/survey/",
    "/authors/",
    "/authors/dr-maya-okafor/",
]


@pytest.fixture
def full(database: Database) -> TestClient:
    with database.write() as connection:
        publish(connection, OCTOBER, *MANY, web_article("undated"))
    return TestClient(create_site(make_site(database)), base_url="https://digest.example.org", follow_redirects=False)


def text(client: TestClient, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return html.unescape(answer.text)


def titles(page: str) -> list[str]:
    return re.findall(r"<h3><a [^>]*>(.+)</a></h3>", page)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_says_what_and_where_it_is(full: TestClient, path: str, language: str):
    page = text(full, path, language)

    assert f'<html lang="{language}"' in page
    assert page.count("<h1") == 1
    assert re.search(r'<meta name="description" content=".+">', page)
    assert f'<link rel="canonical" href="https://digest.example.org{path}">' in page
    assert "noindex" not in page


@pytest.mark.parametrize("path", PATHS)
def test_language_asked_for_stays_on_every_link(full: TestClient, path: str):
    own = re.findall(r'<a [^>]*href="(/[^"]+)"', text(full, f"{path}?lang=fr"))

    assert own
    assert all("lang=" in link for link in own)


@pytest.mark.parametrize("path", PATHS)
def test_address_without_slash_leads_to_the_page(full: TestClient, path: str):
    answer = full.get(path.rstrip("/") + "?lang=fr")

    assert (answer.status_code, answer.headers["location"]) == (308, f"{path}?lang=fr")


@pytest.mark.parametrize(
    "path",
    [
        "/topics/nothing/",
        "/topics/nothing/implications/",
        "/topics/adherence/implications/",
        "/types/nothing/",
        "/authors/nobody/",
        "/authors/%20/",
        "/topics/Empathy/",
        "/topics/nothing",
        "/authors/nobody",
        "/topics/empathy/implications/2/",
    ],
)
def test_unknown_name_is_not_found(full: TestClient, path: str):
    assert full.get(path).status_code == 404


def test_topic_lists_the_newest_studies_first_in_pages(full: TestClient):
    first, second, last = (text(full, f"/topics/empathy/?page={page}") for page in (1, 2, 99))

    assert titles(first)[:2] == ["Study 59", "Study 58"]
    assert len(titles(first)) == len(titles(second)) == 20
    assert titles(last) == ["Study 00", "Undated"]
    assert "<title>Empathy, page 2 · Research Digest</title>" in second
    assert '<link rel="canonical" href="https://digest.example.org/topics/empathy/?page=2">' in second


def test_topic_can_be_sorted_by_issue(full: TestClient):
    page = text(full, "/topics/empathy/?order=issue")

    assert titles(page)[:2] == ["Therapists shape the alliance <more> than patients do", "Study 00"]
    assert '<a href="/topics/empathy/#summaries">Sort by year of the study</a>' in page


def test_topic_counts_by_type_and_year(full: TestClient):
    page = text(full, "/topics/empathy/")

    assert "62 summaries" in page
    assert '<th scope="row"><a href="/search?topic=empathy&type=survey">Survey</a></th>' in page
    assert '<a href="/search?topic=empathy&to=2039">2039 or earlier</a>' in page
    assert "Year not known" in page
    assert "By type of research" not in text(full, "/topics/empathy/?page=2")


def test_topic_shows_implications_and_leads_to_all_of_them(full: TestClient):
    page = text(full, "/topics/empathy/")

    assert page.index("Advice 59") < page.index("Advice 58")
    assert "Advice 50" not in page
    assert "All 61 practice implications" in page


def test_implications_have_their_source(full: TestClient):
    first, second = (text(full, f"/topics/empathy/implications/?page={page}") for page in (1, 2))

    assert [re.findall(r"Advice (\d+)", page)[0] for page in (first, second)] == ["59", "10"]
    for part in (
        ">Studies of 2049</h2>",
        '<a href="/2026-10/study-59/">Study 59</a>',
        "Cohort study",
        "Survey",
        'Summary by <a href="/authors/dr-maya-okafor/">Dr. Maya Okafor</a>',
        '<a href="https://doi.org/10.1000/59">doi:10.1000/59</a>',
    ):
        assert part in first


def test_topic_can_be_subscribed_to_followed_and_searched(full: TestClient):
    page = text(full, "/topics/empathy/")

    assert 'href="/subscribe?topic=empathy&lang=en"' in page
    assert '<a href="/topics/empathy/feed.xml">' in page
    assert '<link rel="alternate" type="application/atom+xml" title="Empathy" href="/topics/empathy/feed.xml">' in page
    assert '<a href="/search?topic=empathy">' in page


@pytest.mark.parametrize("path", ["/topics/adherence/", "/types/survey/"])
def test_configured_name_without_articles_says_so_and_is_not_indexed(sqlite_url: str, path: str):
    client = TestClient(create_site(make_site(Database(sqlite_url))))
    page = text(client, path)

    assert "has been published yet" in page
    assert '<meta name="robots" content="noindex">' in page


def test_no_author_yet_is_said(sqlite_url: str):
    client = TestClient(create_site(make_site(Database(sqlite_url))))

    assert "No summary that names its author has been published yet." in text(client, "/authors/")


def test_year_has_its_months_newest_first_and_the_years_beside_it(full: TestClient, database: Database):
    with database.write() as connection:
        publish(connection, Month(2024, 3), web_article("older"))
    page = text(full, "/2026/", "fr")

    assert "Numéros de 2026" in page
    assert "2 numéros, 63 résumés" in page
    assert page.index('<li id="2026-11">') < page.index('<li id="2026-10">')
    assert '<a href="#2026-10">octobre 2026</a>' in page
    assert '<a href="/2024/" rel="prev">' in page
    assert 'rel="next"' not in page
    assert '<a href="/2026/" rel="next">' in text(full, "/2024/")
    assert full.get("/2025/").status_code == 404
    assert full.get("/2024?lang=fr").headers["location"] == "/2024/?lang=fr"


@pytest.mark.parametrize("year", ["02026", "0", "-1", "9" * 20, "9" * 5000, "٢٠٢٦"])
def test_number_that_is_no_year_is_not_found(client: TestClient, year: str):
    assert client.get(f"/{year}/").status_code == 404
    assert client.get(f"/{year}").status_code == 404


def test_every_name_has_its_number_of_articles(full: TestClient):
    for path, row in (
        ("/topics/", '<a href="/topics/empathy/">Empathy</a>\xa0<span class="count">62</span>'),
        ("/types/", '<a href="/types/case-study/">Case study</a>\xa0<span class="count">30</span>'),
        ("/authors/", '<a href="/authors/dr-maya-okafor/">Dr. Maya Okafor</a>\xa0<span class="count">60</span>'),
    ):
        assert row in text(full, path)


def test_every_page_links_to_the_lists(full: TestClient):
    page = text(full, "/2026-10/study-01/")

    for path in ("/topics/", "/types/", "/authors/"):
        assert f'<a href="{path}">' in page


def test_lists_keep_the_path_of_the_site(database: Database):
    site = make_site(database, base_url="https://example.org/digest")
    client = TestClient(create_site(site), base_url="https://example.org", follow_redirects=False)

    assert client.get("/digest/topics").headers["location"] == "/digest/topics/"
    links = re.findall(r'<a [^>]*href="(/[^"]*)"', text(client, "/digest/topics/empathy/"))
    assert links
    assert all(link.startswith("/digest/") for link in links)


def test_withdrawn_article_leaves_the_lists(full: TestClient, database: Database):
    with database.write() as connection:
        publish(connection, OCTOBER, web_article("other", topics=("training",)), word="second")

    assert "Study 59" not in text(full, "/topics/empathy/")
    assert "Other" in text(full, "/topics/training/")
