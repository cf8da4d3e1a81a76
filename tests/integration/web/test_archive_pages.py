"""The published issues, as a browser gets them."""

import datetime as dt
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import html5lib
import pytest
from archive_samples import publish, study, web_article
from services.site import make_site
from starlette.testclient import TestClient

from digest.months import Month
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


@pytest.fixture
def archive(sqlite_url: str) -> Iterator[TestClient]:
    """A site with four issues: two summaries of one study, and articles that share topics with the first of them."""
    database = Database(sqlite_url)
    doi = "10.1000/one"
    known = study(2021, design="Cohort study", journal="A Journal", n=6138, k=2, effect="r = .28", preregistered=False)
    with database.write() as connection:
        publish(connection, Month(2025, 12), web_article("again", doi=doi, topics=("training",)))
        publish(connection, Month(2026, 9), web_article("first"), web_article("near", topics=("empathy", "attachment")))
        publish(
            connection,
            Month(2026, 10),
            web_article(
                "summary",
                doi=doi,
                study=known,
                topics=("empathy", "attachment", "gone"),
                research_type="survey",
                author="Dr. B. Bee",
                html="<p>Text.</p><h2>Methods</h2>",
                phrases={"en": "trust", "fr": "la confiance"},
            ),
            web_article("other", topics=("training",), phrases={"en": "sleep", "fr": "le sommeil"}),
            now=dt.datetime(2026, 10, 21, 2, tzinfo=dt.UTC),
        )
        publish(connection, Month(2026, 11), web_article("newest", topics=("attachment",), phrases={"en": "sleep"}))
    yield TestClient(create_site(make_site(database)), follow_redirects=False)
    database.dispose()


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


def test_home_has_the_newest_issue_earlier_articles_and_ways_in(archive: TestClient):
    page = archive.get("/", headers={"Accept-Language": "fr"}).text
    newest, _, latest = page.partition('id="latest"')

    assert ">Novembre 2026</a></h2>" in newest  # it has no phrase in French
    assert 'href="/2026-11/newest/"' in newest
    assert re.findall(r'<h3><a href="([^"]+)"', latest)[:2] == ["/2026-10/summary/", "/2026-10/other/"]
    assert re.search(r'href="/topics/empathy/">Empathie</a>&nbsp;<span class="count">3<', latest)
    assert re.search(r'href="/types/survey/">Survey</a>&nbsp;<span class="count">1<', latest)
    assert re.search(r'href="/2026/">2026</a>&nbsp;<span class="count">3<', latest)
    assert 'href="/subscribe?lang=fr"' in page


def test_home_says_what_this_month_is_about_in_the_language_of_the_page(archive: TestClient, sqlite_url: str):
    with Database(sqlite_url).write() as connection:
        article = web_article("later", phrases={"en": "grief", "fr": "le deuil"})
        publish(connection, Month(2026, 12), article)

    assert ">This month: grief</a>" in archive.get("/?lang=en").text
    assert ">Ce mois-ci : le deuil</a>" in archive.get("/?lang=fr").text


def test_home_shows_no_more_issues_and_articles_however_many_there_are(archive: TestClient, sqlite_url: str):
    def listed() -> int:
        return len(set(re.findall(r'href="(/\d{4}-\d\d/[^"]*)"', archive.get("/").text)))

    with Database(sqlite_url).write() as connection:
        for year in range(1990, 2020):
            publish(connection, Month(year, 1), *(web_article(f"study-{number}") for number in range(4)))
    some = listed()
    with Database(sqlite_url).write() as connection:
        for year in range(1960, 1990):
            publish(connection, Month(year, 1), *(web_article(f"study-{number}") for number in range(4)))

    assert listed() == some


def test_issue_has_a_heading_for_the_web_a_date_and_its_contents(archive: TestClient):
    page = archive.get("/2026-10/?lang=fr").text

    assert "<h1>Octobre 2026 : la confiance et le sommeil</h1>" in page
    assert '<time datetime="2026-10-21">21 octobre 2026</time>' in page
    assert "2 articles" in page
    assert re.findall(r'<li><a href="(#[^"]+)"', page) == ["#summary", "#other"]


def test_issue_leads_to_those_before_and_after(archive: TestClient):
    page = archive.get("/2026-10/").text

    assert re.findall(r'href="([^"]+)" rel="(prev|next)"', page) == [("/2026-09/", "prev"), ("/2026-11/", "next")]
    assert 'rel="prev"' not in archive.get("/2025-12/").text


