"""What is found in the files of a month, and where."""

from dataclasses import replace

import pytest
from check_samples import OLD, RULES, SHELF, TWO, apa, in_both, make_article, written
from mail_samples import MONTH, NEWSLETTER, TAXONOMY, make_issue

from digest.content.accepted import AcceptedFinding
from digest.content.article import Study
from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.errors import ContentError, Place
from digest.issue.checks import check_issue
from digest.issue.checks.files.shelf import Shelf
from digest.issue.citations.apa import with_citation


def found(*articles, **options):
    return [(str(f.severity), f.code, str(f.place or "")) for f in written(*articles, **options)]


def codes(*articles, **options):
    return [finding.code for finding in written(*articles, **options)]


def test_sound_links_have_no_finding():
    body = "[a](https://example.org) [b](mailto:a@example.org) [c](/2026-10/) [d](/2026-10/old/) [e](/2026-11/two/)"

    assert written(make_article(body=body)) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"topics": ()}, ("error", "no-topic", "articles/2026-11/one.md:4")),
        ({"implications": None}, ("warning", "no-implications", "articles/2026-11/one.md:10")),
        ({"citation": None}, ("warning", "no-citation", "articles/2026-11/one.md")),
        ({"research_type": None}, ("warning", "no-research-type", "articles/2026-11/one.md")),
        ({"research_type": "guess"}, ("warning", "unknown-research-type", "articles/2026-11/one.md:5")),
        ({"author": None}, ("warning", "no-author", "articles/2026-11/one.md")),
        ({"body": "a\n\n[b](http://example.org)"}, ("error", "insecure-link", "articles/2026-11/one.md:12")),
        ({"body": "[b]()"}, ("error", "insecure-link", "articles/2026-11/one.md:10")),
        ({"body": "[](https://example.org)"}, ("error", "insecure-link", "articles/2026-11/one.md:10")),
        ({"body": "[b](javascript:alert)"}, ("error", "insecure-link", "articles/2026-11/one.md:10")),
        ({"implications": "[b](#there)"}, ("error", "insecure-link", "articles/2026-11/one.md")),
        ({"body": "a\nb XXXX c"}, ("error", "leftover-placeholder", "articles/2026-11/one.md:11")),
        ({"title": "[Insert title]"}, ("error", "leftover-placeholder", "articles/2026-11/one.md:2")),
        ({"body": "a\n\n[more](https://example.org)"}, ("warning", "vague-link", "articles/2026-11/one.md:12")),
        ({"body": "[b](/2026-10/none/)"}, ("warning", "dead-link", "articles/2026-11/one.md:10")),
    ],
)
def test_fault_of_an_article_is_found_at_its_line(changes, expected):
    assert found(make_article(**changes)) == [expected]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(2, []), (3, []), (4, ["article-count"]), (5, ["too-many-articles"])],
)
def test_number_of_articles_is_checked(number, expected):
    assert codes(*(make_article(f"a{place}") for place in range(number))) == expected


def test_single_article_is_few():
    assert [f.code for f in check_issue(make_issue(TWO[0]), (), RULES, TAXONOMY)] == ["article-count"]


def test_file_that_does_not_load_is_an_error_and_comes_first():
    error = ContentError(Place("articles/2026-11/x.md", 3), "the month is missing", "add month: 2026-11")

    first, *rest = written(make_article(author=None), errors=[error])

    assert str(first) == "articles/2026-11/x.md:3: error not-loaded: the month is missing: add month: 2026-11"
    assert [finding.code for finding in rest] == ["no-author"]


@pytest.mark.parametrize(
    "file",
    [
        IssueFile(MONTH, introduction="[a](http://example.org)"),
        IssueFile(MONTH, notices=(Notice("A", "[a](http://example.org)"),)),
        IssueFile(MONTH, notices=(Notice("A", link="http://example.org"),)),
        IssueFile(MONTH, by_language={"fr": IssueWording(introduction="[a](http://example.org)")}),
    ],
)
def test_insecure_link_of_the_issue_file_is_found(file):
    errors = [one for one in found(file=file) if one[0] == "error"]

    assert errors == [("error", "insecure-link", "articles/2026-11/issue.md")]


