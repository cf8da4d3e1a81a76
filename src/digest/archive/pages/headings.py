"""The heading of an issue on the web: its month and what it is about, in the language of the page alone."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from digest.archive.pages.frame import Pages
from digest.issue.issue import Document, WebArticle
from digest.issue.labels import Labelled, Labels, labels_of
from digest.months import Month
from digest.rendering.words import month_name

_LONGEST = 110  # characters of what an issue is about


@dataclass(frozen=True)
class Day:
    """A day, for the attribute of `<time>` and in words."""

    date: dt.date
    name: str


def about_issue(pages: Pages, articles: Sequence[WebArticle]) -> str:
    """
    What the articles are about: `A, B, and C`, as in the mail; empty if the page's language has no words for it.

    The subject of the mail is not used: it names the newsletter, and an editor writes it for an inbox.
    """
    labels = _labels(pages, articles)
    return next(names for names in labels.shorter(pages.language, pages.words.ngettext) if len(names) <= _LONGEST)


def issue_heading(pages: Pages, document: Document) -> str:
    """`November 2026: A, B, and C`, or the month alone."""
    name = month_name(Month.parse(document.month), pages.language)
    month = name[:1].upper() + name[1:]
    about = about_issue(pages, document.articles)
    return pages.words.gettext("%(month)s: %(articles)s") % {"month": month, "articles": about} if about else month


def repeats_heading(pages: Pages, document: Document, introduction: str) -> bool:
    """Whether an introduction, as text, is the line that a mail has if no editor wrote one."""
    _ = pages.words.gettext
    names = _labels(pages, document.articles).listed(pages.language)
    month = month_name(Month.parse(document.month), pages.language)
    lines = (
        _("This month: %(articles)s") % {"articles": names},
        _("This month: %(articles)s.") % {"articles": names},
        _("Here is the %(month)s issue.") % {"month": month},
    )
    return introduction.split() in [line.split() for line in lines]


def published_on(pages: Pages, month: Month, moment: dt.datetime) -> Day | None:
    """The day on which an issue appeared; None if that is the first of its month: the day is not known."""
    day = moment.astimezone(pages.timezone).date()
    return None if day == month.first_day else Day(day, pages.day(moment))


def _labels(pages: Pages, articles: Sequence[WebArticle]) -> Labels:
    labelled = [Labelled(_phrase(one, pages.language), one.title, one.language) for one in articles]
    return labels_of(labelled, pages.language)


def _phrase(article: WebArticle, language: str) -> str:
    if article.phrases is not None:
        return article.phrases.get(language, "")
    is_own = article.language.partition("-")[0] == language and article.about != article.title
    return article.about if is_own else ""
