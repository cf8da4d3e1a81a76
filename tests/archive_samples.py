"""Published issues with articles that a search can tell apart."""

import datetime as dt
from typing import Any

from factories import NOON
from sqlalchemy import Connection

from digest.archive.citing.reference import CitedArticle
from digest.content.article import Study
from digest.issue.issue import Document, FrozenIssue, WebArticle
from digest.months import Month
from digest.storage import issues


def web_article(slug: str, **changes: Any) -> WebArticle:
    """An article as the archive shows it, with a plain default for everything."""
    values: dict[str, Any] = {
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "language": "en",
        "about": "a study",
        "html": f"<p>The body of {slug}.</p>",
        "implications_html": None,
        "citation": None,
        "citation_html": None,
        "doi": None,
        "topics": ("empathy",),
        "research_type": None,
        "author": None,
    }
    return WebArticle(**values | changes)


def cited(article: WebArticle, month: Month, base_url: str = "https://digest.example.org") -> CitedArticle:
    """The article as it is cited."""
    return CitedArticle(article, month, f"{base_url}/{month}/{article.slug}/", "The Digest")


def study(year: int | None = 2021, **changes: Any) -> Study:
    """A study of the year."""
    return Study("A study", ("Lee, A.",), year, **changes)


def frozen_issue(month: Month, *articles: WebArticle, word: str = "first") -> FrozenIssue:
    """An issue without editions; another *word* makes other bytes."""
    subject = {"en": f"Issue of {month}: {word}", "fr": f"Numéro de {month}"}
    document = Document(str(month), subject, {"en": "<p>Hello</p>", "fr": "<p>Bonjour</p>"}, articles, ())
    return FrozenIssue(month, f"source of {word}", document, ())


def publish(
    connection: Connection, month: Month, *articles: WebArticle, word: str = "first", now: dt.datetime = NOON
) -> FrozenIssue:
    """Put an issue on the web."""
    frozen = frozen_issue(month, *articles, word=word)
    issues.save(connection, frozen, now)
    issues.publish(connection, month, frozen.hash, now)
    return frozen
