"""Spaces at signs, as French in Canada sets them; nothing but spaces changes, and a file stays as it was written.

Source: Office québécois de la langue française, "Espacement avant et après les signes de ponctuation".
"""

import html as entities
import re
from collections.abc import Iterator
from typing import NamedTuple

from digest.rendering.prose import OBJECT, TAG, UNTOUCHED, blocks

_SPACES = "[ \u00a0\u2009\u202f]"  # within a line: ordinary, no-break, thin, narrow no-break
_FIXED = "\u00a0"
_PLACES = re.compile(
    rf"""
    (?P<none>(?<=[^\s(\[{{«“‘—–-]){_SPACES}+(?=[;?!])(?![;?!]=)(?!;[-']?[()]))   # not before != and ;-)
    | (?P<opening>«){_SPACES}*(?=[^\s»])
    | (?<=[^\s«]){_SPACES}*(?P<closing>»)
    | (?<=[^\s(\[{{«“‘—–:-]){_SPACES}+(?P<apart>:)
    | (?<=[\w)\]»”’%*{OBJECT}])(?P<joined>:)(?=\s|$)
    | (?<=\d){_SPACES}*(?P<percent>%)(?![\w(])
    """,
    re.VERBOSE,
)
_SIGNS = frozenset(";?!«»:%")


class SpaceEdit(NamedTuple):
    """One place of a text that has other spaces than it should: the text from *start* to *end* becomes *text*."""

    start: int
    end: int
    text: str


def spaced(text: str, language: str) -> str:
    """
    Set the spaces of plain text: in French none before `;`, `?` and `!`, a no-break space before `:` and `%` and inside
    of `« »`. Other languages keep theirs.

    Args:
        language: A tag such as `fr-CA`.

    Returns:
        The same characters, but for spaces. Addresses, DOIs, placeholders and times (`12:30`) are left alone. Doing it
        again changes nothing.
    """
    edits = space_edits(text, language)
    return _edited(text, edits) if edits else text


def spaced_html(html: str, language: str) -> str:
    """The same for a safe HTML fragment: across emphasis and links, block by block, without code and attributes."""
    if not _may_apply(html, language):
        return html
    once = _spaced_html(html, language)
    return _spaced_html(once, language)  # what a removed space brings together may be another place


def _spaced_html(html: str, language: str) -> str:
    pieces = TAG.split(html)  # text at even places, a tag at odd ones
    for block in blocks(pieces):
        _set_block(pieces, block, language)
    return "".join(pieces)


def space_edits(text: str, language: str) -> list[SpaceEdit]:
    """Every place where the spaces of *text* differ from those of *language*, in order."""
    return list(_edits(text)) if _may_apply(text, language) else []


def _may_apply(text: str, language: str) -> bool:
    return language.partition("-")[0] == "fr" and not _SIGNS.isdisjoint(text)


def _edits(text: str) -> Iterator[SpaceEdit]:
    end = 0
    for span in [*(found.span() for found in UNTOUCHED.finditer(text)), (len(text), len(text))]:
        for found in _PLACES.finditer(text, end):
            if found.end() > span[0]:
                break
            edit = _edit(found)
            if edit.text != text[edit.start : edit.end]:
                yield edit
        end = span[1]


def _edit(found: re.Match[str]) -> SpaceEdit:
    """The spaces alone if there are some, since the sign may belong to another element; else the sign with a space."""
    sign = found[0].strip()
    start = found.start() + len(sign) if found["opening"] else found.start()
    if spaces := len(found[0]) - len(sign):
        return SpaceEdit(start, start + spaces, "" if found["none"] else _FIXED)
    return SpaceEdit(*found.span(), sign + _FIXED if found["opening"] else _FIXED + sign)


def _edited(text: str, edits: list[SpaceEdit]) -> str:
    parts: list[str] = []
    end = 0
    for edit in edits:
        parts += (text[end : edit.start], edit.text)
        end = edit.end
    return "".join((*parts, text[end:]))


def _set_block(pieces: list[str], block: list[tuple[int, str]], language: str) -> None:
    edits = space_edits("".join(shown for _, shown in block), language)
    start = 0
    for place, shown in block:
        if own := list(_within(edits, start, start + len(shown))):
            pieces[place] = entities.escape(_edited(shown, own), quote=False)
        start += len(shown)


def _within(edits: list[SpaceEdit], start: int, end: int) -> Iterator[SpaceEdit]:
    """The part of each edit that falls into one piece; its text goes where it begins."""
    for edit in edits:
        if edit.start < end and edit.end > start:
            text = edit.text if edit.start >= start else ""
            yield SpaceEdit(max(edit.start, start) - start, min(edit.end, end) - start, text)