@pytest.mark.parametrize(
    "text", ["Here", "click here!", "Read more »", "this link", "ici", "En savoir plus…", "Cliquez ici"]
)
def test_link_text_that_says_nothing_is_found_in_english_and_french(text):
    assert codes(make_article(body=f"[{text}](https://example.org)")) == ["vague-link"]


@pytest.mark.parametrize("text", ["The trial's page", "Here is the trial", "Le site de l’essai", "Article 5"])
def test_link_text_that_says_something_is_not(text):
    assert codes(make_article(body=f"[{text}](https://example.org)")) == []


@pytest.mark.parametrize(
    ("href", "dead"),
    [
        ("/2026-09/", True),
        ("/2026-13/", True),
        ("https://digest.example.org/2026-10/none/?lang=fr", True),
        ("https://digest.example.org/2026-10/old/?lang=fr#top", False),
        ("https://elsewhere.example.org/2026-09/", False),
        ("/2026-11/", False),
        ("/search", False),
    ],
)
def test_link_to_a_page_of_the_site_that_is_not_there_is_dead(href, dead):
    assert codes(make_article(body=f"[the page]({href})")) == (["dead-link"] if dead else [])


@pytest.mark.parametrize(
    "sign",
    ["TODO", "TBD", "lorem ipsum dolor", "à compléter", "{{ name }}", "{% x %}", "*|FNAME|*", "<%x%>", "%(title)s",
     "%NAME%", "[insert the date]", "[Votre texte]", "[title]", "https://digest.invalid/0123/x"],
)  # fmt: skip
def test_sign_of_unfinished_text_is_found(sign):
    assert codes(make_article(about={"en": f"the effect of {sign}"})) == ["leftover-placeholder"]


@pytest.mark.parametrize(
    "text", ["[title](https://example.org)", "a to do list", "50% OR more", "r = .23 [0.1, 0.4]", "XXX"]
)
def test_ordinary_text_is_no_unfinished_text(text):
    assert codes(make_article(body=text)) == []


@pytest.mark.parametrize(
    ("citation", "doi"),
    [("A. https://doi.org/pending", None), ("A. doi:10.12/ab", None), ("A. https://doi.org/", None), ("A.", "10.1000")],
)
def test_malformed_doi_is_an_error(citation, doi):
    article = make_article(citation=citation, study=Study("A", doi=doi) if doi else None)

    assert codes(article) == ["malformed-doi"]


@pytest.mark.parametrize("doi", ["10.1000/xyz", "10.1002/(SICI)1097-4679(199901)55:1<1::AID-JCLP1>3.0.CO;2-#"])
def test_sound_doi_is_none(doi):
    assert codes(make_article(study=Study("A", doi=doi), citation="A. https://doi.org/10.1000/xyz.")) == []


@pytest.mark.parametrize("prefix", ["https://doi.org/", "http://dx.doi.org/", "doi:", "DOI ", "doi: https://doi.org/"])
def test_sound_doi_is_none_whatever_stands_before_it(prefix):
    assert codes(make_article(study=Study("A", doi=f"{prefix}10.1000/a"), citation=f"A. {prefix}10.1000/a.")) == []


@pytest.mark.parametrize(
    "old",
    [
        {"citation": "B. HTTPS://DOI.ORG/10.1000/ONE"},
        {"citation": "B. DOI 10.1000/one"},
        {"study": Study("B", doi="doi: https://doi.org/10.1000/ONE")},
        {"study": Study("A study of the matter of one.")},
        {"citation": "Lee, A. (2021). A Study of the Matter of ONE. Elsewhere, 2."},
    ],
)
def test_study_of_an_earlier_month_is_known_by_doi_or_title(old):
    shelf = Shelf((replace(OLD, **old),))

    assert found(shelf=shelf) == [("warning", "repeated-study", "articles/2026-11/one.md:1")]


