"""The page of a search, from what was found."""

import datetime as dt
from dataclasses import replace

from factories import make_newsletter, make_taxonomy

from digest.archive.entries import ArchiveEntry
from digest.archive.pages.frame import Pages
from digest.archive.pages.search import PAGE_SIZE, SearchPage, search_page
from digest.archive.query import Order, Query
from digest.archive.results import MARK, UNMARK, Hit, Results
from digest.months import Month

PAGES = Pages(make_newsletter(), make_taxonomy(), "en")
ENTRY = ArchiveEntry(
    Month(2026, 11),
    "one",
    "A <title>",
    "en",
    dt.date(2026, 11, 5),
    "Dr. Ann Lee",
    "dr-ann-lee",
    "meta-analysis",
    ("empathy",),
    2021,
    "",
    "10.1/x",
    "Begins.",
)
HIT = Hit(ENTRY, f"A {MARK}<title>{UNMARK}", f"…that {MARK}begins{UNMARK} & ends")


def page_of(query: Query, pages: Pages = PAGES, **changes) -> SearchPage:
    results = Results(**{"query": query, "asked": query, "hits": (HIT,), "total": 1, **changes})
    return search_page(pages, results, "Search", "")


def test_found_words_are_marked_and_everything_else_is_escaped():
    (line,) = page_of(Query("title")).articles

    assert line.title == "A <mark>&lt;title&gt;</mark>"
    assert line.excerpt == "…that <mark>begins</mark> &amp; ends"


def test_years_that_the_text_named_are_limits_that_can_be_removed():
    page = page_of(Query("empathy", first_year=2020))

    assert page.query == Query("empathy", first_year=2020)
    assert [(chip.filter, chip.name, chip.path) for chip in page.chips] == [("from", "2020", "/search?q=empathy")]


def test_each_filter_that_is_set_can_be_removed_alone_and_starts_at_the_first_page():
    query = Query("x", ("empathy",), ("meta-analysis",), ("dr-ann-lee",), ("fr",), 2000, 2020, Order.STUDY, 3)
    page = page_of(query, total=100, authors={"dr-ann-lee": "Dr. Ann Lee"}, facets={"language": {"fr": 2}})

    assert [(chip.filter, chip.name) for chip in page.chips] == [
        ("topic", "Empathy"),
        ("type", "Meta analysis"),
        ("author", "Dr. Ann Lee"),
        ("language", "Français"),
        ("from", "2000"),
        ("to", "2020"),
    ]
    assert page.chips[0].path == PAGES.search_path(replace(query, topics=(), page=1))
    assert page.chips[5].path == PAGES.search_path(replace(query, last_year=None, page=1))
    assert page.unfiltered_path == "/search?q=x&order=study"


def test_filters_name_their_values_and_those_chosen_come_first():
    page = page_of(Query(topics=("attachment",)), facets={"topic": {"empathy": 3, "training": 2}})

    (facet,) = page.facets
    assert [(one.name, one.count, one.is_chosen) for one in facet.shown] == [
        ("Attachment", 0, True),
        ("Empathy", 3, False),
        ("Training", 2, False),
    ]


def test_filter_folds_its_rarer_values_away():
    page = page_of(Query(), facets={"topic": {f"topic-{number:02}": 20 - number for number in range(20)}})

    (facet,) = page.facets
    assert len(facet.shown) == 8
    assert next(one.value for one in facet.folded) == "topic-08"
    assert len(facet.folded) == 12


def test_filter_with_one_value_is_not_offered():
    assert page_of(Query(), facets={"language": {"en": 1}}).facets == ()


def test_pages_keep_the_search():
    page = page_of(Query("x", topics=("empathy",), page=2), total=3 * PAGE_SIZE)

    assert page.pagination.previous_path == "/search?q=x&topic=empathy"
    assert page.pagination.next_path == "/search?q=x&topic=empathy&page=3"


def test_language_that_was_asked_for_stays_in_every_address():
    pages = Pages(make_newsletter(base_url="https://example.org/sub"), make_taxonomy(), "fr", asked=True)
    page = page_of(Query("x", topics=("empathy",)), pages)

    assert page.chips[0].path == "/sub/search?q=x&lang=fr"
    assert page.action == "/sub/search"
    assert page.head.canonical == "https://example.org/sub/search?q=x&topic=empathy&lang=fr"
    assert [version.path for version in page.head.versions] == [
        "/sub/search?q=x&topic=empathy&lang=en",
        "/sub/search?q=x&topic=empathy&lang=fr",
    ]


def test_without_words_there_is_no_best_match():
    assert page_of(Query(), total=2).orders == (Order.ISSUE, Order.STUDY)
    assert page_of(Query(), total=2).order is Order.ISSUE
    assert page_of(Query("x"), total=2).orders == tuple(Order)


def test_corrected_words_are_said():
    query = Query("empathie")
    results = Results(Query("empathy"), (HIT,), 1, asked=query, is_corrected=True)

    assert search_page(PAGES, results, "", "").corrected == "empathy"
    assert page_of(query).corrected == ""


def test_only_the_page_without_a_search_is_for_search_engines():
    assert not page_of(Query()).is_search
    assert not page_of(Query(page=2)).is_search
    assert page_of(Query("x")).is_search
    assert page_of(Query(topics=("empathy",))).is_search
