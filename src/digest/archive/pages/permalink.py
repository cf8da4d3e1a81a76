"""The permalink of an article, also of one that was withdrawn."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from digest.archive.corrections.changes import Correction
from digest.archive.corrections.shown import ArticleCorrection, article_corrections
from digest.archive.entries import ArchiveEntry
from digest.archive.excerpt import excerpt
from digest.archive.pages.articles import (
    ArticleEntry,
    ArticleLine,
    article_entry,
    entry_line,
    entry_lines,
    line_of,
    with_anchors,
)
from digest.archive.pages.citing import Citing, citing
from digest.archive.pages.frame import DESCRIPTION, Head, Pages
from digest.archive.pages.headings import Day, published_on
from digest.archive.pages.study import StudyFacts, study_facts
from digest.issue.issue import Document
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.rendering.typography import typographic
from digest.rendering.words import language_of


@dataclass(frozen=True)
class Surroundings:
    """The articles that the page of an article leads to.

    Attributes:
        same_study: Other summaries of its study.
        related: Articles that share topics with it.
        previous, next: In the order in which articles were published; None at the ends.
    """

    same_study: tuple[ArchiveEntry, ...] = ()
    related: tuple[ArchiveEntry, ...] = ()
    previous: ArchiveEntry | None = None
    next: ArchiveEntry | None = None


_ALONE = Surroundings()


@dataclass(frozen=True)
class ArticlePage:
    """An article's permalink.

    Attributes:
        published: None if the day is not known.
        subscribe_path: The sign-up form with the topics of the article selected.
    """

    head: Head
    month: Month
    published: Day | None
    issue_path: str
    view: ArticleEntry
    citing: Citing
    study: StudyFacts
    same_study: tuple[ArticleLine, ...]
    related: tuple[ArticleLine, ...]
    previous: ArticleLine | None
    next: ArticleLine | None
    subscribe_path: str
    corrections: tuple[ArticleCorrection, ...] = ()


@dataclass(frozen=True)
class WithdrawnPage:
    """The page at the permalink of an article that was withdrawn.

    Attributes:
        day: When, in words.
        reason_language: Of the reason, where the page has another.
        was_mailed: Whether readers got the article by mail.
        others: The articles of the same issue.
    """

    head: Head
    month: Month
    issue_path: str
    withdrawal: Withdrawal
    day: str
    reason: str
    reason_language: str | None
    others: tuple[ArticleLine, ...]
    was_mailed: bool


def article_page(
    pages: Pages,
    document: Document,
    slug: str,
    published_at: dt.datetime,
    around: Surroundings = _ALONE,
    corrections: Iterable[Correction] = (),
) -> ArticlePage | None:
    """The permalink of one article; None if the issue has none of that name."""
    found = next((article for article in document.articles if article.slug == slug), None)
    if found is None:
        return None
    month = Month.parse(document.month)
    head = pages.head_of_text(found.title, excerpt(found.html, DESCRIPTION), f"/{month}/{slug}/", found.language)
    return ArticlePage(
        head,
        month,
        published_on(pages, month, published_at),
        pages.issue_path(month),
        article_entry(pages, month, with_anchors(found)),
        citing(pages, document, found, published_at),
        study_facts(found, pages.language),
        entry_lines(pages, around.same_study),
        entry_lines(pages, around.related),
        entry_line(pages, around.previous) if around.previous else None,
        entry_line(pages, around.next) if around.next else None,
        pages.subscribe_path(found.topics),
        article_corrections(pages, corrections, slug),
    )


def withdrawn_page(
    pages: Pages, document: Document, slug: str, withdrawn: Iterable[Withdrawal], *, was_mailed: bool = True
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
        pages.issue_path(found.month),
        found,
        pages.day(found.withdrawn_at),
        reason,
        other,
        tuple(line_of(pages, found.month, article) for article in document.articles),
        was_mailed,
    )


def _withdrawn_head(pages: Pages, one: Withdrawal) -> Head:
    return pages.head_at(one.title, _reason(pages, one)[0], f"/{one.month}/{one.slug}/")


def _reason(pages: Pages, one: Withdrawal) -> tuple[str, str | None]:
    reason, other = one.reason_in(pages.language)
    return typographic(reason, language_of(reason, other or pages.language)), other