def test_repeated_study_is_found_where_it_is_written_and_names_the_earlier_file():
    lines = {"study": 7, "citation": 9}
    shelf = Shelf((replace(OLD, study=Study("A", doi="10.1000/one")),))
    cited = make_article(lines=lines)
    described = make_article(lines=lines, study=Study("B", doi="10.1000/one"))

    assert [str(finding.place) for finding in (*written(cited, shelf=shelf), *written(described, shelf=shelf))] == [
        "articles/2026-11/one.md:9",
        "articles/2026-11/one.md:7",
    ]
    assert written(cited, shelf=shelf)[0].problem == "articles/2026-10/old.md covers the same study"


@pytest.mark.parametrize(("letters", "expected"), [(19, []), (20, ["repeated-study"])])
def test_short_title_alone_proves_nothing(letters, expected):
    title = " ".join("a" * letters) + "."

    assert codes(make_article(study=Study(title)), shelf=Shelf((replace(OLD, study=Study(title)),))) == expected


@pytest.mark.parametrize("home", [{"journal": "J"}, {"book_title": "B"}, {"publisher": "P"}])
def test_citation_is_whole_with_a_journal_a_book_or_a_publisher(home):
    study = Study("On things", ("Lee, A.",), 2021, **home)

    assert codes(with_citation(make_article(citation=None, study=study), apa())) == []


def test_study_of_a_later_month_is_told_there():
    later = replace(TWO[0], month=MONTH.shift(1))

    assert codes(shelf=Shelf((later, *TWO))) == []


def test_citation_composed_from_too_little_is_a_warning():
    whole, bare = (
        with_citation(make_article(citation=None, study=study), apa())
        for study in (Study("On things", ("Lee, A.",), 2021, "Journal"), Study("On things", year=2021))
    )

    assert codes(whole) == []
    assert [finding.problem for finding in written(bare)] == [
        "the citation is built from study:, which is missing authors and journal"
    ]


def test_suppressed_finding_of_an_article_is_not_listed():
    accepted = (AcceptedFinding("no-author", "the author wants no name", 3),)

    assert codes(make_article(author=None, suppressed=accepted)) == []
    assert codes(make_article(suppressed=accepted), make_article("two", author=None)) == ["no-author"]


def test_suppression_of_the_issue_file_holds_for_the_month():
    file = IssueFile(MONTH, suppressed=(AcceptedFinding("no-author", "all by the editor", 2),))

    assert codes(make_article(author=None), make_article("two", author=None), file=file) == []


@pytest.mark.parametrize(
    ("code", "problem"),
    [("no-autor", "there is no check called 'no-autor'"), ("no-topic", "'no-topic' can't be suppressed")],
)
def test_suppression_of_no_code_or_of_a_certain_error_is_an_error(code, problem):
    article = make_article(topics=(), suppressed=(AcceptedFinding(code, "why not", 7),))

    findings = {finding.code: finding for finding in written(article)}

    assert set(findings) == {"bad-suppression", "no-topic"}
    assert findings["bad-suppression"].problem == problem
    assert str(findings["bad-suppression"].place) == "articles/2026-11/one.md:7"


@pytest.mark.parametrize(
    ("body", "hidden"),
    [
        ("<https://example.org/%E2%80%AEgnp.exe>", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("[The study](https://example.org/%1b%5B31m)", "U+001B"),
        ("[The study](https://example.org/a%0Ab)", "U+000A"),
        ("[The study](https://example.org/%E2%80%8B)", "U+200B ZERO WIDTH SPACE"),
        ("[The study](https://example.org/a%E2%80%8E)", "U+200E LEFT-TO-RIGHT MARK"),
        ("[The study](https://example.org/?q=%EF%BF%BE)", "U+FFFE"),
    ],
)
def test_link_whose_address_hides_a_character_is_found(body, hidden):
    (finding,) = written(make_article(body=body))

    assert (finding.code, finding.severity) == ("link-characters", "warning")
    assert finding.problem.endswith(f" contains a hidden character, {hidden}")
    assert finding.problem.isprintable()


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org/a%20b%2Fc",
        "https://fr.example.org/%C3%89valuation",
        "https://example.org/%E9",
        "https://fa.example.org/%D9%85%DB%8C%E2%80%8C%D8%AE%D9%88%D8%A7%D9%87%D9%85",
        "mailto:a@example.org?subject=A%20b",
    ],
)
def test_escapes_of_letters_and_spaces_are_fine(href):
    assert written(make_article(body=f"[The study]({href})")) == ()


