"""Headers of an edition: RFC 5322, 2369, 2919, 8058."""

from dataclasses import replace
from email import message_from_string
from email.policy import default

import pytest
from mail_samples import MONTH, NEWSLETTER, make_issue, renderer

from digest.content.issue_file import IssueFile
from digest.errors import RenderError
from digest.issue.edition import EditionKey
from digest.issue.headers import edition_headers, list_id
from digest.issue.render import render_edition

NONCE = "0123456789abcdef"


def headers(newsletter=NEWSLETTER, subject="A subject", language="en"):
    return dict(edition_headers(newsletter, MONTH, subject, language, NONCE))


def test_headers_are_those_of_a_list_that_can_be_left_in_one_click():
    assert headers() == {
        "From": "Practice Network <digest@example.org>",
        "Reply-To": "editor@example.org",
        "Subject": "A subject",
        "List-Id": '"Research Digest" <digest.example.org>',
        "List-Unsubscribe": f"<https://digest.invalid/{NONCE}/unsubscribe-text>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Archive": "<https://digest.example.org/>",
        "Archived-At": f"<https://digest.example.org/{MONTH}/?lang=en>",
        "Content-Language": "en",
    }


@pytest.mark.parametrize("name", ["Réseau de pratique", 'Ann "A" Lee', "Lee, Ann; et al.", "研究", "A <b@example.org>"])
def test_sender_may_have_any_name(name):
    value = headers(replace(NEWSLETTER, from_name=name))["From"]
    parsed = message_from_string(f"From: {value}\n\n", policy=default)["From"].addresses

    assert [(one.display_name, one.addr_spec) for one in parsed] == [(name, "digest@example.org")]


def test_names_are_those_of_the_language():
    named = replace(
        NEWSLETTER, from_name={"en": "Network", "fr": "Réseau"}, reply_name={"en": "Editor", "fr": "Équipe"}
    )

    assert [headers(named, language=one)["From"] for one in ("en", "fr")] == [
        "Network <digest@example.org>",
        "Réseau <digest@example.org>",
    ]
    assert [headers(named, language=one)["Reply-To"] for one in ("en", "fr")] == [
        "Editor <editor@example.org>",
        "Équipe <editor@example.org>",
    ]


def test_no_header_holds_a_line_break():
    newsletter = replace(NEWSLETTER, from_name="A\r\nBcc: x@example.org", title={"en": "T\nX: y", "fr": "T"})

    assert not [value for value in headers(newsletter, "S\r\nBcc: x\u2028y").values() if len(value.splitlines()) > 1]


def test_subject_of_the_editor_reaches_the_header_on_one_line():
    issue = make_issue(file=IssueFile(MONTH, subject="One\r\nBcc: x@example.org"))

    edition = render_edition(issue, EditionKey("fr", 1), renderer())

    assert dict(edition.headers)["Subject"] == edition.subject == "One Bcc\u00a0: x@example.org"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Réseau", '"Reseau" <digest.example.org>'),
        ('Say "hi"\\', '"Say hi" <digest.example.org>'),
        ("研究", "<digest.example.org>"),
    ],
)
def test_list_id_is_ascii_with_the_bare_label_at_its_end(title, expected):
    assert list_id(replace(NEWSLETTER, title={"en": title})) == expected


def test_list_id_stays_within_255_octets():
    assert len(list_id(replace(NEWSLETTER, title={"en": "x" * 400}))) == 255


def test_without_reply_address_there_is_no_such_header():
    assert "Reply-To" not in headers(replace(NEWSLETTER, reply_to=None))


def test_sender_without_an_address_is_a_render_error():
    issue = make_issue(newsletter=replace(NEWSLETTER, from_address="nobody"))

    with pytest.raises(RenderError, match="fix the newsletter's addresses"):
        render_edition(issue, EditionKey("en", 1), renderer())
