"""Citations in APA style, composed from the fields of a study."""

import pytest
from check_samples import apa
from mail_samples import make_article, make_issue, renderer

from digest.content.article import Study
from digest.issue.citations.apa import with_citation
from digest.issue.citations.citation import citation_html, citation_text
from digest.issue.edition import EditionKey
from digest.issue.render import freeze, render_edition


def people(number):
    return tuple(f"Family{letter}, A. B." for letter in "ABCDEFGHIJKLMNOPQRSTU"[:number])


def compose(language="en", **changes):
    values = {
        "title": "Who makes the alliance: A meta-analysis",
        "authors": people(1),
        "year": 2021,
        "journal": "Journal of Things",
        "volume": "58",
        "issue": "1",
        "pages": "10–20",
    }
    return apa().compose(Study(**(values | changes)), language)


REST = "(2021). Who makes the alliance: A meta-analysis. Journal of Things, 58(1), 10–20."


@pytest.mark.parametrize("language", ["en", "fr", "de"])
@pytest.mark.parametrize(
    ("number", "authors"),
    [
        (1, "FamilyA, A. B."),
        (2, "FamilyA, A. B., & FamilyB, A. B."),
        (3, "FamilyA, A. B., FamilyB, A. B., & FamilyC, A. B."),
        (20, ", ".join(f"Family{letter}, A. B." for letter in "ABCDEFGHIJKLMNOPQRS") + ", & FamilyT, A. B."),
        (21, ", ".join(f"Family{letter}, A. B." for letter in "ABCDEFGHIJKLMNOPQRS") + ", … FamilyU, A. B."),
    ],
)
def test_twenty_authors_are_named_and_of_more_the_last(number, authors, language):
    assert compose(language, authors=people(number)).text == f"{authors} {REST}"


def test_journal_and_volume_are_in_italics():
    assert compose().html == (
        "FamilyA, A. B. (2021). Who makes the alliance: A meta-analysis. <i>Journal of Things</i>, <i>58</i>(1), 10–20."
    )


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "FamilyA, A. B. (2021). A chapter. In C. Roy & D. E. Côté (Eds.), The book (pp. 3–20). Press."),
        ("fr", "FamilyA, A. B. (2021). A chapter. Dans C. Roy & D. E. Côté (éds.), The book (p. 3–20). Press."),
    ],
)
def test_chapter_names_its_book_and_editors(language, expected):
    study = {
        "title": "A chapter",
        "book_title": "The book",
        "editors": ("Roy, C.", "Côté, D. E."),
        "publisher": "Press",
    }

    assert compose(language, **study, journal="", volume="", issue="", pages="3–20").text == expected


def test_single_editor_is_one():
    chapter = compose(title="A chapter", book_title="The book", editors=("Roy, C.",), journal="", volume="", issue="")

    assert "In C. Roy (Ed.), The book (pp. 10–20)." in chapter.text


def test_book_is_in_italics_with_its_publisher():
    book = compose(title="A book", journal="", volume="", issue="", pages="", publisher="Press")

    assert book.html == "FamilyA, A. B. (2021). <i>A book</i>. Press."


def test_article_number_stands_for_pages():
    assert compose(pages="", article_number="102002").text.endswith("Journal of Things, 58(1), Article 102002.")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"year": None},
            "FamilyA, A. B. (n.d.). Who makes the alliance: A meta-analysis. Journal of Things, 58(1), 10–20.",
        ),
        ({"authors": ()}, "Who makes the alliance: A meta-analysis. (2021). Journal of Things, 58(1), 10–20."),
        (
            {"issue": ""},
            "FamilyA, A. B. (2021). Who makes the alliance: A meta-analysis. Journal of Things, 58, 10–20.",
        ),
        ({"pages": ""}, "FamilyA, A. B. (2021). Who makes the alliance: A meta-analysis. Journal of Things, 58(1)."),
        (
            {"volume": "", "issue": "", "pages": ""},
            "FamilyA, A. B. (2021). Who makes the alliance: A meta-analysis. Journal of Things.",
        ),
    ],
)
def test_missing_field_is_left_out(changes, expected):
    assert compose(**changes).text == expected


def test_title_of_a_chapter_or_book_takes_the_place_of_missing_authors():
    chapter = Study("A chapter", year=2021, book_title="The book", editors=("Roy, C.",), publisher="Press")

    assert apa().compose(chapter, "en").text == "A chapter. (2021). In C. Roy (Ed.), The book. Press."
    assert apa().compose(Study("A book", year=2021, publisher="Press"), "en").html == "<i>A book</i>. (2021). Press."


def test_title_alone_is_a_citation():
    assert apa().compose(Study("On things"), "en").text == "On things. (n.d.)."
    assert apa().compose(Study("On things"), "fr-CA").text == "On things. (s.\u00a0d.)."


def test_title_that_is_a_question_has_no_full_stop():
    assert " Do they improve? Journal" in compose(title="Do they improve?").text
    assert compose(title="Why?", authors=()).text.startswith("Why? (2021). Journal")


def test_name_without_comma_is_a_group():
    authors = ("van Dis, E. A. M.", "Hedman-Lagerlöf, J.-P.", "Practice Network")

    assert compose(authors=authors).text.startswith(
        "van Dis, E. A. M., Hedman-Lagerlöf, J.-P., & Practice Network. (2021)"
    )


@pytest.mark.parametrize("field", ["title", "journal", "authors"])
def test_markup_in_a_field_is_shown_and_never_obeyed(field):
    attack = "<script>alert(1)</script> & <i>x</i>"

    composed = compose(**{field: (attack,) if field == "authors" else attack})

    assert attack in composed.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;i&gt;x&lt;/i&gt;" in composed.html


def test_given_citation_is_kept():
    article = make_article(study=Study("On things"))

    assert with_citation(article, apa()) == article
    assert with_citation(make_article(citation=None), apa()).citation is None
    assert with_citation(make_article(citation=None, study=Study("On things")), None).citation is None


def test_doi_is_linked_behind_a_composed_citation():
    article = with_citation(make_article(citation=None, study=Study("On things", doi="10.1000/a<b")), apa())

    assert citation_text(article) == "On things. (n.d.). https://doi.org/10.1000/a%3Cb"
    assert citation_html(article) == (
        'On things. (n.d.). <a href="https://doi.org/10.1000/a%3Cb">https://doi.org/10.1000/a%3Cb</a>'
    )


def test_composed_citation_stands_in_mail_text_part_and_archive():
    study = Study("On things", ("Lee, A.",), 2021, "Journal", "1", doi="10.1000/abc")
    issue = make_issue(with_citation(make_article(citation=None, study=study), apa()))

    edition = render_edition(issue, EditionKey("en", 1), renderer())
    [article] = freeze(issue, renderer()).document.articles

    assert '<i>Journal</i>, <i>1</i>. <a href="https://doi.org/10.1000/abc"' in edition.html
    assert "Lee, A. (2021). On things. Journal, 1. https://doi.org/10.1000/abc" in " ".join(edition.text.split())
    assert article.citation == "Lee, A. (2021). On things. Journal, 1. https://doi.org/10.1000/abc"
