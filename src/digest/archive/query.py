"""What a reader looks for: words, filters, order and page, and the address that says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

LONGEST = 200  # characters of text that are looked for
_MOST_VALUES = 20  # of one filter
_LONGEST_VALUE = 100
_MOST_PAGES = 1000
_YEARS = range(1500, 2100)
_FIELDS = {"topic": "topics", "type": "types", "author": "authors", "language": "languages"}
_LIMITS = {"from": "first_year", "to": "last_year"}


PARAMETERS = (*_FIELDS, *_LIMITS, "q", "order", "page")
"""The names that a search uses in an address."""


class Order(StrEnum):
    """How results are sorted."""

    RELEVANCE = "relevance"
    ISSUE = "issue"  # newest issue first
    STUDY = "study"  # newest study first


@dataclass(frozen=True)
class Query:
    """A search. Within a filter one value is enough; all filters have to fit.

    Attributes:
        text: Words that have to occur; empty: every article fits.
        topics, types, authors, languages: Slugs and codes; empty: any.
        first_year, last_year: Of the study's publication, both included; None: no limit.
        page: From 1.
    """

    text: str = ""
    topics: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    order: Order = Order.RELEVANCE
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return self != Query(text=self.text, order=self.order, page=self.page)

    def parameters(self) -> list[tuple[str, str]]:
        """The parameters of the address; values that need not be said are left out."""
        return [
            *([("q", self.text)] if self.text else []),
            *((name, value) for name in _FIELDS for value in self.values(name)),
            *([("from", str(self.first_year))] if self.first_year else []),
            *([("to", str(self.last_year))] if self.last_year else []),
            *([("order", str(self.order))] if self.order is not Order.RELEVANCE else []),
            *([("page", str(self.page))] if self.page > 1 else []),
        ]

    def values(self, name: str) -> tuple[str, ...]:
        """The values of the filter `topic`, `type`, `author` or `language`."""
        found: tuple[str, ...] = getattr(self, _FIELDS[name])
        return found

    def without(self, name: str, value: str) -> "Query":
        """The first page of the same search without a value of a filter, or without the limit `from` or `to`."""
        if name in _LIMITS:
            return replace(self, page=1, **{_LIMITS[name]: None})  # type: ignore[arg-type]
        kept = tuple(one for one in self.values(name) if one != value)
        return replace(self, page=1, **{_FIELDS[name]: kept})  # type: ignore[arg-type]

    def without_filters(self) -> "Query":
        """The first page of the same words and order, with no filter."""
        return Query(self.text, order=self.order)

    def address(self, path: str = "/search") -> str:
        """The path with the query, which anyone may share."""
        parameters = urlencode(self.parameters())
        return f"{path}?{parameters}" if parameters else path

    def on_page(self, page: int) -> "Query":
        """The same search, turned to another page."""
        return replace(self, page=page)


def read_query(parameters: Iterable[tuple[str, str]]) -> Query:
    """The query of an address: what makes no sense in it is left out, since old links and robots send anything."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        given.setdefault(name, []).append(value)
    first, last = _year(given.get("from")), _year(given.get("to"))
    if first and last and first > last:
        first, last = last, first
    return Query(
        text=_text(given.get("q")),
        topics=_values(given.get("topic")),
        types=_values(given.get("type")),
        authors=_values(given.get("author")),
        languages=_values(given.get("language")),
        first_year=first,
        last_year=last,
        order=_order(given.get("order")),
        page=_page(given.get("page")),
    )


def _text(given: Sequence[str] | None) -> str:
    words = "".join(sign if sign.isprintable() else " " for sign in (given or [""])[0])
    return " ".join(words.split())[:LONGEST].strip()


def _values(given: Sequence[str] | None) -> tuple[str, ...]:
    usable = (value.strip() for value in given or ())
    return tuple(dict.fromkeys(value for value in usable if value and len(value) <= _LONGEST_VALUE))[:_MOST_VALUES]


def _number(given: Sequence[str] | None) -> int | None:
    text = (given or [""])[0].strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None  # noqa: PLR2004


def _year(given: Sequence[str] | None) -> int | None:
    number = _number(given)
    return number if number in _YEARS else None


def _page(given: Sequence[str] | None) -> int:
    return min(max(_number(given) or 1, 1), _MOST_PAGES)


def _order(given: Sequence[str] | None) -> Order:
    text = (given or [""])[0]
    return Order(text) if text in set(Order) else Order.RELEVANCE
