"""Which characters a text may contain: one rule for the configuration, articles, lists and forms.

There are two kinds of text. A *text* has any number of lines, such as an introduction. A *line* is a title, a person's
name or a name in the configuration. It ends up in headers and lists, so it must not contain anything that hides text or
changes its direction.

Source: Unicode Standard, 23 (joiners, tags, variation selectors); UTS 51 (emoji); UAX 9, 2 (direction); RFC 2047, 2.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

LONGEST_NAME = 200  # characters, of a person's name
LONGEST_LINE = 300
# White space to strip from a line. `str.strip` would also strip some control characters.
WHITE_SPACE = "\t\n\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"


class CharacterRule(StrEnum):
    """The rule that a text breaks."""

    LENGTH = "length"
    EMPTY = "empty"
    LINE_BREAK = "line break"
    CONTROL = "control"
    UNUSABLE = "unusable"  # half of a character, not a character, or not assigned in Unicode
    DIRECTION = "direction"
    INVISIBLE = "invisible"
    ENCODED_WORD = "encoded word"


@dataclass(frozen=True)
class CharacterFault:
    """
    Why a text is refused.

    Attributes:
        what: What the text has, for use after "has" or "there is".
        remedy: What to do.
        position: Index of the character.
        character: The character itself; empty if the fault concerns the whole text.
    """

    rule: CharacterRule
    what: str
    remedy: str
    position: int = 0
    character: str = ""


def text_fault(text: str) -> CharacterFault | None:
    """
    Find the first character that is not allowed in any text.

    Those are control characters (except tab, line feed and carriage return), the separators U+2028 and U+2029, halves
    of surrogate pairs, noncharacters, unassigned characters, and characters that change the direction of text.
    """
    refused = {character: rule for character in set(text) if (rule := _refusal(character))}
    if not refused:
        return None
    position = min(text.index(character) for character in refused)
    return _fault(refused[text[position]], text[position], position)


def tidy_line(text: str) -> str:
    """The text in Unicode's composed form (NFC), with single spaces, and without white space around it."""
    composed = unicodedata.normalize("NFC", text)
    single = composed if composed.isprintable() and "  " not in composed else _SPACES.sub(" ", composed)
    return single.strip(WHITE_SPACE)


def line_fault(line: str, longest: int = LONGEST_LINE) -> CharacterFault | None:
    """
    Find what keeps *line* from being a title, a name or another single line.

    Beyond `text_fault`, a line has no line break and no invisible character. Joiners are allowed where they have an
    effect: after letters of scripts that join them, and between emoji. Marks of direction (U+200E, U+200F, U+061C),
    which only affect adjacent punctuation, are allowed anywhere.

    Args:
        line: From `tidy_line`.
        longest: In characters.
    """
    if len(line) > longest:
        return CharacterFault(
            CharacterRule.LENGTH, f"{len(line)} characters, more than the limit of {longest}", "shorten it"
        )
    if _is_plain(line):
        return _blank(line)
    return _line_break(line) or text_fault(line) or _hidden(line) or _encoded_word(line) or _blank(line)


def visible(text: str) -> str:
    """Make one line of *text*, with single spaces and without the characters that `line_fault` refuses."""
    flat = text
    if not _is_plain(text):
        flat = "".join(character for character in _BREAKS.sub(" ", text) if not _refusal(character))
        hidden = set(_unseen(flat))
        flat = "".join(character for position, character in enumerate(flat) if position not in hidden)
    return (_BREAKS.sub(" ", flat) if "  " in flat else flat).strip()


