"""Straight quotes set as a language sets them; nothing else of a text changes, and a file stays as it was written."""

import html as entities
import re
from collections.abc import Iterator
from typing import NamedTuple

_STRAIGHT = re.compile(r"['\"]")
# Nothing in here is prose. Bounded repetitions keep a text of any length linear.
_UNTOUCHED = re.compile(
    r"""
    (?:https?|ftp)://[^\s<>"“”«»]*[^\s<>"“”«»'’.,;:!?)\]}]      # the signs that end it belong to the sentence
    | \bwww\.[^\s<>"“”«»]*[^\s<>"“”«»'’.,;:!?)\]}]
    | \b10\.\d{4,9}/[^\s<>"“”«»]*[^\s<>"“”«»'’.,;:!?)\]}]       # a DOI
    | \w[\w.+'-]{0,63}@[\w-][\w.-]*
    | \{[^{}\n]{0,200}\}                                       # a placeholder
    | </?[A-Za-z][^<>\n]{0,200}>                                # a tag, shown as it was written
    | \d'\s?\d{1,2}(?:[.,]\d+)?"?                              # feet and inches
    """,
    re.VERBOSE,
)
# Words that begin with an apostrophe.
_CLIPPED = re.compile(r"'(?:\d\ds|tis|twas|til|em)\b", re.IGNORECASE)
_BEFORE_OPENING = frozenset("([{<-–—/…«“„‘‚¿¡'\"")
_APOSTROPHE = "’"
_OBJECT = "\ufffc"  # stands for code inside a sentence: a word that is left alone

_TAG = re.compile(r"(<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>)")
_HREF = re.compile(r"<a href=\"(?:mailto:)?([^\"]*)\"")
_NAME = re.compile(r"</?([a-z][a-z0-9]*)")
_INLINE = frozenset({"a", "b", "code", "em", "i", "span", "strong"})
_VERBATIM = frozenset({"code", "pre"})
_MAY_HAVE_QUOTES = ("'", '"', "&quot;", "&#")


class _Signs(NamedTuple):
    """The quotes of a language: the outer pair, and the one inside it, which single straight quotes become too."""

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
    Set the straight quotes and apostrophes of plain text as *language* does.

    Args:
        language: A tag such as `fr-CA`. In a language that is not known here the text stays as it is.

    Returns:
        The same letters, digits and signs. A quote that has no partner stays straight, and so do the signs of feet
        and inches. Addresses, DOIs and placeholders are left alone. Doing it again changes nothing.
    """
    if "'" not in text and '"' not in text:
        return text
    return _set(text, _marks(text, language))


def typographic_html(html: str, language: str) -> str:
    """
    The same for a safe HTML fragment: across emphasis and links, block by block, without code and attributes.

    Args:
        html: From `digest.rendering.markdown.to_html`, or as simple.
    """
    if not any(sign in html for sign in _MAY_HAVE_QUOTES):
        return html
    pieces = _TAG.split(html)  # text at even places, a tag at odd ones
    for block in _blocks(pieces):
        _set_block(pieces, block, language)
    return "".join(pieces)


def _blocks(pieces: list[str]) -> Iterator[list[tuple[int, str]]]:
    """The texts of each block with their places; a sign stands in for code and for a linked address."""
    block: list[tuple[int, str]] = []
    verbatim = 0
    href = ""
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            is_code_or_address = piece and (verbatim or piece == href)
            block.append((place, _OBJECT if is_code_or_address else entities.unescape(piece)))
            continue
        linked = _HREF.match(piece)
        href = linked[1] if linked else ""
        found = _NAME.match(piece)
        name = found[1] if found else ""
        if name in _VERBATIM:
            verbatim += -1 if piece.startswith("</") else 1
        if name == "br":
            block.append((place, "\n"))
        elif name not in _INLINE:
            yield block
            block = []
    yield block


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
    """What each straight quote of *text* becomes, by its place; one that stays is not in it."""
    signs = _SIGNS.get(language.partition("-")[0])
    return _Reader(text, signs).marks() if signs else {}


class _Reader:
    """Reads a block from left to right and pairs its quotes; `_open` holds the places of those that wait."""

    def __init__(self, text: str, signs: _Signs) -> None:
        self._text = text
        self._signs = signs
        self._open: list[int] = []
        self._doubles = 0  # how many of those are double
        self._pairs: dict[int, int] = {}  # the place of the closing one by that of the opening one
        self._marks: dict[int, str] = {}

    def marks(self) -> dict[int, str]:
        for place in self._places():
            (self._double if self._text[place] == '"' else self._single)(place)
        self._marks |= {place: _APOSTROPHE for place in self._open if self._text[place] == "'"}
        self._set_pairs()
        return self._marks

    def _places(self) -> Iterator[int]:
        end = 0
        for span in [*(found.span() for found in _UNTOUCHED.finditer(self._text)), (len(self._text), 0)]:
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
    return character.isalnum() or character == _OBJECT
