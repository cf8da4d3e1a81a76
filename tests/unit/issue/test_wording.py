"""Subject, preheader and introduction: composed in the edition's language, or as the editor wrote them."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as parser
from mail_samples import MONTH, NEWSLETTER, make_article, make_issue, renderer

from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.issue.edition import EditionKey
from digest.issue.render import freeze, render_edition
from digest.issue.views import article_views
from digest.issue.wording import introduction as compose_introduction
from digest.issue.wording import subject


def about(slug, **phrases):
    return make_article(slug, about=phrases)


THREE = (
    about("a", en="empathy", fr="l’empathie"),
    about("b", en="dropout", fr="l’abandon"),
    about("c", en="trust", fr="la confiance"),
)
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


def test_subject_and_opening_name_what_the_articles_are_about_in_each_language():
    english, french = edition("en-123", *THREE), edition("fr-123", *THREE)

    assert english.subject == "Research Digest, November 2026: empathy, dropout, and trust"
    assert introduction(english).endswith("This month: empathy, dropout, and trust.")
    assert french.subject == "Recherche en bref, novembre 2026\u00a0: l’empathie, l’abandon et la confiance"
    assert introduction(french).endswith("Ce mois-ci : l’empathie, l’abandon et la confiance.")


def test_subset_names_only_its_own_articles():
    one = edition("en-13", *THREE)

    assert one.subject == "Research Digest, November 2026: empathy and trust"
    assert introduction(one).endswith("This month: empathy and trust.")
    assert one.preheader == "Title of a · Title of c"


def test_phrase_with_an_and_of_its_own_stays_apart():
    articles = (about("a", en="attachment and outcome"), about("b", en="empathy"))

    assert edition("en-12", *articles).subject == "Research Digest, November 2026: attachment and outcome; empathy"
    assert introduction(edition("en-12", *articles)).endswith("This month: attachment and outcome; empathy.")


# --- never two languages in one line ---------------------------------------------------------------------------------


def test_language_without_phrases_and_titles_has_the_month_alone():
    french = edition("fr-12", about("a", en="empathy"), about("b", en="trust", fr="la confiance"))

    assert french.subject == "Recherche en bref, novembre 2026"
    assert introduction(french).endswith("Voici le numéro du mois : novembre 2026.")


def test_edition_in_another_language_than_an_article_without_a_phrase_has_the_month_alone():
    articles = (make_article("a", language="fr-CA", about={"fr": "le deuil"}), about("b", en="trust"))

    assert edition("en-12", *articles).subject == "Research Digest, November 2026"
    assert introduction(edition("en-12", *articles)).endswith("Here is the November 2026 issue.")
    assert edition("fr-12", *articles).subject == "Recherche en bref, novembre 2026"
    assert edition("fr-1", *articles).subject == "Recherche en bref, novembre 2026\u00a0: le deuil"
    assert edition("en-2", *articles).subject == "Research Digest, November 2026: trust"


def test_titles_in_the_language_of_the_edition_stand_in_for_phrases():
    articles = (make_article("a", title="Le deuil", language="fr-CA", about={}), make_article("b", about={}))

    assert edition("fr-1", *articles).subject == "Recherche en bref, novembre 2026\u00a0: Le deuil"
    assert edition("fr-2", *articles).subject == "Recherche en bref, novembre 2026"
    assert edition("en-2", *articles).subject == "Research Digest, November 2026: Title of b"


ENGLISH, FRENCH = "αβγ", "абв"  # letters by which the language of a text is known, and that no template has


def texts(letters: str):
    return st.text(f"{letters} ,", min_size=1, max_size=70).map(str.strip).filter(lambda text: text.strip(" ,"))


@st.composite
def articles_in_two_languages(draw):
    made = []
    for slug in "abcd"[: draw(st.integers(1, 4))]:
        phrases = {"en": texts(ENGLISH), "fr": texts(FRENCH)}
        language = draw(st.sampled_from(["en", "fr", "fr-CA"]))
        title = draw(phrases[language[:2]])
        written = draw(st.sets(st.sampled_from(["en", "fr"])))
        about = {one: draw(phrases[one]) for one in sorted(written)}
        made.append(make_article(slug, title=title, language=language, about=about))
    return tuple(made)


@settings(max_examples=60, deadline=None)
@given(articles_in_two_languages(), st.integers(1, 130))
def test_composed_subject_and_opening_never_mix_languages_and_the_subject_fits(articles, length):
    title = {"en": "E" * length, "fr": "F" * length}
    issue = make_issue(*articles, newsletter=replace(NEWSLETTER, title=title))
    for language, foreign, month in (("en", FRENCH, "November 2026"), ("fr", ENGLISH, "novembre 2026")):
        views = article_views(issue, language)
        line = subject(issue, views, language, renderer())
        opening = compose_introduction(issue, views, language, renderer()).text

        assert len(line) <= 110
        assert month in line or line == month.capitalize()
        assert not set(foreign) & set(line + opening)


# --- the limit -------------------------------------------------------------------------------------------------------


def test_subject_that_would_be_too_long_counts_the_other_articles():
    articles = (about("a", en="x" * 40, fr="w" * 40), about("b", en="y" * 60, fr="z" * 60), THREE[2])

    assert edition("en-123", *articles).subject == f"Research Digest, November 2026: {'x' * 40} and 2 other studies"
    assert edition("en-12", *articles).subject == f"Research Digest, November 2026: {'x' * 40} and 1 other study"
    assert edition("fr-12", *articles).subject.endswith(f"{'w' * 40} et 1 autre étude")


def test_subject_of_one_endless_phrase_falls_back_to_title_and_month():
    assert edition("en-1", about("a", en="x" * 500)).subject == "Research Digest, November 2026"


def test_subject_under_an_endless_title_is_the_month():
    issue = make_issue(about("a", en="x"), newsletter=replace(NEWSLETTER, title={"en": "N" * 200, "fr": "N" * 200}))

    assert [one.subject for one in freeze(issue, renderer()).editions] == ["November 2026", "Novembre 2026"]


# --- titles and questions --------------------------------------------------------------------------------------------

TITLED = tuple(
    make_article(slug, title=title, about={"en": phrase} if phrase else {})
    for slug, title, phrase in (
        ("a", "Does empathy matter?", ""),
        ("b", "Dropout is common.", "dropout"),
        ("c", "Trust!", "trust"),
    )
)


def test_article_without_a_phrase_makes_a_list_of_titles_that_keep_their_question_mark():
    one = edition("en-12", *TITLED)

    assert one.subject == "Research Digest, November 2026: Does empathy matter? · Dropout is common"
    assert introduction(one).endswith("This month: Does empathy matter? · Dropout is common.")
    assert introduction(edition("en-1", *TITLED)).endswith("This month: Does empathy matter?")


def test_phrases_make_a_sentence_where_every_article_of_the_edition_has_one():
    assert edition("en-23", *TITLED).subject == "Research Digest, November 2026: dropout and trust"


def test_phrase_that_is_a_question_makes_no_sentence():
    articles = (about("a", en="does empathy matter?"), about("b", en="dropout"))

    assert edition("en-12", *articles).subject == "Research Digest, November 2026: does empathy matter? · dropout"


def test_titles_that_are_too_long_together_leave_the_month_alone():
    articles = (make_article("a", title="Why?", about={}), make_article("b", title="y" * 100, about={}))

    assert edition("en-12", *articles).subject == "Research Digest, November 2026"


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
