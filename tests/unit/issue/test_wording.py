"""Subject, preheader and introduction: composed in the edition's language, or as the editor wrote them."""

from lxml import html as parser
from mail_samples import MONTH, make_article, make_issue, renderer

from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.issue.edition import EditionKey
from digest.issue.render import freeze, render_edition

THREE = tuple(make_article(slug, about=about) for slug, about in (("a", "empathy"), ("b", "dropout"), ("c", "trust")))
WRITTEN = IssueFile(MONTH, subject="My subject", preheader="My preheader", introduction="My *own* words.\n\nSecond.")


def edition(key, *articles, file=None):
    return render_edition(make_issue(*articles, file=file), EditionKey.parse(key), renderer())


def introduction_cell(one):
    return parser.document_fromstring(one.html).find_class("introduction")[0]


def introduction(one):
    return " ".join(introduction_cell(one).text_content().split())


def test_introduction_in_another_language_is_marked_with_its_language():
    file = IssueFile(MONTH, introduction="The results of the study are in the mail.\n\nWith thanks to the authors.")

    french, english = (edition(key, *THREE, file=file) for key in ("fr-1", "en-1"))
    page = freeze(make_issue(*THREE, file=file), renderer()).document.introduction_html

    marked = introduction_cell(french).find("div")
    assert (marked.get("lang"), marked.get("dir")) == ("en", "ltr")
    assert marked.text_content().split()[0] == "The"
    assert introduction_cell(french).find("p").get("lang") is None  # the greeting is French
    assert introduction_cell(english).find("div") is None
    assert page["fr"].startswith('<div lang="en" dir="ltr">')
    assert "lang=" not in page["en"]


def test_notice_in_another_language_is_marked_with_its_language():
    file = IssueFile(MONTH, notices=(Notice("A training on the alliance", "The days are in May.", ""),))

    french, english = (edition(key, *THREE, file=file) for key in ("fr-1", "en-1"))
    notices = freeze(make_issue(*THREE, file=file), renderer()).document.notices

    cell = parser.document_fromstring(french.html).find_class("notices")[0]
    assert cell.find("h2").get("lang") is None
    assert cell.find("h3").get("lang") == cell.find("div").get("lang") == "en"
    assert parser.document_fromstring(english.html).find_class("notices")[0].find("h3").get("lang") is None
    assert [notice.language for notice in notices] == ["en"]


def test_subject_names_what_the_articles_are_about():
    assert edition("en-123", *THREE).subject == "Research Digest, November 2026: empathy, dropout, and trust"
    assert edition("fr-123", *THREE).subject == "Recherche en bref, novembre 2026\u00a0: empathy, dropout et trust"


def test_subset_names_only_its_own_articles():
    one = edition("en-13", *THREE)

    assert one.subject == "Research Digest, November 2026: empathy and trust"
    assert introduction(one).endswith("This month: empathy and trust.")
    assert one.preheader == "Title of a · Title of c"


def test_subject_that_would_be_too_long_counts_the_other_articles():
    articles = (make_article("a", about="x" * 40), make_article("b", about="y" * 60), make_article("c"))

    assert edition("en-123", *articles).subject == f"Research Digest, November 2026: {'x' * 40} and 2 other studies"
    assert edition("en-12", *articles).subject == f"Research Digest, November 2026: {'x' * 40} and 1 other study"
    assert edition("fr-12", *articles).subject.endswith(f"{'x' * 40} et 1 autre étude")


def test_subject_of_one_endless_phrase_falls_back_to_title_and_month():
    assert edition("en-1", make_article(about="x" * 500)).subject == "Research Digest, November 2026"


TITLED = tuple(
    make_article(slug, title=title, about=about)
    for slug, title, about in (
        ("a", "Does empathy matter?", "Does empathy matter?"),
        ("b", "Dropout is common.", "dropout"),
        ("c", "Trust!", "trust"),
    )
)


def test_article_without_a_phrase_makes_a_list_of_titles_that_keep_their_question_mark():
    one = edition("en-12", *TITLED)

    assert one.subject == "Research Digest, November 2026: Does empathy matter? · Dropout is common"
    assert introduction(one).endswith("This month: Does empathy matter? · Dropout is common.")
    assert introduction(edition("en-1", *TITLED)).endswith("This month: Does empathy matter?")
    assert introduction(edition("fr-1", *TITLED)).endswith("Ce mois-ci : Does empathy matter?")


def test_phrases_make_a_sentence_where_every_article_of_the_edition_has_one():
    assert edition("en-23", *TITLED).subject == "Research Digest, November 2026: dropout and trust"


def test_phrase_that_is_a_question_makes_no_sentence():
    articles = (make_article("a", about="does empathy matter?"), make_article("b", about="dropout"))

    assert edition("en-12", *articles).subject == "Research Digest, November 2026: does empathy matter? · dropout"


def test_titles_that_are_too_long_together_are_counted_without_a_sentence():
    articles = (make_article("a", title="Why?", about="Why?"), make_article("b", title="y" * 100, about="y"))

    assert edition("en-12", *articles).subject == "Research Digest, November 2026: Why? · 1 other study"


def test_what_the_editor_wrote_is_used_in_every_language():
    for key in ("en-1", "fr-1", "en-13"):
        one = edition(key, *THREE, file=WRITTEN)

        assert (one.subject, one.preheader) == ("My subject", "My preheader")
        assert introduction(one).endswith("My own words. Second.")
        assert "My *own* words.\n\nSecond." in one.text


def test_bidirectional_and_invisible_marks_do_not_reach_the_subject():
    file = IssueFile(MONTH, subject="\u202eevil\u200b \U0001f469\u200d\U0001f52c שלום\x07")

    assert edition("en-1", file=file).subject == "evil \U0001f469\u200d\U0001f52c שלום"


def test_edition_has_the_words_of_its_language_and_the_archive_shows_each_notice_where_it_belongs():
    notice, rien = Notice("Webinar", "Come.", ""), Notice("Webinaire", "Venez.", "")
    everyone = Notice("For all", "", "https://example.org/")
    french = IssueWording("Mon sujet", "Mon aperçu", "Mes *mots*.", (rien, everyone))
    file = IssueFile(MONTH, subject="My subject", notices=(notice, everyone), by_language={"fr": french})

    frozen = freeze(make_issue(file=file), renderer())
    english, other = frozen.editions

    assert (other.subject, other.preheader) == ("Mon sujet", "Mon aperçu")
    assert introduction(other).endswith("Mes mots.")
    assert "Webinaire" in other.html
    assert "Webinar" not in other.html + other.text
    assert english.subject == "My subject"
    assert introduction(english).endswith("This month: about one.")
    assert "Webinaire" not in english.html + english.text
    assert frozen.document.subject == {"en": "My subject", "fr": "Mon sujet"}
    assert [(one.title, one.languages) for one in frozen.document.notices] == [
        ("Webinar", ("en",)),
        ("For all", ()),
        ("Webinaire", ("fr",)),
    ]
