"""The permalink of an article, also of one that was withdrawn."""

from collections.abc import Iterable
from dataclasses import dataclass

from digest.archive.excerpt import excerpt
from digest.archive.pages.articles import ArticleEntry, ArticleLine, article_entry, line_of, with_anchors
from digest.archive.pages.frame import DESCRIPTION, Head, Pages
from digest.issue.addresses import article_url
from digest.issue.issue import Document
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.rendering.typography import typographic
from digest.rendering.words import language_of


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
    view = article_entry(pages, month, with_anchors(found))
    return ArticlePage(head, month, subject, pages.issue_path(month), view, others)


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


def _withdrawn_head(pages: Pages, one: Withdrawal) -> Head:
    return pages.head(
        one.title,
        _reason(pages, one)[0],
        lambda language: article_url(pages.newsletter.base_url, one.month, one.slug, language),
    )


def _reason(pages: Pages, one: Withdrawal) -> tuple[str, str | None]:
    reason, other = one.reason_in(pages.language)
    return typographic(reason, language_of(reason, other or pages.language)), other
