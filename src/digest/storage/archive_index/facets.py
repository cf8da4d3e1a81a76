"""The articles on a topic, of a type of research, or by an author, and what there is among them."""

import sqlite3

from digest.archive.entries import ArchiveEntry
from digest.archive.facets import Breakdown, Facet
from digest.archive.query import Order
from digest.storage.archive_index.rows import read_entry

_ARTICLES = {
    Facet.TOPIC: "article_topic mine JOIN article a ON a.id = mine.article WHERE mine.topic = ?",
    Facet.TYPE: "article a WHERE a.research_type = ?",
    Facet.AUTHOR: "article a WHERE a.author_slug = ?",
}
_NEWEST_ISSUE = "a.month DESC, a.position"
_NEWEST_STUDY = f"a.year IS NULL, a.year DESC, {_NEWEST_ISSUE}"


def articles(
    connection: sqlite3.Connection, facet: Facet, value: str, order: Order, limit: int, offset: int = 0
) -> list[ArchiveEntry]:
    """The articles with *value*, newest study first (articles without a year last), or newest issue first.

    Args:
        order: `Order.STUDY`; any other one means by issue.
    """
    by = _NEWEST_STUDY if order is Order.STUDY else _NEWEST_ISSUE
    query = f"SELECT a.entry FROM {_ARTICLES[facet]} ORDER BY {by} LIMIT ? OFFSET ?"
    return [read_entry(text) for (text,) in connection.execute(query, (value, limit, offset))]


def breakdown(connection: sqlite3.Connection, facet: Facet, value: str) -> Breakdown:
    """How many articles with *value* there are, in all and of each kind."""
    articles = _ARTICLES[facet]
    row = connection.execute(
        "SELECT count(*), coalesce(sum(a.implications != ''), 0), coalesce(min(a.month), ''),"
        f" coalesce(max(a.month), '') FROM {articles}",
        (value,),
    ).fetchone()
    total, with_implications, first, last = row
    if not total:
        return Breakdown()
    types = f"SELECT a.research_type, count(*) FROM {articles} AND a.research_type != '' GROUP BY 1 ORDER BY 2 DESC, 1"
    years = f"SELECT a.year, count(*) FROM {articles} AND a.year IS NOT NULL GROUP BY 1 ORDER BY 1 DESC"
    topics = (
        "SELECT other.topic, count(*) FROM article_topic other"
        f" WHERE other.article IN (SELECT a.id FROM {articles}) GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    by_topic, by_type, by_year = (
        dict(connection.execute(query, (value,)).fetchall()) for query in (topics, types, years)
    )
    return Breakdown(total, by_topic, by_type, by_year, with_implications, first, last)


def author_name(connection: sqlite3.Connection, slug: str) -> str | None:
    """The author's name as the newest issue has it; None if nothing on the web is by them."""
    newest = articles(connection, Facet.AUTHOR, slug, Order.ISSUE, 1)
    return newest[0].author if newest else None
