"""French texts with other typography than that of Canada."""

import pytest
from check_samples import in_both, make_article, written
from mail_samples import MONTH

from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.errors import Place

CODE = "french-typography"


def told(*articles, file=None):
    return [
        (finding.place.line, finding.problem.removeprefix("French typography: "), finding.remedy)
        for finding in written(*articles, file=file)
        if finding.code == CODE
    ]


@pytest.mark.parametrize(
    ("body", "wrong", "right"),
    [
        ("Une méta-analyse ; deux essais.", "méta-analyse ;", "méta-analyse;"),
        ("Est-ce vrai\u202f? Oui.", "vrai ?", "vrai?"),
        ("**Quand**: lundi", "**Quand**:", "**Quand** :"),
        ("Soit 20% de moins", "20%", "20 %"),
        ("Le terme «alliance» est juste", "«alliance»", "« alliance »"),
        ("Dès le 1 novembre 2026.", "1 novembre", "1er novembre"),
        ("Le code `a ? b` ; fin", "b` ;", "b`;"),
    ],
)
def test_finding_shows_the_words_and_what_to_write(body, wrong, right):
    [(_, problem, remedy), *_] = told(make_article(body=body, language="fr-CA"))

    if "`" not in body:
        assert problem.partition(" (and")[0] == f"'{wrong}'"
        assert remedy == f"write '{right}'"
    else:
        assert remedy.endswith(";'")


@pytest.mark.parametrize(
    "body",
    [
        "Vraiment? Oui : « mot », 20 % et 12:30.",
        "Vraiment? Oui\u00a0: «\u00a0mot\u00a0», 20\u00a0%.",
        "`a ? b`\n\n```\na ? b ;\n```\n",
        "Voir https://example.org/?a;b : voilà",
        "Le 11 novembre, le 1er novembre, en 1,1 mars.",
        'Dit "ainsi" l\'alliance',
    ],
)
def test_right_texts_and_code_have_no_finding(body):
    assert told(make_article(body=body, language="fr")) == []


def test_english_texts_are_not_looked_at():
    assert told(make_article(body="Really ? Yes ; 20% of «it»: all.")) == []


def test_one_finding_a_line_says_where_it_is_and_how_many_more_there_are():
    body = "Bien dit.\n\nQuoi ? Qui ? Où ?\n"
    source = f"---\ntitle: Un titre\n---\n{body}"

    assert told(make_article(body=body.strip(), language="fr", source=source, lines={"body": 4})) == [
        (6, "'Quoi ?' (and 2 more in this line)", "write 'Quoi?'")
    ]


def test_texts_of_the_issue_file_are_found_by_their_words():
    subjects = "subject:\n  en: Why ? This\n  fr: Pourquoi ? Voici\n"
    source = f"---\n{subjects}introduction:\n  fr: |\n    Bonjour.\n\n    Le mot ; là.\n"
    french = IssueWording("Pourquoi ? Voici", "", "Bonjour.\n\nLe mot ; là.\n", (Notice("Webinaire !", "Venez."),))
    english = IssueWording("Why ? This", "", "Hello.", (Notice("Webinar !", "Come."),))
    file = IssueFile(
        MONTH, by_language={"en": english, "fr": french}, source=source, lines={"subject": 2}, place=Place("issue.md")
    )

    assert told(file=file) == [
        (4, "'Pourquoi ?'", "write 'Pourquoi?'"),
        (9, "'mot ;'", "write 'mot;'"),
        (None, "'Webinaire !'", "write 'Webinaire!'"),
    ]


def test_text_for_every_language_counts_as_french_if_its_words_are():
    assert told(file=IssueFile(MONTH, subject="Les résultats de la recherche ; suite"))
    assert not told(file=IssueFile(MONTH, subject="The results of the research ; more"))


def test_phrase_of_the_composed_subject_is_checked_in_its_language():
    article = make_article(about={"en": "what ?", "fr": "quoi ?"}, lines={"about": 9})

    assert told(article) == [(9, "'quoi ?'", "write 'quoi?'")]
    assert told(file=in_both(subject="What ?")) == []
