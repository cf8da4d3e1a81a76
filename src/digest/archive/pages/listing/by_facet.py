"""The pages that list articles: on a topic, of a type of research, by an author."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from digest.archive.entries import ArchiveEntry
from digest.archive.facets import Breakdown, Facet
from digest.archive.pages.articles import ArticleLine, entry_line, entry_lines
from digest.archive.pages.frame import Head, NamedLink, Pages
from digest.archive.pages.listing.charts import Bar, topic_bars, type_bars, year_bars
from digest.archive.pages.pagination import Pagination, paginate
from digest.archive.pages.search import download_links
from digest.archive.query import Order, Query
from digest.months import Month

ON_A_PAGE = 20
IMPLICATIONS_ON_A_PAGE = 50
IMPLICATIONS_SHOWN = 3  # on the page of the topic itself
_RELATED = 6  # topics


@dataclass(frozen=True)
class ListRequest:
    """A page of a list, as a reader asked for it.

    Attributes:
        value: The slug of the topic, type or author; *name* is its name.
        counts: Of the whole list.
        query: With the order and the page.
    """

    facet: Facet
    value: str
    name: str
    counts: Breakdown
    query: Query

    @property
    def order(self) -> Order:
        """The order asked for, or the usual one."""
        return self.facet.order if self.query.order is Order.RELEVANCE else self.query.order

    @property
    def page(self) -> int:
        """The page to show: the last one if the one asked for is beyond it."""
        return self.pagination(str).page

    @property
    def offset(self) -> int:
        """How many articles are on the pages before."""
        return (self.page - 1) * ON_A_PAGE

    def address(self, order: Order, page: int = 1) -> str:
        """The path of a page of the list. The usual order is not part of it."""
        kept = Order.RELEVANCE if order is self.facet.order else order
        return Query(order=kept, page=page).address(f"{self.facet.folder}{self.value}/")

    def pagination(self, path: Callable[[str], str]) -> Pagination:
        """Where the page is in the list; *path* makes a link of an address."""
        return paginate(
            self.counts.total, self.query.page, ON_A_PAGE, lambda number: path(self.address(self.order, number))
        )


@dataclass(frozen=True)
class ArticleList:
    """Some of the articles of a topic, a type or an author, and what there is among all of them.

    Attributes:
        name: Of the topic, type or author.
        months: The oldest and the newest issue; None if there are no articles.
        undated: How many articles have no year of the study.
        other_order, other_path: How the list can be sorted instead.
        search_path: The search among these articles.
        feed_path: Empty if there is none.
        downloads: All of these articles as files, in the order of the list; empty if there are none.
    """

    name: str
    articles: tuple[ArticleLine, ...]
    pagination: Pagination
    months: tuple[Month, Month] | None
    topics: tuple[Bar, ...]
    types: tuple[Bar, ...]
    years: tuple[Bar, ...]
    undated: int
    order: Order
    other_order: Order
    other_path: str
    search_path: str
    feed_path: str
    downloads: tuple[NamedLink, ...]


@dataclass(frozen=True)
class ArticleListPage:
    """The articles of a type of research, or of an author.

    Attributes:
        identities: The author's ORCID and own page.
    """

    head: Head
    list: ArticleList
    identities: tuple[NamedLink, ...] = ()


@dataclass(frozen=True)
class ImplicationLine:
    """The practice implications of an article as safe HTML, and their source."""

    html: str
    source: ArticleLine
    author: NamedLink | None
    doi: str


@dataclass(frozen=True)
class TopicPage:
    """A topic: the newest studies, and what they mean for practice.

    Attributes:
        implications: Of the newest studies.
        implications_total: How many articles on the topic have any.
        implications_path: The page that lists all; empty if there are none.
        subscribe_path: The form with this topic ticked.
        related: The topics that most of these articles have as well.
    """

    head: Head
    list: ArticleList
    implications: tuple[ImplicationLine, ...]
    implications_total: int
    implications_path: str
    subscribe_path: str
    related: tuple[NamedLink, ...]


@dataclass(frozen=True)
class ImplicationYear:
    """Practice implications from studies of one year; None: not known."""

    year: int | None
    lines: tuple[ImplicationLine, ...]


@dataclass(frozen=True)
class ImplicationsPage:
    """All practice implications on a topic, newest study first."""

    head: Head
    name: str
    years: tuple[ImplicationYear, ...]
    pagination: Pagination
    topic_path: str
    subscribe_path: str


def article_list(pages: Pages, wanted: ListRequest, entries: Iterable[ArchiveEntry]) -> ArticleList:
    """A page of a list, with its *entries*."""
    counts, found = wanted.counts, wanted.facet.query(wanted.value)
    other = Order.STUDY if wanted.order is Order.ISSUE else Order.ISSUE
    months = (Month.parse(counts.first_month), Month.parse(counts.last_month)) if counts.total else None
    return ArticleList(
        name=wanted.name,
        articles=entry_lines(pages, entries),
        pagination=wanted.pagination(pages.path),
        months=months,
        topics=topic_bars(pages, found, {} if wanted.facet is Facet.TOPIC else counts.topics),
        types=type_bars(pages, found, counts.types),
        years=year_bars(pages, found, counts.years),
        undated=counts.total - sum(counts.years.values()),
        order=wanted.order,
        other_order=other,
        other_path=pages.path(wanted.address(other)),
        search_path=pages.path(found.address()),
        feed_path="" if wanted.facet is Facet.AUTHOR else pages.feed_path(f"{wanted.facet.folder}{wanted.value}/"),
        downloads=download_links(pages, replace(found, order=wanted.order)) if counts.total else (),
    )


def list_head(pages: Pages, wanted: ListRequest, title: str, description: str) -> Head:
    """The head of a page of a list. In whatever order it is, its address is that in the usual order."""
    return pages.head_at(title, description, wanted.address(wanted.facet.order, wanted.page))


def topic_page(
    pages: Pages, wanted: ListRequest, page: ArticleListPage, implications: Iterable[tuple[ArchiveEntry, str]]
) -> TopicPage:
    """The page of a topic: a page of its list, with *implications* of the newest studies."""
    slug, counts = wanted.value, wanted.counts
    return TopicPage(
        page.head,
        page.list,
        tuple(_implication(pages, entry, html) for entry, html in implications),
        counts.with_implications,
        pages.path(f"/topics/{slug}/implications/") if wanted.counts.with_implications else "",
        pages.subscribe_path([slug]),
        pages.topic_links([other for other in counts.topics if other != slug][:_RELATED]),
    )


def implications_page(
    pages: Pages,
    slug: str,
    title: str,
    description: str,
    implications: Iterable[tuple[ArchiveEntry, str]],
    total: int,
    page: int,
) -> ImplicationsPage:
    """A page of the practice implications on a topic, which come newest study first."""
    years: dict[int | None, list[ImplicationLine]] = {}
    for entry, html in implications:
        years.setdefault(entry.year, []).append(_implication(pages, entry, html))
    path = f"/topics/{slug}/implications/"
    pagination = paginate(
        total, page, IMPLICATIONS_ON_A_PAGE, lambda number: pages.path(Query(page=number).address(path))
    )
    return ImplicationsPage(
        pages.head_at(title, description, Query(page=pagination.page).address(path)),
        pages.topic_name(slug),
        tuple(ImplicationYear(year, tuple(lines)) for year, lines in years.items()),
        pagination,
        pages.path(f"/topics/{slug}/"),
        pages.subscribe_path([slug]),
    )


def _implication(pages: Pages, entry: ArchiveEntry, html: str) -> ImplicationLine:
    author = pages.author_link(entry.author, entry.author_slug)
    return ImplicationLine(html, entry_line(pages, entry), author, entry.doi)