@pytest.mark.parametrize(("body", "expected"), [("%DB%8C%EF%BF%BD", []), ("%AD%", ["leftover-placeholder"])])
def test_percent_escapes_are_no_unfinished_text(body, expected):
    assert codes(make_article(body=f"See `{body}`.")) == expected


def test_notice_whose_link_hides_a_character_is_found():
    notice = Notice("Webinar", link="https://example.org/%E2%80%AEgnp.exe")
    file = IssueFile(MONTH, by_language={"en": IssueWording(notices=(notice,)), "fr": IssueWording()})

    assert [code for _, code, _ in found(file=file)] == ["link-characters"]


@pytest.mark.parametrize(
    "text",
    [
        "Three summaries this month",
        "Here are two new studies on trust.",
        "Both articles look at dropout.",
        "3 short research papers",
        "All three look at dropout.",
        "Ces deux études",
        "Trois nouveaux résumés ce mois-ci",
        "Toutes les trois parlent de la relation.",
    ],
)
@pytest.mark.parametrize("key", ["subject", "preheader", "introduction"])
def test_number_of_articles_in_words_for_everybody_is_a_warning(key, text):
    (finding,) = written(file=in_both(**{key: text}))

    assert finding.code == "count-word"
    assert f"the {key} says " in finding.problem


@pytest.mark.parametrize(
    "text",
    [
        "New summaries on method and experience",
        "The studies look for answers in three places.",
        "A meta-analysis of 24 studies",
        "One study, and what it means for practice",
        "Une étude, et deux questions",
        "Les études de ce mois-ci",
        "In 2024 studies of trust were rare",
    ],
)
def test_other_numbers_are_no_count_of_the_articles(text):
    assert codes(file=in_both(subject=text, preheader=text, introduction=text)) == []


def test_number_is_right_for_every_reader_of_a_single_article():
    issue = replace(make_issue(TWO[0], file=in_both(subject="Two studies")), articles=TWO[:1])

    assert "count-word" not in {finding.code for finding in check_issue(issue, (), RULES, TAXONOMY, SHELF)}


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (IssueFile(MONTH, subject="News"), "the subject is the same in en and fr"),
        (
            IssueFile(MONTH, by_language={"en": IssueWording(preheader="News")}),
            "the preheader is written only for en; fr readers get a generated one",
        ),
        (
            IssueFile(MONTH, by_language={"fr": IssueWording(introduction="Bonjour")}),
            "the introduction is written only for fr; en readers get a generated one",
        ),
        (IssueFile(MONTH, notices=(Notice("Webinar"),)), "the notice 'Webinar' is the same in en and fr"),
    ],
)
def test_text_that_is_not_written_for_each_language_is_a_warning(file, said):
    (finding,) = written(file=file)

    assert (finding.code, finding.problem) == ("missing-language", said)


@pytest.mark.parametrize(
    "file",
    [
        in_both(subject="A", preheader="B", introduction="C"),
        IssueFile(MONTH, by_language={"fr": IssueWording(notices=(Notice("Webinaire"),))}),
    ],
)
def test_text_for_each_language_and_notice_for_one_are_meant(file):
    assert codes(file=file) == []


def test_newsletter_of_one_language_has_no_other_to_write():
    newsletter = replace(NEWSLETTER, languages=("en",))
    issue = make_issue(*TWO, file=IssueFile(MONTH, subject="News"), newsletter=newsletter)

    assert check_issue(issue, (), RULES, TAXONOMY, SHELF) == ()


def test_malformed_doi_is_found_where_it_is_written():
    lines = {"study.doi": 6, "citation": 9}
    article = make_article(study=Study("A", doi="10.1000"), citation="A. doi:10.12/ab", lines=lines)

    assert found(article) == [("error", "malformed-doi", f"articles/2026-11/one.md:{line}") for line in (6, 9)]


def test_incomplete_study_is_found_where_it_is_written():
    article = make_article(citation=None, study=Study("On things", year=2021), lines={"study": 8})

    assert found(with_citation(article, apa())) == [("warning", "no-citation", "articles/2026-11/one.md:8")]
