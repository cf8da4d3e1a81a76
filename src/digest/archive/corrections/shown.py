"""What the page of an article, and that of its issue, say about corrections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from markupsafe import Markup, escape

from digest.archive.corrections.changes import Correction, Passage
from digest.archive.pages.anchors import lowered
from digest.archive.pages.frame import Pages
from digest.archive.pages.headings import Day
from digest.issue.issue import Document, WebArticle
from digest.months import Month

_ALIKE = 0.5  # of the words: less is a new text, in which marks only confuse


@dataclass(frozen=True)
class ChangedPassage:
    """A passage before and after, as safe HTML in which what differs is marked; empty: there was none, or is none."""

    was: Markup
    now: Markup


@dataclass(frozen=True)
class ArticleCorrection:
    """One correction of an article.

    Attributes:
        mailed: The whole text before it, with headings two levels lower, if readers got it by mail; else None.
    """

    day: Day
    passages: tuple[ChangedPassage, ...]
    mailed: WebArticle | None


@dataclass(frozen=True)
class CorrectedLine:
    """A corrected article in a list: the path leads to what was changed."""

    title: str
    language: str
    path: str
    day: Day


def article_corrections(pages: Pages, corrections: Iterable[Correction], slug: str) -> tuple[ArticleCorrection, ...]:
    """The corrections of the article *slug*, the latest first."""
    return tuple(_article_correction(pages, one) for one in corrections if one.slug == slug)


def corrected_lines(pages: Pages, document: Document, corrections: Iterable[Correction]) -> tuple[CorrectedLine, ...]:
    """Each corrected article of an issue once, with the day of its latest correction."""
    month = Month.parse(document.month)
    latest = {one.slug: one for one in reversed(tuple(corrections))}
    return tuple(
        CorrectedLine(
            article.title,
            article.language,
            f"{pages.article_path(month, article.slug)}#corrections",
            _day(pages, latest[article.slug]),
        )
        for article in document.articles
        if article.slug in latest
    )


def _article_correction(pages: Pages, one: Correction) -> ArticleCorrection:
    mailed = _below(one.mailed) if one.mailed else None
    return ArticleCorrection(_day(pages, one), tuple(map(_marked, one.passages)), mailed)


def _day(pages: Pages, one: Correction) -> Day:
    return Day(one.corrected_at.astimezone(pages.timezone).date(), pages.day(one.corrected_at))


def _below(article: WebArticle) -> WebArticle:
    implications = article.implications_html
    return replace(
        article, html=lowered(lowered(article.html)), implications_html=lowered(lowered(implications or "")) or None
    )


def _marked(passage: Passage) -> ChangedPassage:
    was, now = passage.was.split(), passage.now.split()
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return ChangedPassage(escape(passage.was), escape(passage.now))
    changes = matcher.get_opcodes()
    return ChangedPassage(
        _words([(was[first:last], change != "equal") for change, first, last, _, _ in changes], "del"),
        _words([(now[first:last], change != "equal") for change, _, _, first, last in changes], "ins"),
    )


def _words(runs: Sequence[tuple[Sequence[str], bool]], tag: str) -> Markup:
    shown = [(Markup(" ").join(words), is_other) for words, is_other in runs if words]
    element = {"del": Markup("<del>{}</del>"), "ins": Markup("<ins>{}</ins>")}[tag]
    parts = [element.format(text) if is_other else text for text, is_other in shown]
    return Markup(" ").join(parts)
