"""Articles in lists."""

import datetime as dt
from typing import Any

from archive_samples import study, web_article
from factories import NOVEMBER, make_newsletter, make_taxonomy

from digest.archive.entries import ArchiveEntry, entry_of
from digest.archive.pages.articles import article_entry, entry_line, entry_lines, line_of, marked
from digest.archive.pages.frame import NamedLink, Pages

DAY = dt.date(2026, 11, 24)


def pages(language: str = "en", *, asked: bool = False) -> Pages:
    return Pages(make_newsletter(), make_taxonomy(), language, asked)


def entry(slug: str, **changes: Any) -> ArchiveEntry:
    return entry_of(web_article(slug, **changes), NOVEMBER, DAY)


def test_article_is_listed_the_same_from_its_issue_and_from_the_index():
    article = web_article("alliance", study=study(2021, design="Cohort study"), research_type="survey", author="A. Lee")

    assert line_of(pages(), NOVEMBER, article) == entry_line(pages(), entry_of(article, NOVEMBER, DAY))


def test_line_links_to_the_article_its_topics_its_type_and_its_issue():
    line = entry_line(pages("fr", asked=True), entry("alliance", research_type="survey"))

    assert line.path == "/2026-11/alliance/?lang=fr"
    assert line.topics == (NamedLink("Empathie", "/topics/empathy/?lang=fr"),)
    assert line.research_type == NamedLink("Survey", "/types/survey/?lang=fr")
    assert line.issue_path == "/2026-11/?lang=fr"


def test_language_is_named_where_it_is_not_that_of_the_page():
    lines = entry_lines(pages(), [entry("a"), entry("b", language="fr-CA")])

    assert [line.language_name for line in lines] == ["", "Français"]


def test_found_words_are_marked_and_everything_else_is_escaped():
    assert marked("[<b>] & [c]", "[", "]") == "<mark>&lt;b&gt;</mark> &amp; <mark>c</mark>"


def test_line_of_a_search_shows_what_was_found():
    line = entry_line(pages(), entry("a"), title=marked("[A]", "[", "]"), snippet="… found")

    assert (line.title, line.excerpt) == ("<mark>A</mark>", "… found")


def test_author_is_linked_unless_the_name_has_no_letter_for_an_address():
    def author(name: str | None) -> NamedLink | None:
        return article_entry(pages(), NOVEMBER, web_article("a", author=name)).author

    assert author("Dr. B. Bée") == NamedLink("Dr. B. Bée", "/authors/dr-b-bee/")
    assert author("…") == NamedLink("…", "")
    assert author(None) is None
