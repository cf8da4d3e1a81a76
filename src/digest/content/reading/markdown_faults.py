"""Markdown that would be mailed as raw text, or not be seen."""

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.characters import text_fault
from digest.content.body import DEEPEST_HEADING, Part, is_implications_heading
from digest.errors import ContentError, Place
from digest.rendering.markdown import headings

# Not the parser that renders: this one finds what that one leaves as text, and distinguishes escaped characters.
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").disable("text_join")

# Each of these checks a character a bounded number of times, for any input.
_TABLE_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(\|[ \t]*:?-+:?[ \t]*)*\|?")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]{1,100}\]")
_HEADING_MARK = re.compile(r"#{1,6}|\*{1,3}|_{1,3}")
_HEADING_ADVICE = "write `## {}`, with two # and a space"

_TABLE = ("tables are not supported", "use a list, with one item for each row")
_STRIKE = ("~~ is not supported", r"remove the struck words, or write \~\~ for literal tildes")
_NOTE = ("footnotes are not supported", r"put the note into the text, or write \[ for a literal bracket")


def unsupported(part: Part, file: str) -> Iterator[ContentError]:
    """Find tables, struck words and footnotes outside code, and entities for characters that are not allowed."""
    for token in _inline(part.text):
        line = part.line + (token.map or [0])[0]
        for number, (above, rule) in enumerate(pairwise(token.content.split("\n"))):
            if "|" in above and "|" in rule and _TABLE_RULE.fullmatch(rule.strip(" \t")):
                yield ContentError(Place(file, line + number), *_TABLE)
        for number, fault in _marks(token.children or []):
            yield ContentError(Place(file, line + number), *fault)


def misspelt_headings(part: Part, file: str) -> Iterator[ContentError]:
    """Find lines that look like the heading of the practice implications but do not open the section."""
    for heading in headings(part.text):
        if heading.level > DEEPEST_HEADING and is_implications_heading(heading.text):
            problem = f"a level {heading.level} heading cannot start the practice implications"
            yield ContentError(Place(file, part.line + heading.line - 1), problem, _HEADING_ADVICE.format(heading.text))
    for token in _inline(part.text, paragraphs_only=True):
        lines = token.content.split("\n")
        for number, line in enumerate(lines):
            mark = _HEADING_MARK.match(line)
            words = line[mark.end() if mark else 0 :].rstrip(" \t#*_:").lstrip(" \t")
            if is_implications_heading(words) and (mark or len(lines) == 1):
                place = Place(file, part.line + (token.map or [0])[0] + number)
                advice = _HEADING_ADVICE.format(words)
                yield ContentError(place, f"{line.strip()!r} is not a heading", advice)


def _inline(markdown: str, *, paragraphs_only: bool = False) -> Iterator[Token]:
    """The texts of the Markdown; with *paragraphs_only*, skip lists and quotations."""
    above = None
    for token in _PARSER.parse(markdown):
        outer = above is not None and above.type == "paragraph_open" and above.level == 0
        if token.type == "inline" and (outer or not paragraphs_only):
            yield token
        above = token


def _marks(children: list[Token]) -> Iterator[tuple[int, tuple[str, str]]]:
    """The struck words, footnotes and unfit entities of a text, with the number of line breaks before each."""
    number = 0
    linked = False
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            number += 1
        elif child.type == "s_open":
            yield number, _STRIKE
        elif child.type == "text" and (_FOOTNOTE.search(child.content) or (linked and child.content.startswith("^"))):
            yield number, _NOTE
        elif fault := _entity(child):
            yield number, fault
        linked = child.type == "link_open"


def _entity(child: Token) -> tuple[str, str] | None:
    """What is wrong with the character that an entity such as `&#x202E;` produces."""
    decoded = child.content if child.type == "text_special" else str(child.attrs.get("title", ""))
    fault = text_fault(decoded)
    return (f"an entity produces {fault.what}", fault.remedy) if fault else None
