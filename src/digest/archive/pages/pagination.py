"""A list on several pages."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Pagination:
    """Where a page of a list is.

    Attributes:
        page, last: From 1.
        total: Items on all pages.
        first_shown, last_shown: The items of this page, counted from 1; both 0 if there are none.
        previous_path, next_path: None at the ends.
    """

    page: int
    last: int
    total: int
    first_shown: int
    last_shown: int
    previous_path: str | None
    next_path: str | None


def paginate(total: int, page: int, size: int, path: Callable[[int], str]) -> Pagination:
    """
    The pagination of a list.

    Args:
        total: Items on all pages.
        page: The page wanted, from 1; a page beyond the last is the last.
        size: Items on a page.
        path: Makes the path of a page from its number.
    """
    last = max(1, -(-total // size))
    page = min(max(page, 1), last)
    return Pagination(
        page,
        last,
        total,
        min(total, (page - 1) * size + 1),
        min(total, page * size),
        path(page - 1) if page > 1 else None,
        path(page + 1) if page < last else None,
    )
