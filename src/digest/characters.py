"""Which characters a file may hold, and which a single line such as a title."""

import re
import unicodedata

_LONGEST_LINE = 300

# What neither XML nor YAML can carry; tab and the line ends are fine.
_UNCARRIED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = "\x00-\x1f\x7f-\x9f\u2028\u2029"
# Marks, embeddings, overrides and isolates: they can turn a subject line around.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = "\u200b\u2060-\u2064\ufeff\ufff9-\ufffb"
# Joiners build emoji and Persian words; beside ASCII they only hide.
_JOINER = "(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"
_UNSEEN = re.compile(f"[{_CONTROL}{_BIDI}{_ZERO_WIDTH}]|{_JOINER}")


def uncarried(text: str) -> re.Match[str] | None:
    """Find the first character that can't be mailed at all, such as a control character."""
    return _UNCARRIED.search(text)


def unfit_line(text: str, longest: int = _LONGEST_LINE) -> tuple[str, str] | None:
    """
    Tell why *text* can't be a title or another single line.

    Args:
        text: Without space around it.
        longest: In characters.

    Returns:
        The problem, to be put after the name of the thing, and the remedy; None if the line is fine. Emoji and letters
        written from right to left are fine.
    """
    if len(text) > longest:
        return f"has {len(text)} characters, at most {longest} are shown", "shorten it"
    if "\n" in text:
        return "has several lines", "write it in one line"
    if match := _UNSEEN.search(text):
        return f"has an invisible character, {describe(match[0])}", "remove it; it may have come with pasted text"
    return None


def visible(text: str) -> str:
    """The line without invisible characters, with single spaces, and none around it."""
    return re.sub(r"[ \t]+", " ", _UNSEEN.sub("", text.replace("\t", " "))).strip()


def describe(character: str) -> str:
    """Name a character that can't be seen, such as `U+200B ZERO WIDTH SPACE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()
