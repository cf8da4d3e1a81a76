"""The public site as files: complete, incremental, and true to the site."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from archive_samples import publish, study, web_article
from factories import NOON
from lxml import etree, html
from services.site import frozen_november, make_site
from services.site import publish as publish_frozen

from digest.issue.withdrawal import EVERY, Withdrawal
from digest.months import Month
from digest.storage import withdrawals
from digest.storage.db.database import Database, upgrade
from digest.web.export.run import SiteExport, export_site
from digest.web.site import Site

URL = "https://archive.example.org/digest"
SITE = "https://digest.example.org"
FORMS = (f"{SITE}/subscribe?", f"{SITE}/link?")
MAY = Month(2025, 5)
ARTICLES = [
    web_article(
        f"study-{number:02}",
        study=study(1990 + number),
        implications_html=f"<p>Advice {number:02}.</p>",
        research_type="survey" if number % 2 else "case-study",
        author="Dr. Maya Okafor",
        doi=f"10.1000/a.b({number:02}).txt",
        language="fr" if number % 3 else "en",
    )
    for number in range(45)
]
LINKS = {"href", "src", "action"}
NAMES = [
    "index.html",
    "2025/index.html",
    "2025-05/index.html",
    "2025-05/study-01/index.html",
    "topics/index.html",
    "topics/empathy/index.html",
    "topics/empathy/page-2/index.html",
    "topics/empathy/order-issue/page-3/index.html",
    "topics/empathy/implications/index.html",
    "types/index.html",
    "types/survey/index.html",
    "authors/index.html",
    "authors/dr-maya-okafor/index.html",
    "feed.xml",
    "topics/empathy/feed.xml",
    "search/index.html",
    "about/index.html",
    "privacy/index.html",
    "404.html",
]


@pytest.fixture
def exported_site(database: Database) -> Site:
    return site_with_past(database)


def site_with_past(database: Database) -> Site:
    """A site with a past month, one of whose articles was withdrawn."""
    with database.write() as connection:
        publish(connection, MAY, *ARTICLES)
        withdrawals.save(connection, Withdrawal(MAY, "gone", "A gone article", "en", {EVERY: "Wrong"}, NOON))
    return make_site(database, base_url=URL)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SiteExport]:
    """A whole export, which no test changes."""
    folder = tmp_path_factory.mktemp("export")
    url = f"sqlite:///{folder / 'digest.db'}"
    upgrade(url)
    database = Database(url, lambda _connection: NOON)
    publish_frozen(database, frozen_november())
    yield export_site(site_with_past(database), folder / "export", forms_url=SITE)
    database.dispose()


@pytest.fixture
def first(exported_site: Site, tmp_path: Path) -> SiteExport:
    """An export that is followed by another one."""
    return export_site(exported_site, tmp_path / "export", forms_url=SITE)


def pages(current: Path) -> Iterator[tuple[str, html.HtmlElement]]:
    """Every page with its path on the host."""
    for path in sorted(current.resolve().rglob("*.html")):
        name = path.relative_to(current.resolve()).as_posix().removesuffix("index.html")
        yield f"/digest/{name}", html.fromstring(path.read_bytes())


def links(page: html.HtmlElement) -> Iterator[str]:
    for element in page.iter():
        yield from (value for name, value in element.attrib.items() if name in LINKS)
        if element.get("http-equiv") == "refresh":
            yield element.get("content").partition("url=")[2]
        if element.get("property") in {"og:url", "og:image"}:
            yield element.get("content")


def read(done: SiteExport, name: str) -> str:
    return (done.current / name).read_text(encoding="utf-8")


def test_every_link_of_the_export_leads_to_one_of_its_files(full: SiteExport):
    led_nowhere, followed = set(), 0
    for place, page in pages(full.current):
        for link in links(page):
            target = urljoin(urljoin(URL, place), link)
            if not target.startswith(f"{URL}/") and target != URL:
                continue
            path = unquote(urlsplit(target).path.removeprefix("/digest/"))
            file = full.current / (path + "index.html" if path.endswith("/") or not path else path)
            followed += 1
            if not file.is_file():
                led_nowhere.add((place, target))

    assert not led_nowhere
    assert followed > 5000


def test_no_link_needs_the_running_site_but_those_to_forms(full: SiteExport):
    for place, page in pages(full.current):
        for link in links(page):
            target = urlsplit(urljoin(urljoin(URL, place), link))
            assert "lang=" not in target.query or target.geturl().startswith(FORMS), (place, link)
            assert target.hostname not in {"localhost", "127.0.0.1", "export.invalid"}, (place, link)
            if target.hostname == "digest.example.org":
                assert target.geturl().startswith(FORMS), (place, link)


def test_every_type_of_page_is_there_in_every_language(full: SiteExport):
    for name in NAMES:
        english, french = read(full, name), read(full, f"fr/{name}")

        assert english != french, name
        if name.endswith(".html"):
            assert '<html lang="en"' in english, name
            assert '<html lang="fr"' in french, name


def test_head_says_the_addresses_of_the_export(full: SiteExport):
    page = html.fromstring((full.current / "fr/topics/empathy/page-2/index.html").read_bytes())

    assert page.xpath("//link[@rel='canonical']/@href") == [f"{URL}/fr/topics/empathy/page-2/"]
    alternates = {one.get("hreflang"): one.get("href") for one in page.xpath("//link[@hreflang]")}
    assert alternates["en"] == f"{URL}/topics/empathy/page-2/"
    assert alternates["fr"] == f"{URL}/fr/topics/empathy/page-2/"
    assert alternates.get("x-default", f"{URL}/topics/empathy/page-2/") == f"{URL}/topics/empathy/page-2/"


def test_withdrawn_article_has_a_page_that_search_engines_leave_out(full: SiteExport):
    page = read(full, "2025-05/gone/index.html")

    assert "Wrong" in page
    assert '<meta name="robots" content="noindex">' in page


def test_feeds_are_well_formed_and_name_the_export(full: SiteExport):
    feed = etree.fromstring((full.current / "fr/feed.xml").read_bytes())

    own = feed.xpath("string(//*[local-name()='feed']/*[local-name()='link'][@rel='self']/@href)")
    assert own == f"{URL}/fr/feed.xml"
    assert "?lang=" not in etree.tostring(feed, encoding="unicode")


def test_address_of_an_asset_changes_with_its_content(full: SiteExport):
    assert re.search(r'<link rel="stylesheet" href="/digest/assets/site-[0-9a-f]{12}\.css">', read(full, "index.html"))


def test_forms_are_left_out_where_no_site_runs(exported_site: Site, tmp_path: Path):
    done = export_site(exported_site, tmp_path / "export")

    assert not [link for _, page in pages(done.current) for link in links(page) if "subscribe" in link]
    assert not [(place, page) for place, page in pages(done.current) if "" in set(links(page))]


def test_no_page_is_personal(full: SiteExport):
    assert not [
        path for path in full.current.resolve().rglob("*") if path.name in {"preferences", "unsubscribe", "link"}
    ]


def test_every_page_allows_only_files_of_the_export(full: SiteExport):
    for place, page in pages(full.current):
        policy = page.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
        assert "default-src 'none'" in policy or page.xpath("//meta[@http-equiv='refresh']"), place
        assert "unsafe-inline" not in policy


def test_sitemap_names_pages_of_the_export(full: SiteExport):
    places = etree.fromstring((full.current / "sitemap.xml").read_bytes()).xpath("//*[local-name()='loc']/text()")

    assert f"{URL}/2025-05/study-01/" in places
    assert all(place.startswith(f"{URL}/") and "?" not in place for place in places)


def test_without_search_no_page_leads_to_one(exported_site: Site, tmp_path: Path):
    done = export_site(exported_site, tmp_path / "export", searchable=False)

    assert not (done.current / "pagefind").exists()
    assert not [link for _, page in pages(done.current) for link in links(page) if "/search/" in link]
    assert not [place for place, page in pages(done.current) if page.xpath("//form[@role='search']")]


def test_archive_without_articles_is_exported_without_a_search(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    upgrade(url)
    database = Database(url, lambda _connection: NOON)

    done = export_site(make_site(database, base_url=URL), tmp_path / "export")

    assert "No issue has been published yet." in read(done, "index.html")
    assert not (done.current / "pagefind").exists()
    assert not [place for place, page in pages(done.current) if page.xpath("//form[@role='search']")]
    database.dispose()


def test_second_export_writes_nothing(exported_site: Site, first: SiteExport, tmp_path: Path):
    again = export_site(exported_site, tmp_path / "export", forms_url=SITE)

    assert (again.changes.written, again.changes.removed) == (0, 0)
    assert again.changes.unchanged == first.files


def test_correction_changes_only_what_shows_it(
    database: Database, exported_site: Site, first: SiteExport, tmp_path: Path
):
    withdrawn, *others = ARTICLES
    with database.write() as connection:
        publish(connection, MAY, *others, word="second")
    again = export_site(exported_site, tmp_path / "export", forms_url=SITE)

    assert not (again.current / f"2025-05/{withdrawn.slug}/index.html").exists()
    assert again.changes.removed >= 2
    assert 0 < again.changes.written < again.changes.unchanged


def test_nothing_is_missing(full: SiteExport):
    assert full.missing == ()
