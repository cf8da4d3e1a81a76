from dataclasses import replace

from digest.archive.citing.italics import with_italics
from digest.archive.citing.reference import Reference, ReferenceKind

ARTICLE = Reference(ReferenceKind.ARTICLE, "Empathy", container="J & K", volume="55")
HTML = "<span>Lee, A. (2018). J &amp; K, 55 studies. J &amp; K, 55(4), 1–9.</span>"


def test_journal_and_volume_are_in_italics():
    assert with_italics(HTML, ARTICLE) == (
        "<span>Lee, A. (2018). J &amp; K, 55 studies. <i>J &amp; K, 55</i>(4), 1–9.</span>"
    )


def test_journal_may_follow_a_question():
    assert with_italics("Does it work? J &amp; K, 55.", ARTICLE) == "Does it work? <i>J &amp; K, 55</i>."


def test_emphasis_of_the_editor_stays_alone():
    html = "Lee, A. (2018). Empathy. <em>J &amp; K, 55</em>(4)."

    assert with_italics(html, ARTICLE) == html


def test_citation_without_the_journal_or_of_a_book_stays_as_it_is():
    assert with_italics(HTML, replace(ARTICLE, container="Another")) == HTML
    assert with_italics(HTML, replace(ARTICLE, kind=ReferenceKind.CHAPTER)) == HTML
    assert with_italics(HTML, replace(ARTICLE, container="", volume="")) == HTML
