"""What a search has to know of every article, kept in memory: rows of the index are long, and a search sees many."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class ArticleFacts(NamedTuple):
    """An article as filters and orders see it.

    Attributes:
        place: Among all articles, newest issue first and then as printed; from 0.
        year: Of the study; None if it is not known.
    """

    place: int
    month: str
    slug: str
    year: int | None
    research_type: str
    author_slug: str
    language: str
    topics: tuple[str, ...]


Facts = Mapping[int, ArticleFacts]


def load_facts(connection: sqlite3.Connection) -> dict[int, ArticleFacts]:
    """Every article of the index by its number, newest issue first."""
    topics: dict[int, list[str]] = {}
    for article, topic in connection.execute("SELECT article, topic FROM article_topic"):
        topics.setdefault(article, []).append(topic)
    rows = connection.execute(
        "SELECT id, month, slug, year, research_type, author_slug, language FROM article ORDER BY month DESC, position"
    )
    return {row[0]: _facts(place, row, topics.get(row[0], [])) for place, row in enumerate(rows)}


def _facts(place: int, row: Sequence[Any], topics: Sequence[str]) -> ArticleFacts:
    _, month, slug, year, research_type, author_slug, language = row
    return ArticleFacts(place, month, slug, year, research_type, author_slug, language, tuple(topics))
