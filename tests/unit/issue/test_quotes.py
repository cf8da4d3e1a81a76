"""Straight quotes of files and configuration become typographic ones in mail and on pages."""

import datetime as dt
from dataclasses import replace

import pytest
from factories import NOON
from lxml import html as parser
from mail_samples import MONTH, NEWSLETTER, make_article, make_issue, make_note, renderer

from digest.archive.pages.entry_points import Counts
from digest.archive.pages.frame import NamedLink, Pages
from digest.archive.pages.issues import home_page, issue_page
from digest.archive.pages.permalink import withdrawn_page
from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.delivery.notifications import NotificationKind
from digest.issue.consent import consent_wording
from digest.issue.greeting import greeting
from digest.issue.issue import Issue
from digest.issue.render import freeze
from digest.issue.withdrawal import Withdrawal
from digest.topics import ResearchType, Taxonomy, Term, Topic
from digest.web.people.choices import topic_groups

QUOTED = 'The "fit" isn\'t all'
SET = "The “fit” isn’t all"
FRENCH = 'Le "lien" n\'est pas tout'
FRENCH_SET = "Le «\u00a0lien\u00a0» n’est pas tout"
EVERY_TEXT = {
    "title": QUOTED,
    "about": {"en": QUOTED, "fr": FRENCH},
    "author": "Dr. O'Neil",
    "body": f"{QUOTED} `it's`.",
    "implications": QUOTED,
}
WHOLE = make_article(**EVERY_TEXT, citation="O'Neil, A. (2021). The \"fit\". *Journal, 1*(2), 3. doi:10.1000/it's")
ENGLISH_FILE = IssueWording(QUOTED, QUOTED, QUOTED, (Notice(QUOTED, QUOTED),))
FRENCH_FILE = IssueWording(FRENCH, FRENCH, FRENCH, (Notice(FRENCH, FRENCH),))
FILE = IssueFile(MONTH, by_language={"en": ENGLISH_FILE, "fr": FRENCH_FILE})
TAXONOMY = Taxonomy(
    topics=(Topic("alliance", {"en": "Clients' voice", "fr": "L'alliance"}, "group"),),
    groups=(Term("group", {"en": "What's shared", "fr": "L'ensemble"}),),
    research_types=(ResearchType("meta-analysis", {"en": "Meta-analysis 'so'", "fr": "Méta-analyse d'études"}),),
)
OWNER = replace(
    NEWSLETTER,
    title={"en": "Members' Digest", "fr": "L'essentiel"},
    from_name="Practitioners' Network",
    postal_address=("1 O'Connor Street", "St. John's"),
)


@pytest.fixture(scope="module")
def frozen():
    return freeze(Issue(MONTH, (WHOLE,), FILE, OWNER, TAXONOMY), renderer())


def shown(edition) -> str:
    root = parser.document_fromstring(edition.html)
    for code in root.iter("code"):
        code.text = ""
    return " ".join(root.find("body").text_content().split(" "))


def test_no_straight_quote_is_left_in_either_part_of_a_mail(frozen):
    for edition in frozen.editions:
        text = edition.text.replace("it's", "")  # the code, and the DOI

        for part in (shown(edition).replace("doi:10.1000/it's", ""), text, edition.subject, edition.preheader):
            assert "'" not in part
            assert '"' not in part


def test_article_keeps_the_quotes_of_its_language_in_a_french_mail(frozen):
    [_, french] = frozen.editions

    assert SET in french.text
    assert french.subject == FRENCH_SET
    assert french.preheader == FRENCH_SET
    assert FRENCH_SET in french.text
    assert "L’alliance" in french.text
    assert "L’essentiel" in french.text


def test_page_says_what_the_mail_says(frozen):
    [article] = frozen.document.articles

    assert (article.title, article.about, article.author) == (SET, SET, "Dr. O’Neil")
    assert article.html == f"<p>{SET} <code>it's</code>.</p>"
    assert article.implications_html == f"<p>{SET}</p>"
    assert frozen.document.subject == {"en": SET, "fr": FRENCH_SET}
    assert frozen.document.introduction_html == {"en": f"<p>{SET}</p>", "fr": f"<p>{FRENCH_SET}</p>"}
    assert [notice.title for notice in frozen.document.notices] == [SET, FRENCH_SET]
    assert article.html in parser.tostring(
        parser.document_fromstring(frozen.editions[0].html), encoding="unicode"
    ).replace(' style="margin:0 0 18px 0"', "").replace(
        ' style="font-family:Consolas, Menlo, monospace; font-size:15px"', ""
    )


