"""The feeds, as a feed reader gets them."""

import datetime as dt
import re
from dataclasses import replace

import atom_rules
import pytest
from archive_samples import publish, study, web_article
from atom_rules import ATOM, LANG
from factories import NOON
from services.site import make_site
from starlette.testclient import TestClient

from digest.issue.withdrawal import EVERY, Withdrawal
from digest.months import Month
from digest.storage import withdrawals
from digest.storage.db.database import Database
from digest.web.app import create_site

OCTOBER = Month(2026, 10)
FEEDS = [
    "/feed.xml",
    "/topics/empathy/feed.xml",
    "/types/survey/feed.xml",
    "/feed.xml?lang=fr",
    "/topics/adherence/feed.xml",
]
MANY = [
    web_article(
        f"study-{number:02}",
        title=f"Study {number:02} <of> “empathy” & more",
        html='<h2>Methods</h2><p>See <a href="/2026-11/alliance/">this</a>, <a href="#x">that</a> and '
        '<a href="https://example.org/?a=1&amp;b=2">another</a>. <img src="chart.png" alt="a &gt; b"></p>',
        study=study(1990 + number),
        citation_html="Lee, A. (2021). <i>A study</i>.",
        implications_html="<p>Listen.</p>",
        research_type="survey" if number % 2 else None,
        author="Dr. Maya Okafor" if number % 3 else None,
        doi=f"10.1000/{number:02}",
        language="fr" if number == 1 else "en",
    )
    for number in range(25)
]


@pytest.fixture
def full(database: Database) -> TestClient:
    with database.write() as connection:
        publish(connection, OCTOBER, *MANY)
    return TestClient(create_site(make_site(database)), base_url="https://digest.example.org", follow_redirects=False)


def entries(client: TestClient, path: str) -> list[dict[str, str]]:
    """Every entry: the text of each of its elements."""
    root = atom_rules.read(client.get(path).content)
    return [{child.tag.removeprefix(ATOM): child.text or "" for child in one} for one in root.iter(f"{ATOM}entry")]


@pytest.mark.parametrize("path", FEEDS)
def test_feed_follows_the_rules(full: TestClient, path: str):
    answer = full.get(path)

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert atom_rules.problems(answer.content) == []


def test_rules_find_what_is_wrong():
    document = b"""<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title/><updated>yesterday</updated>
        <link href="/a"/><entry><title>A</title></entry></feed>"""

    assert len(atom_rules.problems(document)) >= 8


def test_feed_of_an_archive_without_issues_is_valid(sqlite_url: str):
    answer = TestClient(create_site(make_site(Database(sqlite_url)))).get("/feed.xml")

    assert answer.status_code == 200
    assert atom_rules.problems(answer.content) == []


def test_feed_has_the_twenty_newest_articles(full: TestClient):
    found = entries(full, "/feed.xml")

    assert [one["title"] for one in found[:3]] == [
        "Therapists shape the alliance <more> than patients do",
        "L’empathie compte",
        "Study 00 <of> “empathy” & more",
    ]
    assert len(found) == 20


def test_feeds_of_topic_and_type_have_only_their_articles(full: TestClient):
    topic, kind = entries(full, "/topics/training/feed.xml"), entries(full, "/types/survey/feed.xml")

    assert [one["title"] for one in topic] == ["L’empathie compte"]
    assert len(kind) == 14
    assert all(int(one["id"].rpartition("study-")[2].strip("/")) % 2 for one in kind[2:])


def test_entry_has_the_whole_article(full: TestClient):
    text = entries(full, "/feed.xml")[2]["content"]

    assert "Lee, A. (2021). <i>A study</i>." in text
    assert "<h2>Methods</h2>" in text
    assert "<h2>Practice implications</h2>\n<p>Listen.</p>" in text


def test_every_link_of_the_text_is_absolute(full: TestClient):
    text = entries(full, "/feed.xml")[2]["content"]

    assert re.findall(r'(?:href|src)="([^"]*)"', text) == [
        "https://digest.example.org/2026-11/alliance/",
        "https://digest.example.org/2026-10/study-00/#x",
        "https://example.org/?a=1&amp;b=2",
        "https://digest.example.org/2026-10/study-00/chart.png",
    ]


