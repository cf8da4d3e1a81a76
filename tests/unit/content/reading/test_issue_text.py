import pytest

from digest.content.issue_file import IssueFile, IssueWording, Notice
from digest.content.reading.faults import each
from digest.content.reading.issue_text import parse_issue_file
from digest.errors import ContentError, Place
from digest.months import Month

FILE = "articles/2026-11/issue.md"


def parse(text: str) -> IssueFile:
    return parse_issue_file(text, month=Month(2026, 11), file=FILE)


def faults(text: str) -> list[str]:
    with pytest.raises(ContentError) as caught:
        parse(text)
    return [str(error) for error in each(caught.value)]


def test_every_key_is_read():
    text = (
        "---\nsubject: What helps\npreheader: Two summaries\nintroduction: |\n  One.\n\n  Two.\norder: [b, a]\n"
        "notices:\n  - title: Webinar\n    body: Come.\n    link: https://example.org/w\n  - title: Study\n---\n"
    )

    assert parse(text) == IssueFile(
        month=Month(2026, 11),
        subject="What helps",
        preheader="Two summaries",
        introduction="One.\n\nTwo.",
        order=("b", "a"),
        notices=(Notice("Webinar", "Come.", "https://example.org/w"), Notice("Study")),
        place=Place(FILE),
        source=text,
        lines={"subject": 2, "preheader": 3, "introduction": 4, "order": 8, "notices": 9},
    )


def test_text_below_the_front_matter_is_the_introduction():
    assert parse("---\nsubject: S\n---\n\nOne *word*.\n").introduction == "One *word*."


def test_introduction_written_twice_is_an_error():
    assert faults("---\nsubject: S\nintroduction: One.\n---\nTwo.\n") == [
        f"{FILE}:3: the introduction is written twice: keep either the key or the text below the front matter, not both"
    ]


@pytest.mark.parametrize("subject", ['"A\\r\\nBcc: x@example.org"', '"A\\u202eB"', "x" * 500])
def test_subject_that_no_header_can_hold_is_refused(subject):
    (told,) = faults(f"---\nsubject: {subject}\n---\n")

    assert told.startswith(f"{FILE}:2: subject has ")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('introduction: "Hi \\x1b[31m"', "introduction"),
        ('introduction: {fr: "Bonjour \\x1b[31m"}', "introduction.fr"),
        ('preheader: "Two \\x1b"', "preheader"),
        ('notices: [{title: "W\\x1b", body: B}]', "notices 1.title"),
        ('notices: [{title: {fr: W}, body: {fr: "B\\x1b"}}]', "notices 1.body.fr"),
        ('notices: [{title: W, link: "https://example.org/\\x1b"}]', "notices 1.link"),
        ('order: ["a\\x1b"]', "order 1"),
    ],
)
def test_no_escape_brings_a_control_character_into_a_value(head, name):
    told = faults(f"---\nsubject: S\n{head}\n---\n")

    assert f"{FILE}:3: {name} has a control character, U+001B: remove it" in told
    assert len(told) == 1


def test_entity_in_the_introduction_is_told_with_its_line():
    (told,) = faults("---\nintroduction: |\n  One.\n\n  &#x202E;owT.\n---\n")

    assert told.startswith(f"{FILE}:5: an entity produces U+202E RIGHT-TO-LEFT OVERRIDE")


def test_unsafe_links_are_told_with_the_line_they_stand_on():
    text = (
        "---\nintroduction: |\n  One.\n  [a](javascript:x)\nnotices:\n"
        "  - title: N\n    body: |\n      Two [b](//evil.example).\n    link: relative\n---\n"
    )

    assert [fault.split(": ")[0] for fault in faults(text)] == [f"{FILE}:4", f"{FILE}:8", f"{FILE}:9"]


def test_unknown_key_of_a_notice_is_refused_with_the_nearest_one():
    assert faults("---\nnotices:\n  - title: N\n    lnk: https://example.org\n---\n") == [
        f"{FILE}:4: unknown key 'notices 1.lnk': did you mean 'link'?"
    ]


def test_month_must_be_that_of_the_folder():
    (told,) = faults("---\nmonth: 2026-10\n---\n")

    assert told.startswith(f"{FILE}:2: month is 2026-10, but the file is in the folder 2026-11")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Welcome.\n", "1: the front matter is missing: start the file with a line ---, then any of subject:, "),
        ("", "1: the front matter is missing: start the file with a line ---, then any of subject:, "),
        ("---\n---\nWelcome.\n", "1: the front matter is empty: add any of subject:, "),
        ("---\nnotices:\n  - body: x\n---\n", "3: notices 1.title is missing: add `title:` with its value"),
        ("---\ntitle: x\n---\n", "2: unknown key 'title': valid keys are month, subject, preheader, introduction, "),
    ],
)
def test_advice_names_what_an_issue_file_holds(text, told):
    (fault,) = faults(text)

    assert fault.startswith(f"{FILE}:{told}")
    assert "month: 2026" not in fault


def test_unsupported_markdown_is_told_with_the_line_it_stands_on():
    text = (
        "---\nintroduction: |\n  One.\n  ~~a~~\nnotices:\n"
        "  - title: N\n    body: |\n      Two[^1]\n  - title: M\n    body: |\n      | a |\n      |---|\n---\n"
    )

    assert [fault.split(": ")[0] for fault in faults(text)] == [f"{FILE}:4", f"{FILE}:8", f"{FILE}:11"]


BILINGUAL = """---
subject: {en: What helps, fr: Ce qui aide}
preheader: Two summaries
introduction:
  en: One.
  fr: Un.
notices:
  - title: {en: Webinar, fr: Webinaire}
    body: In English and *French*.
    link: {en: https://example.org/en, fr: https://example.org/fr}
  - title: {fr: Seulement en français}
  - title: For all
---
"""


def test_value_may_be_written_for_each_language():
    file = parse(BILINGUAL)

    assert file.wording("fr") == IssueWording(
        "Ce qui aide",
        "Two summaries",
        "Un.",
        (
            Notice("Webinaire", "In English and *French*.", "https://example.org/fr"),
            Notice("Seulement en français"),
            Notice("For all"),
        ),
    )
    assert [notice.title for notice in file.wording("en").notices] == ["Webinar", "For all"]


def test_language_without_a_value_of_its_own_gets_what_was_written_for_all():
    assert parse(BILINGUAL).wording("es") == IssueWording("", "Two summaries", "", (Notice("For all"),))
    assert parse("---\nsubject: S\n---\nOne.\n").wording("fr") == IssueWording("S", "", "One.")


def test_everything_that_was_written_can_be_looked_through():
    assert {words.introduction for words in parse(BILINGUAL).wordings} == {"", "One.", "Un."}


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        (
            "subject: {french: Ce qui aide}",
            "2: subject has the key 'french', which is not a language code: write one value",
        ),
        ("subject:\n  en: A\n  fr: [a]", "4: subject.fr must be text"),
        ("introduction:\n  fr: |\n    Un.\n    [a](javascript:x)", "5: the link 'javascript:x' is not allowed in mail"),
        ("notices:\n  - title: {en: A}\n    link: {en: relative}", "4: notices 1.link.en is 'relative', which is not"),
    ],
)
def test_fault_in_one_language_is_told_with_its_line(head, fault):
    (told,) = faults(f"---\n{head}\n---\n")

    assert told.startswith(f"{FILE}:{fault}")