def test_article_says_when_and_where_it_appeared_and_what_it_is_about(archive: TestClient):
    page = archive.get("/2026-10/summary/").text
    header = page[page.index("<h1") : page.index('id="study"')]
    facts = dict(re.findall(r"<dt>(.*?)</dt>\s*<dd>\s*(.*?)\s*</dd>", page, re.DOTALL))

    assert '<a href="/2026-10/"><time datetime="2026-10">October 2026</time> issue</a>' in header
    assert '<time datetime="2026-10-21">October 21, 2026</time>' in header
    assert '<a href="/authors/dr-b-bee/">Dr. B. Bee</a>' in header
    assert '<a href="/types/survey/">Survey</a>' in page
    assert '<a href="/topics/attachment/">Attachment</a>' in page
    assert facts == {
        "Design": "<span>Cohort study</span>",
        "Year": "2021",
        "Published in": "<cite>A Journal</cite>",
        "Sample": "2 studies, 6,138 participants",
        "Main effect": "<span>r = .28</span>",
        "Preregistered": "No",
        "DOI": '<a href="https://doi.org/10.1000/one">10.1000/one</a>',
    }


def test_article_leads_to_the_same_study_related_articles_and_those_beside_it(archive: TestClient):
    page = archive.get("/2026-10/summary/").text

    def listed(section: str) -> list[str]:
        text = page.partition(f'<h2 id="{section}">')[2].partition("</section>")[0]
        return re.findall(r'href="(/\d[^"]+)"', text)

    assert listed("same-study") == ["/2025-12/again/"]
    assert listed("related") == ["/2026-11/newest/", "/2026-09/first/"]
    assert re.findall(r'href="([^"]+)" rel="(prev|next)"', page) == [
        ("/2026-09/near/", "prev"),
        ("/2026-10/other/", "next"),
    ]


def test_article_invites_to_subscribe_to_its_topics_and_the_form_has_them_selected(archive: TestClient):
    page = archive.get("/2026-10/summary/?lang=en").text
    [path] = re.findall(r'href="(/subscribe\?topic[^"]+)"', page)
    form = archive.get(html.unescape(path)).text

    assert html.unescape(path) == "/subscribe?topic=empathy&topic=attachment&lang=en"
    assert sorted(re.findall(r'name="topic" value="([^"]+)" checked', form)) == ["attachment", "empathy"]


@pytest.mark.parametrize(("path", "name"), [("/2026-10/", "summary-methods"), ("/2026-10/summary/", "text-methods")])
def test_heading_of_an_article_has_an_address(archive: TestClient, path: str, name: str):
    page = archive.get(path).text
    ids = re.findall(r' id="([^"]+)"', page)

    assert f'id="{name}"><a class="anchor" href="#{name}">Methods</a>' in page
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "path", ["/", "/?lang=fr", "/2026-10/", "/2026-11/?lang=fr", "/2026-10/summary/", "/2025-12/again/"]
)
def test_markup_of_a_page_is_well_formed(archive: TestClient, path: str):
    parser = html5lib.HTMLParser()
    parser.parse(archive.get(path).text)

    assert parser.errors == []


def test_design_that_begins_with_the_type_is_not_said_twice_and_keeps_its_language(sqlite_url: str):
    database = Database(sqlite_url)
    with database.write() as connection:
        designs = {"a": "Survey of therapists", "b": "Online questionnaire", "c": ""}
        articles = [web_article(slug, research_type="survey", study=study(design=one)) for slug, one in designs.items()]
        publish(connection, Month(2026, 11), *articles)
    client = TestClient(create_site(make_site(database)))
    first, second, third = re.findall('<ul class="dots">(.*?)</ul>', client.get("/?lang=fr").text, re.DOTALL)

    assert ' lang="en" dir="ltr"><a href="/types/survey/?lang=fr">Survey of therapists</a></li>' in first
    assert ">Survey</a>" not in first
    assert ' lang="en" dir="ltr">Online questionnaire</li>' in second
    assert ">Survey</a>" in second
    assert ">Survey</a>" in third


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
    assert [link for link in own if "lang=" not in link] == []


def test_article_in_another_language_than_the_page_is_marked(client: TestClient):
    page = client.get("/2026-11/empathie/?lang=en").text

    assert '<h1 lang="fr" dir="ltr">L’empathie compte</h1>' in page
    assert '<div class="prose" lang="fr" dir="ltr">' in page


def test_english_citation_on_a_french_page_is_marked_as_english(client: TestClient):
    page = client.get("/2026-11/alliance/?lang=fr").text

    assert '<html lang="fr" dir="ltr">' in page
    assert 'class="citation" lang="en" dir="ltr"><span lang="en" dir="ltr">' in page


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