def test_articles_keep_their_language_in_every_feed(full: TestClient):
    for path, language in (("/feed.xml", "en"), ("/feed.xml?lang=fr", "fr")):
        root = atom_rules.read(full.get(path, headers={"Accept-Language": "fr"}).content)

        assert root.get(LANG) == language
        assert [one.get(LANG) for one in root.iter(f"{ATOM}entry")][:4] == ["en", "fr", "en", "fr"]
    assert "<h2>Implications pour la pratique</h2>" in entries(full, "/feed.xml")[3]["content"]


def test_id_of_an_article_is_its_permalink_in_every_feed(full: TestClient):
    ids = [[one["id"] for one in entries(full, path)] for path in ("/feed.xml", "/feed.xml?lang=fr")]

    assert ids[0] == ids[1]
    assert ids[0][0] == "https://digest.example.org/2026-11/alliance/"


def test_feed_says_where_it_is_itself(full: TestClient):
    for path in ("/feed.xml", "/feed.xml?lang=fr", "/topics/empathy/feed.xml?lang=fr"):
        root = atom_rules.read(full.get(path).content)
        links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}

        assert links["self"] == root.findtext(f"{ATOM}id") == f"https://digest.example.org{path}"
        assert links["alternate"] == f"https://digest.example.org{path}".replace("feed.xml", "")


def test_withdrawn_article_is_not_in_the_feed(full: TestClient, database: Database):
    with database.write() as connection:
        withdrawals.save(connection, Withdrawal(OCTOBER, "study-00", "Study", "en", {EVERY: "Retracted."}, NOON))
        publish(connection, OCTOBER, *MANY[1:], word="second", now=NOON + dt.timedelta(days=3))

    assert not [one for one in entries(full, "/feed.xml") if one["id"].endswith("/study-00/")]


def test_correction_of_an_article_updates_only_its_entry(full: TestClient, database: Database):
    before = entries(full, "/feed.xml")
    with database.write() as connection:
        corrected = replace(MANY[2], html="<p>A corrected text.</p>")
        publish(connection, OCTOBER, *MANY[:2], corrected, *MANY[3:], word="second", now=NOON + dt.timedelta(days=3))
    after = entries(full, "/feed.xml")

    changed = [new["id"] for old, new in zip(before, after, strict=True) if old["updated"] != new["updated"]]
    assert changed == ["https://digest.example.org/2026-10/study-02/"]
    assert [one["published"] for one in after] == [one["published"] for one in before]
    assert atom_rules.read(full.get("/feed.xml").content).findtext(f"{ATOM}updated") == after[4]["updated"]
    assert f"{NOON + dt.timedelta(days=3):%Y-%m-%d}" in full.get("/sitemap.xml").text


@pytest.mark.parametrize("path", ["/topics/nothing/feed.xml", "/types/nothing/feed.xml", "/authors/x/feed.xml"])
def test_there_is_no_feed_of_what_does_not_exist(full: TestClient, path: str):
    assert full.get(path).status_code == 404


def test_characters_that_xml_cannot_have_are_left_out(database: Database):
    with database.write() as connection:
        publish(connection, OCTOBER, web_article("odd", title="A\x00B\x0bC\ufffeD", html="<p>x\x1b]]>&amp;\x85y</p>"))
    client = TestClient(create_site(make_site(database)))

    answer = client.get("/feed.xml")

    assert atom_rules.problems(answer.content) == []
    assert entries(client, "/feed.xml")[2]["title"] == "ABCD"


def test_pages_say_where_their_feeds_are(full: TestClient):
    for path, language, feeds in (
        ("/", "en", ["/feed.xml"]),
        ("/2026-11/alliance/", "fr", ["/feed.xml?lang=fr"]),
        ("/topics/empathy/", "en", ["/feed.xml", "/topics/empathy/feed.xml"]),
        ("/types/survey/", "fr", ["/feed.xml?lang=fr", "/types/survey/feed.xml?lang=fr"]),
    ):
        page = full.get(path, headers={"Accept-Language": language}).text
        found = re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">', page)

        assert found == feeds
        assert all(full.get(feed).status_code == 200 for feed in found)


def test_feed_under_a_path_links_there(database: Database):
    client = TestClient(create_site(make_site(database, base_url="https://example.org/digest")))
    page = client.get("/digest/").text

    assert 'href="/digest/feed.xml"' in page
    assert entries(client, "/digest/feed.xml")[0]["id"] == "https://example.org/digest/2026-11/alliance/"


def test_feed_reader_that_has_the_feed_gets_no_content(full: TestClient):
    first = full.get("/feed.xml")

    assert full.get("/feed.xml", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    assert first.headers["vary"] == "Accept-Encoding"
    assert first.headers["last-modified"]
