"""Articles on pages: a line of a list, and the permalink."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from digest.archive.entries import ArchiveEntry
from digest.archive.excerpt import excerpt
from digest.archive.pages.frame import DESCRIPTION, Head, Pages
from digest.issue.addresses import article_url
from digest.issue.issue import Document, WebArticle
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.rendering.typography import typographic
from digest.rendering.words import language_of

_HEADING = re.compile(r"(</?h)([1-5])(?=[\s>])")  # safe HTML has no other use of these characters


@dataclass(frozen=True)
class ArticleLine:
    """An article in a list; topics and research type by name."""

    title: str
    language: str
    path: str
    research_type: str | None
    topics: tuple[str, ...]


@dataclass(frozen=True)
class ArticleEntry:
    """An article with the names of its topics and research type in the language of the page."""

    article: WebArticle
    path: str
    topics: tuple[str, ...]
    research_type: str | None


@dataclass(frozen=True)
class ArticlePage:
    """An article's permalink.

    Attributes:
        others: The other articles of the same issue.
    """

    head: Head
    month: Month
    subject: str
    issue_path: str
    view: ArticleEntry
    others: tuple[ArticleLine, ...]


@dataclass(frozen=True)
class WithdrawnPage:
    """The page at the permalink of an article that was withdrawn.

    Attributes:
        day: When, in words.
        reason_language: Of the reason, where the page has another.
        others: The articles of the same issue.
    """

    head: Head
    month: Month
    subject: str
    issue_path: str
    withdrawal: Withdrawal
    day: str
    reason: str
    reason_language: str | None
    others: tuple[ArticleLine, ...]


def article_page(pages: Pages, document: Document, slug: str) -> ArticlePage | None:
    """The permalink of one article; None if the issue has none of that name."""
    found = next((article for article in document.articles if article.slug == slug), None)
    if found is None:
        return None
    month = Month.parse(document.month)
    head = pages.head(
        found.title,
        excerpt(found.html, DESCRIPTION),
        lambda language: article_url(pages.newsletter.base_url, month, slug, language),
    )
    others = tuple(line_of(pages, month, article) for article in document.articles if article.slug != slug)
    subject = pages.choose(document.subject)
    return ArticlePage(head, month, subject, pages.issue_path(month), article_entry(pages, month, found), others)


def withdrawn_page(
    pages: Pages, document: Document, slug: str, withdrawn: Iterable[Withdrawal]
) -> WithdrawnPage | None:
    """The permalink of an article that was withdrawn from the issue; None if none of that name was.

    Args:
        document: The issue as it is now.
    """
    found = next((one for one in withdrawn if one.slug == slug), None)
    if found is None:
        return None
    reason, other = _reason(pages, found)
    return WithdrawnPage(
        _withdrawn_head(pages, found),
        found.month,
        pages.choose(document.subject),
        pages.issue_path(found.month),
        found,
        pages.day(found.withdrawn_at),
        reason,
        other,
        tuple(line_of(pages, found.month, article) for article in document.articles),
    )


def line_of(pages: Pages, month: Month, article: WebArticle) -> ArticleLine:
    """An article in a list."""
    view = article_entry(pages, month, article)
    return ArticleLine(article.title, article.language, view.path, view.research_type, view.topics)


def entry_line(pages: Pages, entry: ArchiveEntry) -> ArticleLine:
    """An article of the index in a list."""
    topics = tuple(pages.topic_name(topic) for topic in entry.topics)
    path = pages.article_path(entry.month, entry.slug)
    return ArticleLine(entry.title, entry.language, path, pages.type_name(entry.research_type), topics)


def article_entry(pages: Pages, month: Month, article: WebArticle) -> ArticleEntry:
    """A whole article."""
    topics = tuple(pages.topic_name(topic) for topic in article.topics)
    path = pages.article_path(month, article.slug)
    return ArticleEntry(article, path, topics, pages.type_name(article.research_type))


def below_heading(article: WebArticle) -> WebArticle:
    """The article with the headings of its text one level lower, for a page on which its title is a second level."""
    implications = article.implications_html
    return replace(
        article,
        html=_lowered(article.html),
        implications_html=_lowered(implications) if implications else None,
    )


def _withdrawn_head(pages: Pages, one: Withdrawal) -> Head:
    return pages.head(
        one.title,
        _reason(pages, one)[0],
        lambda language: article_url(pages.newsletter.base_url, one.month, one.slug, language),
    )


def _reason(pages: Pages, one: Withdrawal) -> tuple[str, str | None]:
    reason, other = one.reason_in(pages.language)
    return typographic(reason, language_of(reason, other or pages.language)), other


def _lowered(html: str) -> str:
    return _HEADING.sub(lambda tag: f"{tag[1]}{int(tag[2]) + 1}", html)
