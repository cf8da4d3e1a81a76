"""The lists of a topic, a type or an author."""

import datetime as dt
from typing import Any

import pytest
from archive_samples import study, web_article
from factories import NOVEMBER, make_newsletter, make_taxonomy
from hypothesis import given
from hypothesis import strategies as st

from digest.archive.entries import ArchiveEntry, entry_of
from digest.archive.facets import Breakdown, Facet
from digest.archive.pages.frame import NamedLink, Pages
from digest.archive.pages.listing.by_facet import (
    ArticleListPage,
    ListRequest,
    article_list,
    implications_page,
    list_head,
    topic_page,
)
from digest.archive.pages.listing.charts import year_bars
from digest.archive.query import Order, Query, read_query
from digest.months import Month

DAY = dt.date(2026, 11, 24)
COUNTS = Breakdown(
    45, {"empathy": 45, "training": 3}, {"survey": 30, "old-type": 15}, {2021: 40, 2019: 3}, 7, "2026-05", "2026-11"
)


def pages(language: str = "en", *, asked: bool = False) -> Pages:
    return Pages(make_newsletter(base_url="https://example.org/digest"), make_taxonomy(), language, asked)


def entry(slug: str, **changes: Any) -> ArchiveEntry:
    return entry_of(web_article(slug, **changes), NOVEMBER, DAY)


def wanted(facet: Facet = Facet.TOPIC, value: str = "empathy", **query: Any) -> ListRequest:
    return ListRequest(facet, value, "Empathy", COUNTS, Query(**query))


def test_page_of_a_list_shows_its_articles_and_what_else_there_is():
    listed = article_list(pages(), wanted(page=2), [entry("a"), entry("b")])

    assert [line.path for line in listed.articles] == ["/digest/2026-11/a/", "/digest/2026-11/b/"]
    assert (listed.pagination.page, listed.pagination.last) == (2, 3)
    assert listed.pagination.previous_path == "/digest/topics/empathy/"
    assert listed.pagination.next_path == "/digest/topics/empathy/?page=3"
    assert listed.months == (Month(2026, 5), Month(2026, 11))
    assert listed.undated == 2
    assert listed.search_path == "/digest/search?topic=empathy"
    assert listed.feed_path == "/digest/topics/empathy/feed.xml"


def test_bars_lead_to_the_search_for_exactly_these_articles():
    listed = article_list(pages("fr", asked=True), wanted(Facet.TYPE, "survey"), [])

    assert [(bar.link, bar.share) for bar in listed.topics] == [
        (NamedLink("Empathie", "/digest/search?topic=empathy&type=survey&lang=fr", 45), 100),
        (NamedLink("Formation", "/digest/search?topic=training&type=survey&lang=fr", 3), 7),
    ]
    assert listed.years[0].link == NamedLink("2021", "/digest/search?type=survey&from=2021&to=2021&lang=fr", 40)


def test_topic_has_no_bars_of_topics_and_names_types_that_are_no_longer_configured():
    listed = article_list(pages(), wanted(), [])

    assert listed.topics == ()
    assert [bar.link.name for bar in listed.types] == ["Survey", "old type"]


@pytest.mark.parametrize(
    ("facet", "asked", "order", "other"),
    [
        (Facet.TOPIC, {}, Order.STUDY, "/digest/topics/empathy/?order=issue"),
        (Facet.TOPIC, {"order": Order.ISSUE}, Order.ISSUE, "/digest/topics/empathy/"),
        (Facet.AUTHOR, {}, Order.ISSUE, "/digest/authors/empathy/?order=study"),
        (Facet.AUTHOR, {"order": Order.STUDY}, Order.STUDY, "/digest/authors/empathy/"),
    ],
)
def test_order_is_by_study_for_subjects_and_by_issue_for_authors(
    facet: Facet, asked: dict[str, Order], order: Order, other: str
):
    listed = article_list(pages(), wanted(facet, **asked), [])

    assert (listed.order, listed.other_path) == (order, other)


