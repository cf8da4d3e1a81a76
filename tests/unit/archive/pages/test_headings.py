"""The heading of an issue on the web, and the day of its publication."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from archive_samples import web_article
from factories import make_article, make_issue, make_newsletter, make_taxonomy
from services.site import make_renderer

from digest.archive.excerpt import text_of
from digest.archive.pages.frame import Pages
from digest.archive.pages.headings import about_issue, issue_heading, published_on, repeats_heading
from digest.issue.issue import Document, WebArticle
from digest.issue.render import freeze
from digest.months import Month

NOVEMBER = Month(2026, 11)


def pages(language: str = "en") -> Pages:
    words = make_renderer().translations(language)
    return Pages(make_newsletter(), make_taxonomy(), language, words=words)


def document(*articles: WebArticle) -> Document:
    return Document("2026-11", {"en": "Read this!"}, {"en": ""}, articles, ())


def about(slug: str, english: str, french: str = "", **changes: Any) -> WebArticle:
    return web_article(slug, phrases={"en": english} | ({"fr": french} if french else {}), **changes)


THREE = (about("a", "trust", "la confiance"), about("b", "sleep", "le sommeil"), about("c", "grief", "le deuil"))


def test_heading_says_the_month_and_what_the_issue_is_about():
    assert issue_heading(pages(), document(*THREE)) == "November 2026: trust, sleep, and grief"
    assert issue_heading(pages("fr"), document(*THREE)) == ("Novembre 2026\u00a0: la confiance, le sommeil et le deuil")


def test_heading_is_the_month_alone_where_the_language_has_no_words():
    assert issue_heading(pages("fr"), document(about("a", "trust"), *THREE)) == "Novembre 2026"


def test_long_list_is_cut_to_the_first_and_a_count():
    long = [about(str(number), f"the effect of {'very ' * 9}long treatments {number}") for number in range(3)]

    assert about_issue(pages(), long).endswith(" 0 and 2 other studies")


def test_article_that_is_withdrawn_leaves_the_heading():
    assert issue_heading(pages(), document(*THREE[:2])) == "November 2026: trust and sleep"


def test_issue_of_an_older_version_has_the_phrases_of_its_own_language():
    old = [replace(one, phrases=None, about=phrase) for one, phrase in zip(THREE, ("trust", "sleep"), strict=False)]

    assert about_issue(pages(), old) == "trust and sleep"
    assert about_issue(pages("fr"), old) == ""


def test_day_is_that_of_the_newsletter():
    late = dt.datetime(2026, 11, 24, 3, 0, tzinfo=dt.UTC)
    day = published_on(replace(pages("fr"), timezone=ZoneInfo("America/Toronto")), NOVEMBER, late)

    assert day is not None
    assert (day.date, day.name) == (dt.date(2026, 11, 23), "23 novembre 2026")


def test_first_of_the_month_stands_for_a_day_that_is_not_known():
    assert published_on(pages(), NOVEMBER, dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)) is None
    assert published_on(pages(), NOVEMBER, dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC)) is not None


@pytest.mark.parametrize(
    "about", [{"en": "trust", "fr": "la confiance"}, {"en": "trust"}, {"en": "Why?", "fr": "Qui ?"}]
)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_introduction_that_no_editor_wrote_repeats_the_heading(about: dict[str, str], language: str):
    frozen = freeze(make_issue(make_article("a", about=about), make_article("b", about=about)), make_renderer())
    text = text_of(frozen.document.introduction_html[language])

    assert text
    assert repeats_heading(pages(language), frozen.document, text)
    assert not repeats_heading(pages(language), frozen.document, f"{text} Read it.")
