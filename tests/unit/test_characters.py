"""One rule for characters: what it refuses, and that what it accepts survives encoding, markup and headers."""

import html
import unicodedata
from email.header import Header, decode_header, make_header
from email.message import EmailMessage
from xml.sax.saxutils import escape

import html5lib
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from digest.characters import LONGEST_NAME, CharacterRule, line_fault, text_fault, tidy_line, visible

LAYOUT = {"Cc", "Cs", "Zl", "Zp", "Cf"}
REAL_NAMES = [
    "علی\u200cرضا قربانی",  # Persian, with ZWNJ
    "می\u200c\u200cخواهم",
    "\u200fمریم\u200f",
    "Dana \u200eכהן\u200e",
    "رها\u200c",
    "രാജന\u0d4d\u200d",  # Malayalam, ends with ZWJ
    "ශ\u0dca\u200dරී ලංකා",
    "ᠮᠣᠩᠭᠣᠯ\u180eᠠ",
    "葛\U000e0100城",
    "Zoé O'Neill-Núñez",
    "李雷",
    "Ann 👨\u200d👩\u200d👧\u200d👦",
    "👩\u200d⚕\ufe0f 🏳\ufe0f\u200d🌈 🏴\u200d☠\ufe0f",
    "Bob 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "1\ufe0f\u20e3",
    "\U0001fae9",  # assigned by Unicode 16: older versions of Python do not know it
    "Œuvre d’art\u202f: l’été\xa0?",
    "a = ? and ?=",
]


@pytest.mark.parametrize("name", REAL_NAMES)
def test_real_names_stay_as_they_are(name: str):
    assert line_fault(tidy_line(name), LONGEST_NAME) is None
    assert tidy_line(name) == name
    assert visible(name) == name