def test_pages_of_another_order_keep_it_and_have_the_address_of_the_usual_one():
    request = wanted(order=Order.ISSUE, page=2)

    assert article_list(pages(), request, []).pagination.next_path == "/digest/topics/empathy/?order=issue&page=3"
    head = list_head(pages("fr", asked=True), request, "Empathy", "About")
    assert head.canonical == "https://example.org/digest/topics/empathy/?page=2&lang=fr"


def test_author_has_no_feed():
    assert article_list(pages(), wanted(Facet.AUTHOR), []).feed_path == ""


@given(st.integers(-3, 400))
def test_page_shown_exists(page: int):
    request = ListRequest(Facet.TYPE, "survey", "Survey", COUNTS, read_query([("page", str(page))]))

    assert 1 <= request.page <= 3
    assert 0 <= request.offset < 45


def test_empty_list_has_neither_months_nor_bars():
    listed = article_list(pages(), ListRequest(Facet.TOPIC, "training", "Training", Breakdown(), Query()), [])

    assert (listed.months, listed.types, listed.years, listed.undated) == (None, (), (), 0)


def test_many_years_end_in_one_bar_for_the_earlier_ones():
    years = dict.fromkeys(range(2000, 2022), 2)

    bars = year_bars(pages(), Facet.TOPIC.query("empathy"), years)

    assert [bar.link.name for bar in bars] == [*map(str, range(2021, 2011, -1)), "2011"]
    assert bars[-1].is_rest
    assert bars[-1].link == NamedLink("2011", "/digest/search?topic=empathy&to=2011", 24)
    assert [bar.share for bar in bars] == [8] * 10 + [100]


@given(st.dictionaries(st.integers(1900, 2030), st.integers(1, 99), max_size=30))
def test_bars_of_years_count_every_article(years: dict[int, int]):
    bars = year_bars(pages(), Query(), years)

    assert sum(bar.link.count or 0 for bar in bars) == sum(years.values())
    assert len(bars) <= 11
    assert all(0 <= bar.share <= 100 for bar in bars)


def test_topic_shows_implications_with_their_source_and_how_to_follow_it():
    request = wanted()
    page = ArticleListPage(list_head(pages(), request, "Empathy", "About"), article_list(pages(), request, []))
    source = entry("a", author="Dr. B. Bee", study=study(2021, design="Cohort"), doi="10.1037/X")

    topic = topic_page(pages(), request, page, [(source, "<p>Listen.</p>")])

    (line,) = topic.implications
    assert (line.html, line.source.path, line.source.year, line.source.design, line.doi) == (
        "<p>Listen.</p>",
        "/digest/2026-11/a/",
        2021,
        "Cohort",
        "10.1037/x",
    )
    assert line.author == NamedLink("Dr. B. Bee", "/digest/authors/dr-b-bee/")
    assert topic.implications_path == "/digest/topics/empathy/implications/"
    assert topic.subscribe_path == "/digest/subscribe?topic=empathy&lang=en"
    assert topic.implications_total == 7
    assert topic.related == (NamedLink("Training", "/digest/topics/training/"),)


def test_implications_are_by_year_of_the_study_with_unknown_years_last():
    implied = [(entry("a", study=study(2021)), "A"), (entry("b", study=study(2021)), "B"), (entry("c"), "C")]

    page = implications_page(pages(), "empathy", "Title", "About", implied, 120, 2)

    assert [(year.year, [line.html for line in year.lines]) for year in page.years] == [
        (2021, ["A", "B"]),
        (None, ["C"]),
    ]
    assert (page.pagination.first_shown, page.pagination.last_shown, page.pagination.last) == (51, 100, 3)
    assert page.pagination.previous_path == "/digest/topics/empathy/implications/"
    assert page.head.canonical == "https://example.org/digest/topics/empathy/implications/?page=2"