def test_names_of_the_configuration_are_set_on_pages(frozen):
    page = issue_page(Pages(OWNER, TAXONOMY, "fr"), frozen.document, NOON)
    home = home_page(Pages(OWNER, TAXONOMY, "en"), frozen.document, [], Counts({}, {}, {}), "")
    [group] = topic_groups(TAXONOMY, "fr", ())

    assert [topic.name for topic in page.articles[0].topics] == ["L’alliance"]
    assert page.articles[0].research_type == NamedLink("Méta-analyse d’études", "/types/meta-analysis/")
    assert home.head.title == "Members’ Digest"
    assert (group.name, group.topics[0].name) == ("L’ensemble", "L’alliance")
    assert "L'alliance" in group.topics[0].also  # who types a straight one finds it


def test_reason_of_a_withdrawal_is_set_on_its_page(frozen):
    reason = {"en": 'It wasn\'t "right"', "fr": 'Il n\'était pas "juste"'}
    withdrawn = Withdrawal(MONTH, "gone", "Gone", "en", reason, dt.datetime(2026, 11, 20, tzinfo=dt.UTC))

    page = withdrawn_page(Pages(OWNER, TAXONOMY, "fr"), frozen.document, "gone", [withdrawn])

    assert page is not None
    assert page.reason == "Il n’était pas «\u00a0juste\u00a0»"


def test_addresses_of_headers_are_as_they_were_written(frozen):
    headers = dict(frozen.editions[0].headers)

    assert headers["From"] == "Practitioners' Network <digest@example.org>"
    assert headers["List-Id"] == '"Members\' Digest" <digest.example.org>'


def test_notification_greeting_and_consent_are_set_too():
    note = make_note(NotificationKind.CONFIRM, "fr", OWNER)
    wording = consent_wording(OWNER, "en", renderer()).text

    assert note.subject == "Confirmez votre abonnement à «\u00a0L’essentiel\u00a0»"
    assert "Practitioners’ Network" in note.text
    assert "St. John’s" in note.html
    assert greeting("Siobhan O'Neil", "en", renderer()) == "Dear Siobhan O’Neil,"
    assert "Members’ Digest" in wording
    assert "'" not in wording


def test_english_text_that_stands_for_every_language_keeps_english_quotes_in_a_french_mail():
    file = IssueFile(MONTH, subject=f"{QUOTED} of it", introduction=f"{QUOTED} of it.")
    [_, french] = freeze(make_issue(file=file), renderer()).editions

    assert french.subject == f"{SET} of it"
    assert f"{SET} of it." in french.text


def test_hash_of_the_source_is_over_what_was_written():
    issue = Issue(MONTH, (WHOLE,), FILE, OWNER, TAXONOMY)

    assert issue.newsletter.from_name == "Practitioners' Network"
    assert freeze(issue, renderer()).source_hash == issue.source_hash


def test_composed_subject_joins_phrases_with_the_quotes_of_its_language():
    about = {"en": 'the "fit"', "fr": 'l\'"accord"'}
    issue = make_issue(make_article("one", about=about), make_article("two", about=about, language="fr"))
    editions = {str(edition.key): edition for edition in freeze(issue, renderer()).editions}

    assert editions["en-12"].subject.endswith(": the “fit” and the “fit”")
    assert editions["fr-12"].subject.endswith("\u00a0: l’«\u00a0accord\u00a0» et l’«\u00a0accord\u00a0»")


# --- citations -------------------------------------------------------------------------------------------------------


def test_emphasis_of_a_written_citation_is_shown(frozen):
    [article] = frozen.document.articles

    assert article.citation == "O’Neil, A. (2021). The “fit”. Journal, 1(2), 3. doi:10.1000/it's"
    assert article.citation_html == (
        '<span lang="en" dir="ltr">O’Neil, A. (2021). The “fit”. <em>Journal, 1</em>(2), 3. '
        '<a href="https://doi.org/10.1000/it%27s">doi:10.1000/it&#x27;s</a></span>'
    )
    assert "*" not in frozen.editions[0].text.partition("Journal")[2].partition("\n")[0]