@pytest.mark.parametrize(
    ("line", "rule", "what"),
    [
        ("A\x1b[31m", CharacterRule.CONTROL, "a control character, U+001B"),
        ("A\0", CharacterRule.CONTROL, "a control character, U+0000"),
        ("A\x7fB", CharacterRule.CONTROL, "a control character, U+007F"),
        ("A\x9bB", CharacterRule.CONTROL, "a control character, U+009B"),
        ("A\nB", CharacterRule.LINE_BREAK, "a line break"),
        ("A\r\nBcc: x", CharacterRule.LINE_BREAK, "a line break"),
        ("A\x85B", CharacterRule.LINE_BREAK, "a line break"),
        ("A\u2028B", CharacterRule.LINE_BREAK, "a line break"),
        ("A\ud83d\ude0d", CharacterRule.UNUSABLE, "half of a character, U+D83D"),
        ("A\ufffe", CharacterRule.UNUSABLE, "U+FFFE, which is not a character"),
        ("A\ufdd0", CharacterRule.UNUSABLE, "U+FDD0, which is not a character"),
        ("A\U0010ffff", CharacterRule.UNUSABLE, "U+10FFFF, which is not a character"),
        ("A\u0378", CharacterRule.UNUSABLE, "U+0378, which is not a character"),
        (
            "A\u202egnp",
            CharacterRule.DIRECTION,
            "U+202E RIGHT-TO-LEFT OVERRIDE, which changes the direction of the text",
        ),
        ("A\u2066B", CharacterRule.DIRECTION, "U+2066 LEFT-TO-RIGHT ISOLATE, which changes the direction of the text"),
        ("A\u200bB", CharacterRule.INVISIBLE, "an invisible character, U+200B ZERO WIDTH SPACE"),
        ("\ufeffA", CharacterRule.INVISIBLE, "an invisible character, U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("A\xadB", CharacterRule.INVISIBLE, "an invisible character, U+00AD SOFT HYPHEN"),
        ("A\u200dB", CharacterRule.INVISIBLE, "an invisible character, U+200D ZERO WIDTH JOINER"),
        ("é\u200cé", CharacterRule.INVISIBLE, "an invisible character, U+200C ZERO WIDTH NON-JOINER"),
        ("\u200cرها", CharacterRule.INVISIBLE, "an invisible character, U+200C ZERO WIDTH NON-JOINER"),
        ("👩\u200d", CharacterRule.INVISIBLE, "an invisible character, U+200D ZERO WIDTH JOINER"),
        ("A\ufe01\ufe02", CharacterRule.INVISIBLE, "an invisible character, U+FE02 VARIATION SELECTOR-3"),
        ("A\U000e0041", CharacterRule.INVISIBLE, "an invisible character, U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\u3164", CharacterRule.INVISIBLE, "an invisible character, U+3164 HANGUL FILLER"),
        ("=?utf-8?q?=1B?=", CharacterRule.ENCODED_WORD, "'=?utf-8?q?=1B?=', which mail programs decode (RFC 2047)"),
        ("", CharacterRule.EMPTY, "no visible characters"),
        ("\u200e", CharacterRule.EMPTY, "no visible characters"),
        ("\u0301", CharacterRule.EMPTY, "no visible characters"),
        ("x" * 301, CharacterRule.LENGTH, "301 characters, more than the limit of 300"),
    ],
)
def test_each_rule_is_named_with_the_character(line: str, rule: CharacterRule, what: str):
    fault = line_fault(line)

    assert fault is not None
    assert (fault.rule, fault.what) == (rule, what)
    assert fault.remedy


@pytest.mark.parametrize("blank", [" ", "\t", "\n", "\r\n \t", "\xa0", "\u3000", "\u2003"])
def test_white_space_alone_is_nothing(blank: str):
    assert tidy_line(blank) == ""


def test_line_is_composed_and_its_spaces_are_single():
    assert tidy_line(" Zoe\u0301 \t  Lee\n") == "Zoé Lee"


def test_text_may_have_lines_and_characters_for_layout():
    assert text_fault("One.\r\n\tTwo\u200b, soft\xadly, می\u200cخواهم.\n") is None


@pytest.mark.parametrize(
    "character", ["\x1b", "\x85", "\u2028", "\u2029", "\ud83d", "\ufffe", "\u0378", "\u202e", "\u2069"]
)
def test_no_text_holds_what_hides_breaks_or_turns_it(character: str):
    fault = text_fault(f"One.\nTw{character}o.\n")

    assert fault is not None
    assert fault.position == 7


def test_only_marks_of_direction_and_visible_signs_are_characters_of_layout_in_a_line():
    points = [chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in LAYOUT]
    accepted = [point for point in points if point != "\t" and line_fault(f"A{point}B") is None]

    names = {unicodedata.name(point) for point in accepted}
    assert {"LEFT-TO-RIGHT MARK", "RIGHT-TO-LEFT MARK", "ARABIC LETTER MARK"} <= names
    # signs that are drawn around what follows them
    drawn = ("ARABIC", "SYRIAC ABBREVIATION", "KAITHI NUMBER", "EGYPTIAN HIEROGLYPH")
    assert all(
        name.startswith(drawn) for name in names if not name.endswith("-TO-RIGHT MARK") and "-LEFT MARK" not in name
    )


HIDING = "\u200b\u200c\u200d\u200e\u200f\u202e\u2066\ufe0f\ufeff\u180b\u180e\u3164\U000e0067\U000e007f"
suspicious = st.sampled_from(
    [*f"ab=? \t\n\x1b\x85\u2028\ud83d\ufffe\u0378\u0301é{HIDING}മനᠮ👩🏴⚕", "\u0d4d", "=?utf-8?q?=1b?="]
)
lines = st.one_of(st.text(max_size=60), st.lists(suspicious, max_size=12).map("".join))


@given(lines)
@example("=?utf-8?q?a?=")
def test_line_that_is_accepted_survives_encoding_markup_and_headers(text: str):
    line = tidy_line(text)
    if line_fault(line):
        return

    assert line.encode().decode() == line
    assert etree.fromstring(f"<a>{escape(line)}</a>".encode()).text == line
    assert html5lib.parse(html.escape(line), namespaceHTMLElements=False).findtext("body") == line
    assert len(line.splitlines()) == 1
    message = EmailMessage()
    message["Subject"] = line
    assert message["Subject"] == line
    assert str(make_header(decode_header(Header(line, "utf-8").encode()))) == line


@given(lines)
def test_line_that_is_accepted_stays_itself(text: str):
    line = tidy_line(text)

    assert tidy_line(line) == line
    if not line_fault(line):
        assert visible(line) == line


@given(lines)
def test_visible_line_has_nothing_to_hide(text: str):
    line = visible(text)
    fault = line_fault(tidy_line(line))

    assert visible(line) == line
    assert fault is None or fault.rule in {CharacterRule.EMPTY, CharacterRule.ENCODED_WORD}


@given(st.one_of(st.text(max_size=60), st.lists(suspicious, max_size=12).map("".join)))
def test_text_that_is_accepted_survives_encoding_and_markup(text: str):
    if text_fault(text):
        return

    assert text.encode().decode() == text
    read = etree.fromstring(f"<a>{escape(text)}</a>".encode()).text or ""
    assert read == text.replace("\r\n", "\n").replace("\r", "\n")
