"""The text below the front matter: its section on practice implications, and its links."""

from collections.abc import Iterator
from dataclasses import dataclass

from digest.errors import ContentError, Place
from digest.rendering.markdown import headings, is_safe, is_site_path, links

_HEADINGS = {
    "practice implications",
    "implications for practice",
    "clinical implications",
    "implications pour la pratique",
    "implications cliniques",
}
DEEPEST_HEADING = 3  # that opens the practice implications


@dataclass(frozen=True)
class Part:
    """A piece of Markdown without blank lines around it, and the line of the file on which it begins, from 1."""

    text: str
    line: int


def is_implications_heading(text: str) -> bool:
    """Whether a heading, in English or French and in any case, opens the practice implications."""
    return " ".join(text.split()).rstrip(": ").casefold() in _HEADINGS


def parts(markdown: str, line: int, file: str) -> tuple[Part, Part | None]:
    """
    Split the body from the practice implications, which continue to the end of the file.

    Args:
        markdown: Lines ended by line feeds.
        line: Line of the file on which *markdown* begins.

    Raises:
        ContentError: There are two such sections.
    """
    found = [one for one in headings(markdown) if one.level <= DEEPEST_HEADING and is_implications_heading(one.text)]
    if not found:
        return _part(markdown, line), None
    if len(found) > 1:
        place = Place(file, line + found[1].line - 1)
        raise ContentError(place, "there are two sections on practice implications", "merge them")
    lines = markdown.split("\n")
    implications = _part("\n".join(lines[found[0].end :]), line + found[0].end)
    return _part("\n".join(lines[: found[0].line - 1]), line), implications if implications.text else None


def link_faults(markdown: str, line: int, file: str) -> Iterator[ContentError]:
    """Find links that must not be mailed: everything except https, http, mailto and paths on the site."""
    for link in links(markdown):
        if not is_safe(link.href) and not is_site_path(link.href):
            place = Place(file, line + link.line - 1)
            advice = "use a full address that starts with https://"
            yield ContentError(place, f"the link {_shortened(link.href)!r} is not allowed in mail", advice)


def _part(text: str, line: int) -> Part:
    lines = text.split("\n")
    blank = next((number for number, one in enumerate(lines) if one.strip()), 0)
    return Part("\n".join(lines[blank:]).rstrip(), line + blank)


def _shortened(href: str, longest: int = 80) -> str:
    return href if len(href) <= longest else f"{href[:longest]}…"
