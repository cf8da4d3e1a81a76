"""The page of an article: what it leads to, and the facts of its study."""

import datetime as dt
from typing import Any

from archive_samples import study, web_article
from factories import NOON, NOVEMBER, make_newsletter, make_taxonomy

from digest.archive.entries import entry_of
from digest.archive.pages.frame import Pages
from digest.archive.pages.permalink import ArticlePage, Surroundings, article_page
from digest.archive.pages.study import Amount, StudyFacts, study_facts
from digest.issue.issue import Document, WebArticle
from digest.months import Month

ALONE = Surroundings()
OCTOBER = Month(2026, 10)


def page_of(article: WebArticle, around: Surroundings = ALONE, *, language: str = "en") -> ArticlePage:
    document = Document(str(NOVEMBER), {}, {}, (article,), ())
    page = article_page(Pages(make_newsletter(), make_taxonomy(), language), document, article.slug, NOON, around)
    assert page is not None
    return page


def facts(shown_in: str = "en", **changes: Any) -> StudyFacts:
    return study_facts(web_article("a", study=study(2021, **changes)), shown_in)


def test_page_leads_to_what_is_around_it():
    entries = [entry_of(web_article(slug), OCTOBER, NOON.date()) for slug in ("same", "near", "before", "after")]
    same, near, before, after = entries
    page = page_of(web_article("a"), Surroundings((same,), (near,), before, after))

    assert [line.path for line in page.same_study] == ["/2026-10/same/"]
    assert [line.path for line in page.related] == ["/2026-10/near/"]
    assert page.previous is not None
    assert page.next is not None
    assert (page.previous.path, page.next.path) == ("/2026-10/before/", "/2026-10/after/")


def test_reader_can_subscribe_to_the_topics_of_the_article_that_are_still_offered():
    page = page_of(web_article("a", topics=("empathy", "gone", "training")), language="fr")

    assert page.subscribe_path == "/subscribe?topic=empathy&topic=training&lang=fr"


def test_page_has_the_day_of_its_issue():
    page = page_of(web_article("a"))

    assert page.published is not None
    assert (page.published.date, page.published.name) == (dt.date(2026, 11, 10), "November 10, 2026")


def test_everything_known_of_the_study_is_a_fact():
    known = facts(
        design="Cohort study", journal="A Journal", n=6138, k=82, effect="r = .28", ci="95% CI [.23, .33]",
        preregistered=True,
    )  # fmt: skip

    assert known == StudyFacts(
        "Cohort study",
        2021,
        "A Journal",
        None,
        Amount(6138, "6,138"),
        Amount(82, "82"),
        "r = .28, 95% CI [.23, .33]",
        preregistered=True,
    )
    assert facts("fr", n=6138).participants == Amount(6138, "6\u00a0138")


def test_chapter_is_published_in_its_book():
    assert facts(book_title="A Book", language="fr").source == "A Book"
    assert facts(book_title="A Book", language="fr").source_language == "fr"


def test_article_without_fields_has_the_year_and_the_doi_of_its_citation():
    article = web_article("a", citation="Lee, A. (2019). A study.", doi="10.1000/a(b)")

    assert study_facts(article, "en") == StudyFacts(
        year=2019, doi="10.1000/a(b)", doi_url="https://doi.org/10.1000/a(b)"
    )
    assert not study_facts(web_article("a"), "en")
