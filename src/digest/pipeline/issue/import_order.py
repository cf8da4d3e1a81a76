"""Keeps imported articles in the order of the blog's page."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from digest.content.library import ISSUE_FILE, Library
from digest.content.reading.issue_text import parse_issue_file
from digest.content.writing.order_text import compose_order, merged, with_order
from digest.errors import ContentError
from digest.months import Month


def keep_order(library: Library, month: Month, page: Sequence[str], created: Collection[str]) -> bool:
    """
    Write the order of new articles into the issue file of *month*. Existing articles keep their order.

    Args:
        page: Slugs of the month, new and existing, in the order of the page.
        created: Those that are new.

    Returns:
        Whether the issue file was written. It is not needed if the order is by slug.

    Raises:
        ContentError: The issue file can't be read or written.
    """
    name = library.name(month, ISSUE_FILE)
    text = library.issue_text(month)
    first = list(parse_issue_file(text, month=month, file=name).order) if text is not None else []
    slugs = {article.slug for article in library.load(month).articles}
    rest = sorted(slugs - {*first, *created})
    order = _needed(merged([*first, *rest], page), {*first, *created})
    if order == first or (not first and order == sorted(order) and order == sorted(slugs)[: len(order)]):
        return False
    library.write_issue_file(month, compose_order(order) if text is None else _edited(text, order, month, name))
    return True


def _needed(whole: list[str], named: Collection[str]) -> list[str]:
    """The order up to the last article that must be named. The rest are in order by slug anyway."""
    last = max(place for place, slug in enumerate(whole) if slug in named)
    return whole[: last + 1]


def _edited(text: str, order: Sequence[str], month: Month, file: str) -> str:
    """The text with the new order. Refuses if writing it would change anything else, as in unusual YAML."""
    before = parse_issue_file(text, month=month, file=file)
    edited = with_order(text, order, file)
    after = parse_issue_file(edited, month=month, file=file)
    wanted = replace(before, order=tuple(order), source=edited, lines=after.lines)
    if after != wanted:
        place = before.place
        assert place is not None
        raise ContentError(place, "the order can't be written into this file", f"write order: [{', '.join(order)}]")
    return edited
