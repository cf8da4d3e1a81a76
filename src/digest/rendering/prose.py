"""The running text inside of a text or an HTML fragment: what the rules of typography may touch, block by block."""

import html as entities
import re
from collections.abc import Iterator

# Nothing in here is prose. Bounded repetitions keep a text of any length linear.
UNTOUCHED = re.compile(
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
OBJECT = "\ufffc"  # replaces code inside a sentence: a word that is left alone

TAG = re.compile(r"(<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>)")
_HREF = re.compile(r"<a href=\"(?:mailto:)?([^\"]*)\"")
_NAME = re.compile(r"</?([a-z][a-z0-9]*)")
_INLINE = frozenset({"a", "b", "code", "em", "i", "span", "strong"})
_VERBATIM = frozenset({"code", "pre"})


def blocks(pieces: list[str]) -> Iterator[list[tuple[int, str]]]:
    """The texts of each block with their places; a sign stands in for code and for a linked address."""
    block: list[tuple[int, str]] = []
    verbatim = 0
    href = ""
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            is_code_or_address = piece and (verbatim or piece == href)
            block.append((place, OBJECT if is_code_or_address else entities.unescape(piece)))
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
