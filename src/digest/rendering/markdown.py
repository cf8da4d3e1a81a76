"""Converts Markdown to safe HTML, lists its links, and escapes plain text as Markdown.

The dialect is CommonMark without raw HTML: tags are shown as text. An image becomes a link, because loading it would
tell another site who opened the mail.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from digest.characters import line_fault

_TAGS = {"a", "blockquote", "br", "code", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}
_TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6"}
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "mailto"}
_DEEPEST_HEADING = 6
_UNSAFE_CHARACTER = re.compile(r"[\x00-\x20\x7f-\xa0\\<>\"]")
_LINE_BREAK_ESCAPE = re.compile(r"%0[ad]", re.IGNORECASE)

_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SEPARATOR = re.compile("[\u2028\u2029]")
_SPECIAL = re.compile(r"[\\`*_\[\]<>]|&(?=[#A-Za-z])")
_BLOCK_MARKER = re.compile(r"[#+=~-]|\d{1,9}[.)]")


@dataclass(frozen=True)
class Link:
    """A link as written; `line` is its line in the Markdown, counted from 1."""

    href: str
    text: str
    line: int


@dataclass(frozen=True)
class Heading:
    """A heading outside lists and quotations.

    Attributes:
        level: From 1 to 6.
        line: Its first line, counted from 1.
        end: Its last line; differs from *line* if the heading is underlined.
    """

    level: int
    text: str
    line: int
    end: int


def to_html(markdown: str, *, base_url: str, heading_shift: int = 0) -> str:
    """
    Render Markdown as an HTML fragment that is safe in a mail and on a page.

    Args:
        markdown: CommonMark; raw HTML is shown as text.
        base_url: The absolute address of the site, put in front of links that start with a single "/".
        heading_shift: How many levels to move every heading down; h6 is the deepest.

    Returns:
        Only paragraphs, headings, lists, quotations, code, emphasis, rules and links. A link that is not safe (see
        `is_safe`) and does not start with a single "/" becomes plain text.
    """
    tokens = _parse(markdown)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + heading_shift, _DEEPEST_HEADING)}"
        if token.children is not None:
            token.children = list(_with_sound_links(token.children, base_url.rstrip("/")))
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel=None).strip()


def emphasis(line: str) -> list[tuple[bool, str]]:
    """
    Read only the emphasis of a line of plain text, such as `Lee (2021). A study. *Journal, 1*(2).`

    Returns:
        The pieces in order: True with a tag (`<em>`, `</strong>`), False with text that is not escaped. A backslash
        makes the next character plain.
    """
    pieces: list[tuple[bool, str]] = []
    for token in _EMPHASIS.parseInline(line)[0].children or []:
        if token.nesting:
            pieces.append((True, f"<{'/' if token.nesting < 0 else ''}{token.tag}>"))
        elif pieces and not pieces[-1][0]:
            pieces[-1] = (False, pieces[-1][1] + token.content)
        else:
            pieces.append((False, token.content))
    return pieces


def links(markdown: str) -> list[Link]:
    """List every link and image of the Markdown in reading order, including unsafe ones."""
    found: list[Link] = []
    for token in _parse(markdown):
        if token.children is not None and token.map is not None:
            found.extend(_links_of(token.children, token.map[0] + 1))
    return found


def headings(markdown: str) -> list[Heading]:
    """List the headings outside lists and quotations, in reading order."""
    tokens = _parse(markdown)
    return [
        Heading(int(token.tag[1:]), _text(tokens[number + 1].children or []), token.map[0] + 1, token.map[1])
        for number, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map is not None
    ]


def escape(text: str) -> str:
    """
    Escape plain text as Markdown that renders as exactly that text.

    A blank line still separates paragraphs. Control characters and characters that reverse text are removed, and
    Unicode separators become spaces.
    """
    text = _DROPPED.sub("", _SEPARATOR.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n")))
    return "\n".join(_escape_line(line) for line in text.split("\n"))


def is_safe(href: str) -> bool:
    """Tell whether a link is allowed in a mail: absolute, https, http or mailto, without user name and password."""
    if _UNSAFE_CHARACTER.search(href):
        return False
    try:
        parts = urlsplit(href)
        _ = parts.port  # raises if the port is not a number
    except ValueError:
        return False
    if parts.scheme == "mailto":
        return not parts.netloc and "@" in parts.path and not _LINE_BREAK_ESCAPE.search(href)
    return parts.scheme in _SCHEMES and bool(parts.hostname) and "@" not in parts.netloc


def is_site_path(href: str) -> bool:
    """Tell whether a link starts with exactly one "/", and so leads to a page of the site."""
    return href.startswith("/") and not href.startswith("//") and not _UNSAFE_CHARACTER.search(href)


class _Parser(MarkdownIt):
    # The parser's own rule would show an unsafe link as source text; here only `is_safe` decides.
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the name is the library's
        return True

    # The library decodes the escapes in `<https://...>`, which could show hidden characters.
    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - the name is the library's
        shown = link.isprintable() and line_fault(link, len(link)) is None
        return link if shown else self.normalizeLink(link)


_PARSER = _Parser("commonmark", {"html": False})
_EMPHASIS = MarkdownIt("zero").enable(["emphasis", "escape"])


def _parse(markdown: str) -> list[Token]:
    tokens = _PARSER.parse(markdown)
    for token in tokens:
        if token.children is not None:
            token.children = list(_without_images(token.children))
    return tokens


def _without_images(children: Sequence[Token]) -> Iterator[Token]:
    """Turn each image into a link to it, or into its description inside a link."""
    depth = 0
    for child in children:
        depth += child.nesting if child.type.startswith("link_") else 0
        if child.type != "image":
            yield child
            continue
        source = str(child.attrs["src"])
        text = Token("text", "", 0, content=child.content or source)
        if depth:
            yield text
        else:
            yield from (Token("link_open", "a", 1, attrs={"href": source}), text, Token("link_close", "a", -1))


def _with_sound_links(children: Sequence[Token], base: str) -> Iterator[Token]:
    kept = False
    for child in children:
        if child.type == "link_open":
            href = str(child.attrs["href"])
            kept = is_safe(href) or is_site_path(href)
            if is_site_path(href):
                child.attrs["href"] = base + href
        if kept or not child.type.startswith("link_"):
            yield child


def _links_of(children: Sequence[Token], line: int) -> Iterator[Link]:
    for number, child in enumerate(children):
        if child.type == "link_open":
            end = next(i for i in range(number, len(children)) if children[i].type == "link_close")
            yield Link(str(child.attrs["href"]), _text(children[number:end]), line)
        elif child.type in {"softbreak", "hardbreak"}:
            line += 1


def _text(children: Sequence[Token]) -> str:
    return "".join(" " if child.type.endswith("break") else child.content for child in children)


def _escape_line(line: str) -> str:
    inner = line.strip()
    if not inner:
        return ""
    start = line.index(inner)
    marker = _BLOCK_MARKER.match(inner)
    escaped = _SPECIAL.sub(r"\\\g<0>", inner)
    if marker:
        # the last character of the marker makes it a block: "-", or the "." of "1."
        escaped = f"{inner[: marker.end() - 1]}\\{escaped[marker.end() - 1 :]}"
    return _as_entities(line[:start]) + escaped + _as_entities(line[start + len(inner) :])


def _as_entities(space: str) -> str:
    return "".join(f"&#{ord(character)};" for character in space)
