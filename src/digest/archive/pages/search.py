"""The page of a search: what was found, what can be narrowed down, and how the search was understood."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from digest.archive.citing.export import EXPORT_FORMATS
from digest.archive.language import language_name
from digest.archive.pages.articles import ArticleLine, entry_line, marked
from digest.archive.pages.frame import Head, NamedLink, Pages
from digest.archive.pages.pagination import Pagination, paginate
from digest.archive.query import Order, Query
from digest.archive.results import MARK, UNMARK, Hit, Results

PAGE_SIZE = 20
MOST_DOWNLOADED = 1000  # articles in a file
_SHOWN = 8  # values of a filter that are not folded away

Address = Callable[[Query], str]


@dataclass(frozen=True)
class FilterChoice:
    """A value of a filter, with how many articles it would leave."""

    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class SearchFilter:
    """A filter: the values that are shown, and those that are folded away."""

    name: str
    shown: tuple[FilterChoice, ...]
    folded: tuple[FilterChoice, ...] = ()


@dataclass(frozen=True)
class Chip:
    """A filter that is set; `path` leads to the same search without it."""

    filter: str
    name: str
    path: str


@dataclass(frozen=True)
class SearchPage:
    """What a search found, and the form to search on.

    Attributes:
        query: As it was typed, with the years that it names as limits.
        corrected: The words that were searched instead; empty if they are those of *query*.
        orders: In which the list can be; empty if there is nothing to order.
        action: The path that the form leads to.
        unfiltered_path: The same words without filters.
        downloads: The formats of files with their paths; empty if nothing was found.
        most_downloaded: Articles in a file at most; None if all are in it.
    """

    head: Head
    query: Query
    articles: tuple[ArticleLine, ...]
    pagination: Pagination
    facets: tuple[SearchFilter, ...]
    chips: tuple[Chip, ...]
    orders: tuple[Order, ...]
    order: Order
    corrected: str
    is_partial: bool
    action: str
    unfiltered_path: str
    downloads: tuple[NamedLink, ...]
    most_downloaded: int | None

    @property
    def is_search(self) -> bool:
        """Whether anything is searched for; otherwise the page lists everything, and search engines may keep it."""
        return bool(self.query.text) or self.query.is_filtered


def search_page(pages: Pages, results: Results, title: str, description: str) -> SearchPage:
    """The page of the public search."""
    return found_page(pages, results, pages.head_at(title, description, results.asked.address()), pages.search_path)


def found_page(pages: Pages, results: Results, head: Head, address: Address, *, downloads: bool = True) -> SearchPage:
    """The page of a search.

    Args:
        address: Makes the path of a search.
        downloads: Whether what is found can be downloaded.
    """
    query = results.asked
    return SearchPage(
        head=head,
        query=query,
        articles=tuple(_line(pages, hit) for hit in results.hits),
        pagination=paginate(
            results.total, results.query.page, PAGE_SIZE, lambda number: address(query.on_page(number))
        ),
        facets=tuple(_facets(pages, query, results)),
        chips=tuple(_chips(pages, query, results, address)),
        orders=tuple(_orders(query)) if results.total > 1 else (),
        order=query.order if query.text or query.order is not Order.RELEVANCE else Order.ISSUE,
        corrected=results.query.text if results.is_corrected else "",
        is_partial=results.is_partial,
        action=address(Query()).partition("?")[0],
        unfiltered_path=address(query.without_filters()),
        downloads=download_links(pages, query) if downloads and results.total else (),
        most_downloaded=MOST_DOWNLOADED if results.total > MOST_DOWNLOADED else None,
    )


def download_links(pages: Pages, query: Query) -> tuple[NamedLink, ...]:
    """The files with everything that a search finds, by the names of their formats."""
    return tuple(
        NamedLink(form.name, pages.search_path(query.on_page(1), f"/search.{form.ending}"))
        for form in EXPORT_FORMATS.values()
    )


def _line(pages: Pages, hit: Hit) -> ArticleLine:
    return entry_line(
        pages, hit.entry, title=marked(hit.title, MARK, UNMARK), snippet=marked(hit.snippet, MARK, UNMARK)
    )


def _orders(query: Query) -> Iterable[Order]:
    return (order for order in Order if query.text or order is not Order.RELEVANCE)


def _facets(pages: Pages, query: Query, results: Results) -> Iterator[SearchFilter]:
    for name in ("topic", "type", "author", "language"):
        counts = dict.fromkeys(query.values(name), 0) | dict(results.facets.get(name, {}))
        chosen = set(query.values(name))
        choices = [
            FilterChoice(value, _name(pages, results, name, value), count, value in chosen)
            for value, count in counts.items()
        ]
        choices.sort(key=lambda choice: (not choice.is_chosen, -choice.count, choice.name))
        shown = max(_SHOWN, len(chosen))
        if len(choices) > 1 or chosen:
            yield SearchFilter(name, tuple(choices[:shown]), tuple(choices[shown:]))


def _chips(pages: Pages, query: Query, results: Results, address: Address) -> Iterator[Chip]:
    for name in ("topic", "type", "author", "language"):
        for value in query.values(name):
            yield Chip(name, _name(pages, results, name, value), address(query.without(name, value)))
    for name, year in (("from", query.first_year), ("to", query.last_year)):
        if year:
            yield Chip(name, str(year), address(query.without(name, "")))


def _name(pages: Pages, results: Results, name: str, value: str) -> str:
    if name == "topic":
        return pages.topic_name(value)
    if name == "type":
        name = pages.type_name(value) or value
        return name[:1].upper() + name[1:]
    if name == "author":
        return results.authors.get(value, value)
    return language_name(value) if value in results.facets.get("language", {}) else value
