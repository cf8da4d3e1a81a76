"""What lists of the archive show of an article."""

import datetime as dt
import re
from dataclasses import dataclass

from slugify import slugify

from digest.archive.excerpt import excerpt
from digest.issue.issue import WebArticle
from digest.months import Month

_EXCERPT = 220  # characters: two or three lines of a list
_FIRST_YEAR = re.compile(r"\((\d{4})[,)a-z]")


@dataclass(frozen=True)
class ArchiveEntry:
    """An article in a list.

    Attributes:
        month: Of the issue that it appeared in.
        published_on: The day on which that issue was first put on the web, in UTC.
        author: Of the summary; `author_slug` is its place in addresses.
        year, design, doi: Of the study; None or empty: not known.
        excerpt: The beginning of the text.
    """

    month: Month
    slug: str
    title: str
    language: str
    published_on: dt.date
    author: str
    author_slug: str
    research_type: str
    topics: tuple[str, ...]
    year: int | None
    design: str
    doi: str
    excerpt: str


def entry_of(article: WebArticle, month: Month, published_on: dt.date) -> ArchiveEntry:
    """The article as lists show it."""
    author = article.author or ""
    study = article.study
    return ArchiveEntry(
        month=month,
        slug=article.slug,
        title=article.title,
        language=article.language,
        published_on=published_on,
        author=author,
        author_slug=author_slug(author),
        research_type=article.research_type or "",
        topics=article.topics,
        year=study_year(article),
        design=study.design if study else "",
        doi=(article.doi or "").lower(),
        excerpt=excerpt(article.html, _EXCERPT),
    )


def author_slug(name: str) -> str:
    """The part of an address that names an author; empty if there is no letter to make it of."""
    return slugify(name)


def study_year(article: WebArticle) -> int | None:
    """The year in which the study was published: from its fields, else from the citation; None if neither says it."""
    if article.study is not None and article.study.year:
        return article.study.year
    found = _FIRST_YEAR.search(article.citation or "")
    return int(found[1]) if found else None
