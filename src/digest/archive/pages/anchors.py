"""The headings of a text: their level on a page, and the addresses that lead to them."""

import re

from slugify import slugify

from digest.archive.excerpt import text_of

_TAG = re.compile(r"(</?h)([1-5])(?=[\s>])")  # safe HTML has no other use of these characters
_HEADING = re.compile(r"<h([1-6])((?:\s[^>]*)?)>(.*?)</h\1>", re.DOTALL)
_LONGEST = 60  # characters
_NAMELESS = "section"


def lowered(html: str) -> str:
    """Safe HTML with every heading one level lower."""
    return _TAG.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)


def anchored(html: str, prefix: str = "text-") -> str:
    """
    Safe HTML in which each heading has an id and links to itself, so that readers can copy its address.

    A heading that has a link has only the id, since links do not nest.

    Args:
        prefix: Begins every id, so that none is that of another part of the page.
    """
    taken: set[str] = set()

    def linked(found: re.Match[str]) -> str:
        level, attributes, inner = found.groups()
        name = _free(prefix + (slugify(text_of(inner), max_length=_LONGEST, word_boundary=True) or _NAMELESS), taken)
        shown = inner if "<a " in inner else f'<a class="anchor" href="#{name}">{inner}</a>'
        return f'<h{level}{attributes} id="{name}">{shown}</h{level}>'

    return _HEADING.sub(linked, html)


def _free(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}-{number}"
    taken.add(free)
    return free