def describe(character: str) -> str:
    """Name a character that can't be seen, such as `U+200B ZERO WIDTH SPACE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


_SPACES = re.compile(r"[ \t]+")
_LINE_BREAK = re.compile("[\n\v\f\r\x85\u2028\u2029]")
_BREAKS = re.compile("[ \t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_ENCODED_WORD = re.compile(r"=\?[^?]*\?[^?]*\?[^?]*\?=")
_EMPTY = CharacterFault(CharacterRule.EMPTY, "no visible characters", "enter some text")

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # embeddings, overrides, isolates
_EMOJI = range(0x1F000, 0x1FFFE)  # UTS 51 reserves unassigned characters here for future emoji

# Letters that joiners join or separate: the scripts of the Near East, South and South-East Asia.
_JOINING = (
    "\u0620-\u109f\u1700-\u17b3\u17b6-\u180a\u1810-\u1cff\ua800-\uabff\ufb1d-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010800-\U00011fff\U0001e900-\U0001e95f"
)
_PICTURE = (
    "\xa9\xae\u203c\u2049\u2122\u2139\u2190-\u23ff\u24c2\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001fbff"
)
_SELECTOR = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"  # picks a form of the character before it
# Invisible characters: joiners, selectors, tags, fillers, blanks and other characters for layout alone.
_UNSEEN = (
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u2800\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_MAY_BE_UNSEEN = re.compile(f"[{_UNSEEN}]")
_INVISIBLE = re.compile(
    rf"(?:(?<=[{_JOINING}])[\u180e\u200c\u200d]{{1,2}}"
    rf"|(?:(?<=[{_PICTURE}])|(?<=[{_PICTURE}]\ufe0f))\u200d(?=[{_PICTURE}])"
    rf"|(?<=\U0001f3f4)[\U000e0020-\U000e007e]{{1,9}}\U000e007f"  # the flags of regions
    rf"|(?<=[^\s{_UNSEEN}])[{_SELECTOR}])"
    rf"|(?P<unseen>[{_UNSEEN}])"
)


def _is_plain(line: str) -> bool:
    """Whether the line needs no further check, as for nearly every name in a list."""
    return line.isprintable() and "=?" not in line and (line.isascii() or not _MAY_BE_UNSEEN.search(line))


def _line_break(line: str) -> CharacterFault | None:
    match = _LINE_BREAK.search(line)
    if match is None:
        return None
    return CharacterFault(CharacterRule.LINE_BREAK, "a line break", "write it on one line", match.start(), match[0])


def _hidden(line: str) -> CharacterFault | None:
    position = next(_unseen(line), None)
    return None if position is None else _fault(CharacterRule.INVISIBLE, line[position], position)


def _encoded_word(line: str) -> CharacterFault | None:
    match = _ENCODED_WORD.search(line)
    if match is None:
        return None
    what = f"{match[0]!r}, which mail programs decode (RFC 2047)"
    return CharacterFault(CharacterRule.ENCODED_WORD, what, "remove =? or ?=", match.start())


def _blank(line: str) -> CharacterFault | None:
    return None if any(map(_is_seen, line)) else _EMPTY


def _unseen(line: str) -> Iterator[int]:
    return (match.start() for match in _INVISIBLE.finditer(line) if match["unseen"])


@lru_cache(4096)
def _refusal(character: str) -> CharacterRule | None:
    """The rule that *character* breaks in any text."""
    category = unicodedata.category(character)
    if category == "Cc":
        return None if character in "\t\n\r" else CharacterRule.CONTROL
    if category in {"Zl", "Zp"}:
        return CharacterRule.LINE_BREAK
    if category == "Cs" or (category == "Cn" and ord(character) not in _EMOJI):
        return CharacterRule.UNUSABLE
    return CharacterRule.DIRECTION if character in _TURNS else None


def _fault(rule: CharacterRule, character: str, position: int) -> CharacterFault:
    what, remedy = _WORDS[rule]
    if unicodedata.category(character) == "Cs":
        what, remedy = "half of a character, {}", "write the character itself instead of two escapes"
    return CharacterFault(rule, what.format(describe(character)), remedy, position, character)


_WORDS = {
    CharacterRule.CONTROL: ("a control character, {}", "remove it"),
    CharacterRule.LINE_BREAK: ("a separator, {}", "use a space or an ordinary line break instead"),
    CharacterRule.UNUSABLE: ("{}, which is not a character", "remove it"),
    CharacterRule.DIRECTION: (
        "{}, which changes the direction of the text",
        "remove it (it may come from pasted text)",
    ),
    CharacterRule.INVISIBLE: ("an invisible character, {}", "remove it (it may come from pasted text)"),
}


def _is_seen(character: str) -> bool:
    return unicodedata.category(character) not in {"Zs", "Cf", "Mn", "Mc", "Me"}
