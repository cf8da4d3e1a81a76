"""The home page, and an issue."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from digest.archive.corrections.changes import Correction
from digest.archive.corrections.shown import CorrectedLine, corrected_lines
from digest.archive.entries import ArchiveEntry
from digest.archive.excerpt import excerpt, text_of
from digest.archive.pages.articles import (
    ArticleEntry,
    ArticleLine,
    article_entry,
    below_heading,
    entry_lines,
    line_of,
)
from digest.archive.pages.entry_points import Counts, LinkGroup, topic_groups, type_links, year_links
from digest.archive.pages.frame import DESCRIPTION, Head, NamedLink, Pages
from digest.archive.pages.headings import Day, about_issue, issue_heading, published_on, repeats_heading
from digest.issue.issue import Document, WebNotice
from digest.issue.withdrawal import Withdrawal
from digest.months import Month


@dataclass(frozen=True)
class IssueEntry:
    """An issue in a list of issues."""

    month: Month
    heading: str
    path: str
    articles: tuple[ArticleLine, ...]


@dataclass(frozen=True)
class IssueLink:
    """An issue by its month."""

    month: Month
    path: str


@dataclass(frozen=True)
class WithdrawnLine:
    """A withdrawn article in a list, and the day in words."""

    title: str
    language: str
    path: str
    day: str


@dataclass(frozen=True)
class HomePage:
    """The newest issue, the latest articles before it, and the ways into the archive.

    Attributes:
        newest: None if nothing has been published.
        about: What the newest issue is about; empty if the page's language has no words for it.
    """

    head: Head
    newest: IssueEntry | None
    about: str
    latest: tuple[ArticleLine, ...]
    topics: tuple[LinkGroup, ...]
    types: tuple[NamedLink, ...]
    years: tuple[NamedLink, ...]


@dataclass(frozen=True)
class IssuePage:
    """A whole issue.

    Attributes:
        published: None if the day is not known.
    """

    head: Head
    month: Month
    published: Day | None
    introduction_html: str
    articles: tuple[ArticleEntry, ...]
    notices: tuple[WebNotice, ...]
    withdrawn: tuple[WithdrawnLine, ...]
    previous: IssueLink | None
    next: IssueLink | None
    corrected: tuple[CorrectedLine, ...] = ()


def home_page(
    pages: Pages, newest: Document | None, latest: Iterable[ArchiveEntry], counts: Counts, description: str
) -> HomePage:
    """The first page.

    Args:
        latest: Articles of earlier issues, newest first.
    """
    title = pages.set(pages.newsletter.title_in(pages.language))
    return HomePage(
        pages.head_at(title, description, "/"),
        issue_entry(pages, newest) if newest else None,
        about_issue(pages, newest.articles) if newest else "",
        entry_lines(pages, latest),
        topic_groups(pages, counts.topics),
        type_links(pages, counts.types),
        year_links(pages, counts.years),
    )


def issue_page(
    pages: Pages,
    document: Document,
    published_at: dt.datetime,
    neighbours: tuple[Month | None, Month | None] = (None, None),
    withdrawn: Iterable[Withdrawal] = (),
    corrections: Iterable[Correction] = (),
) -> IssuePage:
    """A whole issue, with the articles that were withdrawn from it or corrected.

    Args:
        neighbours: The months of the issues before and after it.
    """
    month = Month.parse(document.month)
    introduction = _introduction(pages, document)
    description = excerpt(introduction, DESCRIPTION) or _listed(document)
    head = pages.head_at(issue_heading(pages, document), description, f"/{month}/")
    return IssuePage(
        head,
        month,
        published_on(pages, month, published_at),
        introduction,
        tuple(article_entry(pages, month, below_heading(article)) for article in document.articles),
        tuple(one for one in document.notices if pages.language in (one.languages or (pages.language,))),
        tuple(_withdrawn_line(pages, one) for one in withdrawn),
        *_links(pages, neighbours),
        corrected_lines(pages, document, corrections),
    )


def _introduction(pages: Pages, document: Document) -> str:
    html = pages.choose(document.introduction_html)
    return "" if repeats_heading(pages, document, text_of(html)) else html


def issue_entry(pages: Pages, document: Document) -> IssueEntry:
    """An issue in a list of issues."""
    month = Month.parse(document.month)
    lines = tuple(line_of(pages, month, article) for article in document.articles)
    return IssueEntry(month, issue_heading(pages, document), pages.issue_path(month), lines)


def _links(pages: Pages, months: tuple[Month | None, Month | None]) -> tuple[IssueLink | None, IssueLink | None]:
    before, after = (IssueLink(one, pages.issue_path(one)) if one else None for one in months)
    return before, after


def _withdrawn_line(pages: Pages, one: Withdrawal) -> WithdrawnLine:
    path = pages.article_path(one.month, one.slug)
    return WithdrawnLine(one.title, one.language, path, pages.day(one.withdrawn_at))


def _listed(document: Document) -> str:
    titles = "; ".join(escape(article.title) for article in document.articles)
    return excerpt(titles, DESCRIPTION)
