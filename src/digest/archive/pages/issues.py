"""The home page, an issue, and the issues of a year."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from digest.archive.excerpt import excerpt
from digest.archive.pages.articles import ArticleEntry, ArticleLine, article_entry, below_heading, line_of
from digest.archive.pages.frame import DESCRIPTION, Head, NamedLink, Pages
from digest.issue.addresses import home_url, issue_url
from digest.issue.issue import Document, WebNotice
from digest.issue.withdrawal import Withdrawal
from digest.months import Month


@dataclass(frozen=True)
class IssueEntry:
    """An issue in a list of issues."""

    month: Month
    subject: str
    path: str
    articles: tuple[ArticleLine, ...]


@dataclass(frozen=True)
class WithdrawnLine:
    """A withdrawn article in a list, and the day in words."""

    title: str
    language: str
    path: str
    day: str


@dataclass(frozen=True)
class HomePage:
    """The newest issues, and the years that the archive covers."""

    head: Head
    issues: tuple[IssueEntry, ...]
    years: tuple[NamedLink, ...]


@dataclass(frozen=True)
class YearPage:
    """The issues of one year, newest first."""

    head: Head
    issues: tuple[IssueEntry, ...]
    years: tuple[NamedLink, ...]


@dataclass(frozen=True)
class IssuePage:
    head: Head
    month: Month
    introduction_html: str
    articles: tuple[ArticleEntry, ...]
    notices: tuple[WebNotice, ...]
    withdrawn: tuple[WithdrawnLine, ...] = ()


def home_page(pages: Pages, documents: Iterable[Document], years: Iterable[int], description: str) -> HomePage:
    """The first page, with the issues in the order of *documents*."""
    title = pages.set(pages.newsletter.title_in(pages.language))
    head = pages.head(title, description, lambda language: home_url(pages.newsletter.base_url, language))
    return HomePage(head, _entries(pages, documents), _years(pages, years))


def year_page(
    pages: Pages, year: int, documents: Iterable[Document], years: Iterable[int], title: str, description: str
) -> YearPage:
    """The issues of *year*, in the order of *documents*."""
    return YearPage(pages.head_at(title, description, f"/{year}/"), _entries(pages, documents), _years(pages, years))


def issue_page(pages: Pages, document: Document, withdrawn: Iterable[Withdrawal] = ()) -> IssuePage:
    """A whole issue, with the articles that were withdrawn from it."""
    month = Month.parse(document.month)
    introduction = pages.choose(document.introduction_html)
    description = excerpt(introduction, DESCRIPTION) or _listed(document)
    head = pages.head(
        pages.choose(document.subject),
        description,
        lambda language: issue_url(pages.newsletter.base_url, month, language),
    )
    articles = tuple(article_entry(pages, month, below_heading(article)) for article in document.articles)
    notices = tuple(one for one in document.notices if pages.language in (one.languages or (pages.language,)))
    lines = tuple(_withdrawn_line(pages, one) for one in withdrawn)
    return IssuePage(head, month, introduction, articles, notices, lines)


def _entries(pages: Pages, documents: Iterable[Document]) -> tuple[IssueEntry, ...]:
    return tuple(_entry(pages, document) for document in documents)


def _entry(pages: Pages, document: Document) -> IssueEntry:
    month = Month.parse(document.month)
    lines = tuple(line_of(pages, month, article) for article in document.articles)
    return IssueEntry(month, pages.choose(document.subject), pages.issue_path(month), lines)


def _years(pages: Pages, years: Iterable[int]) -> tuple[NamedLink, ...]:
    return tuple(NamedLink(str(year), pages.path(f"/{year}/")) for year in years)


def _withdrawn_line(pages: Pages, one: Withdrawal) -> WithdrawnLine:
    path = pages.article_path(one.month, one.slug)
    return WithdrawnLine(one.title, one.language, path, pages.day(one.withdrawn_at))


def _listed(document: Document) -> str:
    titles = "; ".join(escape(article.title) for article in document.articles)
    return excerpt(titles, DESCRIPTION)
