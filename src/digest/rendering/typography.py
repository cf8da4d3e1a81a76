"""Turns straight quotes into the quotation marks of a language. Nothing else in a text changes, and no file does."""

import html as entities
import re
from collections.abc import Iterator
from typing import NamedTuple

from digest.rendering.prose import OBJECT, TAG, UNTOUCHED, blocks
from digest.rendering.spacing import spaced, spaced_html

_STRAIGHT = re.compile(r"['\"]")
# Words that begin with an apostrophe.
_CLIPPED = re.compile(r"'(?:\d\ds|tis|twas|til|em)\b", re.IGNORECASE)
_BEFORE_OPENING = frozenset("([{<-–—/…«“„‘‚¿¡'\"")
_APOSTROPHE = "’"
_MAY_HAVE_QUOTES = ("'", '"', "&quot;", "&#")


class _Signs(NamedTuple):
    """The quotation marks of a language: the outer pair, and the inner pair, also used for single quotes."""

    opening: str
    closing: str
    inner_opening: str
    inner_closing: str


_ENGLISH = _Signs("“", "”", "‘", "’")
# French as in Canada: guillemets with a no-break space inside, English ones within them.
_SIGNS = {
    "en": _ENGLISH,
    "fr": _Signs("«\u00a0", "\u00a0»", "“", "”"),
    "de": _Signs("„", "“", "‚", "‘"),
    "es": _Signs("«", "»", "“", "”"),
    "it": _Signs("«", "»", "“", "”"),
    "nl": _ENGLISH,
    "pt": _ENGLISH,
}


def typographic(text: str, language: str) -> str:
    """
    Set the straight quotes and apostrophes of plain text as *language* does, and its spaces (see `spaced`).

    Args:
        language: A tag such as `fr-CA`. In a language that is not known here the text stays as it is.

    Returns:
        The same letters, digits and signs; in French, spaces may differ. A quote that has no partner stays straight,
        and so do the signs of feet and inches. Addresses, DOIs and placeholders are left alone. Doing it again changes
        nothing.
    """
    quoted = _set(text, _marks(text, language)) if "'" in text or '"' in text else text
    return spaced(quoted, language)


def typographic_html(html: str, language: str) -> str:
    """
    Do the same for a safe HTML fragment, block by block, across emphasis and links, but not in code or attributes.

    Args:
        html: A fragment from `digest.rendering.markdown.to_html`, or one that is as simple.
    """
    if not any(sign in html for sign in _MAY_HAVE_QUOTES):
        return spaced_html(html, language)
    pieces = TAG.split(html)  # text at even places, a tag at odd ones
    for block in blocks(pieces):
        _set_block(pieces, block, language)
    return spaced_html("".join(pieces), language)


def _set_block(pieces: list[str], block: list[tuple[int, str]], language: str) -> None:
    marks = _marks("".join(shown for _, shown in block), language)
    start = 0
    for place, shown in block:
        own = {at - start: sign for at, sign in marks.items() if start <= at < start + len(shown)} if marks else {}
        if own:
            pieces[place] = entities.escape(_set(shown, own), quote=False)
        start += len(shown)


def _set(text: str, marks: dict[int, str]) -> str:
    return _STRAIGHT.sub(lambda match: marks.get(match.start(), match[0]), text)


def _marks(text: str, language: str) -> dict[int, str]:
    """The replacement for each straight quote of *text*, by its index, without those that stay straight."""
    signs = _SIGNS.get(language.partition("-")[0])
    return _Reader(text, signs).marks() if signs else {}


class _Reader:
    """Reads a block from left to right and pairs its quotes; `_open` has the indexes of those still unpaired."""

    def __init__(self, text: str, signs: _Signs) -> None:
        self._text = text
        self._signs = signs
        self._open: list[int] = []
        self._doubles = 0  # how many of those are double
        self._pairs: dict[int, int] = {}  # the index of the closing quote, by that of the opening quote
        self._marks: dict[int, str] = {}

    def marks(self) -> dict[int, str]:
        for place in self._places():
            (self._double if self._text[place] == '"' else self._single)(place)
        self._marks |= {place: _APOSTROPHE for place in self._open if self._text[place] == "'"}
        self._set_pairs()
        return self._marks

    def _places(self) -> Iterator[int]:
        end = 0
        for span in [*(found.span() for found in UNTOUCHED.finditer(self._text)), (len(self._text), 0)]:
            yield from (found.start() for found in _STRAIGHT.finditer(self._text, end, span[0]))
            end = span[1]

    def _double(self, place: int) -> None:
        if self._doubles and self._may_close(place):
            while self._text[self._open[-1]] == "'":
                self._marks[self._open.pop()] = _APOSTROPHE  # it stands before a word
            self._pairs[self._open.pop()] = place
            self._doubles -= 1
        elif self._may_open(place):
            self._open.append(place)
            self._doubles += 1

    def _single(self, place: int) -> None:
        before, after = self._around(place)
        if _is_word(before) and _is_word(after):
            self._marks[place] = _APOSTROPHE
        elif self._open and self._text[self._open[-1]] == "'" and self._may_close(place):
            self._pairs[self._open.pop()] = place
        elif _is_word(after) and self._may_open(place) and not _CLIPPED.match(self._text, place):
            self._open.append(place)
        elif (_is_word(before) and not before.isdigit()) or _is_word(after):
            self._marks[place] = _APOSTROPHE

    def _set_pairs(self) -> None:
        ends: list[int] = []  # of the double pairs around
        for start in sorted(self._pairs):
            while ends and ends[-1] < start:
                ends.pop()
            end = self._pairs[start]
            is_double = self._text[start] == '"'
            is_inner = not is_double or len(ends) % 2 == 1
            self._marks[start] = self._signs.inner_opening if is_inner else self._signs.opening
            self._marks[end] = self._signs.inner_closing if is_inner else self._signs.closing
            if is_double:
                ends.append(end)

    def _may_open(self, place: int) -> bool:
        before, after = self._around(place)
        return bool(after) and not after.isspace() and (not before or before.isspace() or before in _BEFORE_OPENING)

    def _may_close(self, place: int) -> bool:
        before, after = self._around(place)
        return bool(before) and not before.isspace() and not _is_word(after)

    def _around(self, place: int) -> tuple[str, str]:
        return self._text[max(place - 1, 0) : place], self._text[place + 1 : place + 2]


def _is_word(character: str) -> bool:
    return character.isalnum() or character == OBJECT
