import re
from dataclasses import replace
from email import message_from_bytes, policy

import pytest
from factories import NONCE, NOVEMBER, ORIGIN, make_edition, make_newsletter

from digest.delivery.handover import Note, Recipient
from digest.delivery.message import build_message, build_note
from digest.issue.headers import edition_headers

LINK = "https://digest.example.org/unsubscribe/" + "A" * 32


def make_message(name: str = "Zoë", greeting: str = "Dear Zoë & Ann,", **edition: object) -> bytes:
    recipient = Recipient(12, "zoe@example.net", name, greeting, LINK, LINK)
    return build_message(make_edition(**edition), recipient, ORIGIN).as_bytes()


def test_text_comes_before_html_and_both_hold_the_readers_own_values():
    parsed = message_from_bytes(make_message(), policy=policy.default)
    text, html = parsed.iter_parts()

    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Dear Zoë & Ann," in text.get_content()
    assert "Dear Zoë &amp; Ann," in html.get_content()
    assert LINK in text.get_content()
    assert f'href="{LINK}"' in html.get_content()


def test_one_click_headers_are_whole_and_on_one_line():
    lines = make_message().decode("ascii").split("\r\n")

    assert f"List-Unsubscribe: <{LINK}>" in lines
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_lines_end_in_crlf_are_ascii_and_short():
    raw = make_message(html="<p>" + "œuvre " * 5000 + "</p>")

    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322, 2.1.1


def test_message_has_each_header_once():
    parsed = message_from_bytes(make_message(), policy=policy.default)

    for name in ("From", "To", "Date", "Message-ID", "Subject", "List-Id", "MIME-Version"):
        assert len(parsed.get_all(name)) == 1, name
    assert parsed["To"] == "zoe@example.net"
    assert parsed["From"].addresses[0].display_name == "Réseau de recherche"


def test_language_is_that_of_the_whole_message():
    parsed = message_from_bytes(make_message(), policy=policy.default)

    assert parsed["Content-Language"] == "en"
    assert all(part["Content-Language"] is None for part in parsed.iter_parts())


def test_message_is_the_same_to_the_byte_whenever_it_is_built():
    assert make_message() == make_message()
    assert message_from_bytes(make_message())["Message-ID"] == "<2026-11.delivery-12.0123456789abcdef@example.org>"
    assert message_from_bytes(make_message())["Date"] == "Tue, 10 Nov 2026 12:00:00 +0000"


def test_notification_is_the_same_to_the_byte_whenever_it_is_built():
    sender = (("From", "digest@example.org"),)
    note = Note(12, "zoe@example.net", "Confirm", "<p>x</p>", "x", sender, ORIGIN)

    assert build_note(note).as_bytes() == build_note(note).as_bytes()
    assert build_note(note)["Message-ID"] == "<notification-12.0123456789abcdef@example.org>"


def test_another_installation_or_month_never_has_the_same_message_id():
    recipient = Recipient(12, "zoe@example.net", "", "Hello,", LINK, LINK)
    origins = [ORIGIN, replace(ORIGIN, installation="fedcba9876543210"), replace(ORIGIN, month="2026-12")]

    assert len({build_message(make_edition(), recipient, origin)["Message-ID"] for origin in origins}) == 3


def test_line_breaks_in_a_greeting_do_not_reach_a_header():
    parsed = message_from_bytes(make_message(greeting="Dear A\r\nBcc: eve@example.com,"), policy=policy.default)

    assert parsed["Bcc"] is None


SUBJECTS = [
    # Python's folding makes words of 77 and 76 characters of the first two, and loses a space of the others
    "psychothérapie ans Ce évité thérapeutes après adhésion attachement réparation thérapeutes la thérapeutes",
    "Bulletin de recherche, novembre 2026 : l’œuvre des thérapeutes, l’adhésion et l’attachement",
    "empathie étude psychothérapie réparation empathie mois-ci dix » thérapeutes formation après l’alliance",
    "empathie thérapeutique adhésion empathie » thérapeutes empathie ans thérapeutique psychothérapie pratique",
]


@pytest.mark.parametrize("kind", ["issue", "notification"])
@pytest.mark.parametrize("subject", SUBJECTS)
def test_french_subject_has_short_encoded_words_and_arrives_as_it_was_written(subject: str, kind: str):
    if kind == "issue":
        raw = make_message(headers=edition_headers(make_newsletter(), NOVEMBER, subject, "fr", NONCE))
    else:
        sender = (("From", "Réseau <digest@example.org>"),)
        raw = build_note(Note(1, "zoe@example.net", subject, "<p>x</p>", "x", sender, ORIGIN)).as_bytes()

    assert message_from_bytes(raw, policy=policy.default)["Subject"] == subject
    assert max(map(len, re.findall(rb"=\?\S*?\?=", raw))) <= 75, "RFC 2047, 2"


def test_header_with_a_line_break_is_refused():
    with pytest.raises(ValueError, match="line break"):
        make_message(headers=(("From", "digest@example.org"), ("Subject", "A\r\nBcc: eve@example.com")))


HEADERS = ["From", "Subject", "To", "Date", "Message-ID", "MIME-Version", "Content-Language", "Content-Type"]


def notification(sender: str = "Réseau <digest@example.org>", **changes: object) -> bytes:
    headers = (("From", sender), ("Content-Language", "fr"))
    note = Note(12, "zoe@example.net", "Confirm", "<p>é</p>", "é", headers, ORIGIN)
    return build_note(replace(note, **changes)).as_bytes()


def test_notification_goes_to_its_reader_with_every_header_spelt_as_usual():
    raw = notification()

    assert message_from_bytes(raw)["To"] == "zoe@example.net"
    assert sorted(message_from_bytes(raw).keys()) == sorted(HEADERS)


def test_message_id_ends_in_the_domain_of_a_sender_with_an_at_sign_in_its_name():
    raw = notification('"A @ B" <digest@example.org>')

    assert message_from_bytes(raw)["Message-ID"] == "<notification-12.0123456789abcdef@example.org>"


def test_both_parts_are_quoted_printable_with_lines_of_at_most_76_characters():
    raw = make_message(html="<p>" + "œuvre " * 500 + "</p>", text="plain words " * 500)
    parts = list(message_from_bytes(raw, policy=policy.default).iter_parts())

    assert [part["Content-Transfer-Encoding"] for part in parts] == ["quoted-printable"] * 2
    assert [part["Content-Type"].partition(";")[0] for part in parts] == ["text/plain", "text/html"]
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_boundary_is_short_enough_and_can_not_stand_in_the_text():
    boundary = message_from_bytes(make_message()).get_boundary()

    assert boundary.startswith("=_"), "quoted-printable never holds it (RFC 2045, 6.7)"
    assert len(boundary) <= 70, "RFC 2046, 5.1.1"
