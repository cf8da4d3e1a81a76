"""What the pages of the archive show."""

import re
from dataclasses import replace

from factories import NOON, make_newsletter, make_taxonomy

from digest.archive.entries import entry_of
from digest.archive.pages.entry_points import Counts
from digest.archive.pages.frame import NamedLink, Pages
from digest.archive.pages.issues import IssueLink, home_page, issue_page
from digest.archive.pages.permalink import article_page
from digest.issue.issue import Document, WebArticle, WebNotice
from digest.months import Month


def pages(language: str = "en", *, asked: bool = False, **newsletter: object) -> Pages:
    return Pages(make_newsletter(**newsletter), make_taxonomy(), language, asked)


def article(slug: str, **changes: object) -> WebArticle:
    values: dict = {
        "slug": slug,
        "title": f"Title of {slug}",
        "language": "en",
        "about": slug,
        "html": "<p>First.</p><h2>Methods</h2>",
        "implications_html": "<h3>At work</h3>",
        "citation": None,
        "citation_html": None,
        "doi": None,
        "topics": ("empathy", "gone"),
        "research_type": "survey",
        "author": None,
    }
    return WebArticle(**values | changes)


DOCUMENT = Document(
    "2026-11",
    {"en": "English subject", "fr": "Sujet français"},
    {"en": "", "fr": ""},
    (article("one"), article("two", title="<b> & c")),
    (),
)
NOTHING = Counts({}, {}, {})


def test_links_stay_on_the_host_that_the_reader_came_to():
    page = home_page(pages(base_url="https://example.org/digest"), DOCUMENT, [], NOTHING, "About")

    assert page.newest is not None
    assert page.newest.path == "/digest/2026-11/"
    assert page.newest.articles[0].path == "/digest/2026-11/one/"
    assert page.head.canonical == "https://example.org/digest/"


def test_links_keep_a_language_only_if_the_reader_asked_for_it():
    assert issue_page(pages("fr"), DOCUMENT, NOON).articles[0].path == "/2026-11/one/"
    assert issue_page(pages("fr", asked=True), DOCUMENT, NOON).articles[0].path == "/2026-11/one/?lang=fr"


def test_every_page_names_its_versions_in_all_languages():
    page = article_page(pages(), DOCUMENT, "one", NOON)

    assert page is not None
    assert [(version.name, version.url, version.path) for version in page.head.versions] == [
        ("English", "https://digest.example.org/2026-11/one/?lang=en", "/2026-11/one/?lang=en"),
        ("Français", "https://digest.example.org/2026-11/one/?lang=fr", "/2026-11/one/?lang=fr"),
    ]


def test_names_of_topics_are_in_the_language_of_the_page_and_an_unknown_one_is_its_slug():
    topics = issue_page(pages("fr"), DOCUMENT, NOON).articles[0].topics

    assert [(topic.name, topic.path) for topic in topics] == [
        ("Empathie", "/topics/empathy/"),
        ("gone", "/topics/gone/"),
    ]


def test_heading_is_written_for_the_web_and_not_the_subject_of_the_mail():
    assert issue_page(pages(), DOCUMENT, NOON).head.title == "November 2026: one and two"
    assert issue_page(pages("fr"), DOCUMENT, NOON).head.title == "Novembre 2026"


def test_issue_leads_to_those_beside_it():
    page = issue_page(pages("fr", asked=True), DOCUMENT, NOON, (Month(2026, 9), None))

    assert page.previous == IssueLink(Month(2026, 9), "/2026-09/?lang=fr")
    assert page.next is None


def test_home_has_the_newest_issue_the_latest_articles_and_the_ways_into_the_archive():
    latest = [entry_of(article("older"), Month(2026, 10), NOON.date())]
    counts = Counts({"empathy": 3}, {"survey": 2}, {2026: 11})
    page = home_page(pages(), DOCUMENT, latest, counts, "About")

    assert page.newest is not None
    assert [line.title for line in page.newest.articles] == ["Title of one", "<b> & c"]
    assert page.about == "one and two"
    assert [line.path for line in page.latest] == ["/2026-10/older/"]
    assert page.topics[0].links == (NamedLink("Empathy", "/topics/empathy/", 3),)
    assert page.types == (NamedLink("Survey", "/types/survey/", 2),)
    assert page.years == (NamedLink("2026", "/2026/", 11),)


def test_home_without_issues_has_none():
    assert home_page(pages(), None, [], NOTHING, "About").newest is None


def test_headings_stand_below_the_title_of_their_article():
    issue, alone = issue_page(pages(), DOCUMENT, NOON).articles[0], article_page(pages(), DOCUMENT, "one", NOON)

    assert re.findall("<h.>|<h. [^>]*>", issue.article.html) == ['<h3 id="one-methods">']
    assert re.findall("<h. [^>]*>", issue.article.implications_html or "") == ['<h4 id="one-implications-at-work">']
    assert alone is not None
    assert re.findall("<h. [^>]*>", alone.view.article.html) == ['<h2 id="text-methods">']


def test_issue_without_introduction_is_described_by_its_titles():
    assert issue_page(pages(), DOCUMENT, NOON).head.description == "Title of one; <b> & c"


def test_unknown_article_has_no_page():
    assert article_page(pages(), DOCUMENT, "three", NOON) is None


def test_page_shows_the_notices_of_its_language_and_those_of_all():
    notices = (WebNotice("All", "", ""), WebNotice("English", "", "", ("en",)), WebNotice("Français", "", "", ("fr",)))
    november = replace(DOCUMENT, notices=notices)

    assert [notice.title for notice in issue_page(pages("fr"), november, NOON).notices] == ["All", "Français"]


def test_introduction_that_only_repeats_the_heading_is_left_out():
    composed = replace(DOCUMENT, introduction_html={"en": "<p>This month: one and two.</p>", "fr": "<p>Bonjour</p>"})

    assert issue_page(pages(), composed, NOON).introduction_html == ""
    assert issue_page(pages("fr"), composed, NOON).introduction_html == "<p>Bonjour</p>"
