"""The greeting: whole, on one line, in the reader's language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import renderer

from digest.issue.greeting import greeting


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        ("Ann Lee", "en", "Dear Ann Lee,"),
        ("Ann Lee", "fr", "Bonjour Ann Lee,"),
        ("", "en", "Hello,"),
        ("  \t ", "fr", "Bonjour,"),
        (",", "en", "Hello,"),
        (" - ", "fr", "Bonjour,"),
        ("\u200b\u202e", "en", "Hello,"),
        ("李", "en", "Dear 李,"),
        ("Ann", "de", "Dear Ann,"),
        ("Ann\r\nBcc: x@example.org", "en", "Dear Ann Bcc: x@example.org,"),
        ("A\u2028B\x85C\x00", "en", "Dear A B C,"),
        ("\u202eeel", "en", "Dear eel,"),
        ("{name} {{7*7}} %(x)s", "en", "Dear {name} {{7*7}} %(x)s,"),
    ],
)
def test_greeting_is_one_whole_line(name, language, expected):
    assert greeting(name, language, renderer()) == expected


@given(st.text())
def test_greeting_of_any_name_has_no_line_break(name):
    assert len(greeting(name, "en", renderer()).splitlines()) == 1
