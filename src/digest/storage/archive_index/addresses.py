"""Every address that the archive has, and when its page changed."""

import datetime as dt
import sqlite3
from collections.abc import Iterator
from itertools import chain

from digest.archive.facets import Facet
from digest.storage.archive_index.rows import read_corrections

_FIXED = ("/", "/topics/", "/types/", "/authors/", "/about/", "/privacy/")
_OF_FACETS = {
    Facet.TOPIC: "SELECT DISTINCT topic FROM article_topic ORDER BY 1",
    Facet.TYPE: "SELECT DISTINCT research_type FROM article WHERE research_type != '' ORDER BY 1",
    Facet.AUTHOR: "SELECT DISTINCT author_slug FROM article WHERE author_slug != '' ORDER BY 1",
}


def addresses(connection: sqlite3.Connection) -> list[tuple[str, dt.date | None]]:
    """The path of every public page, newest issues first, with the day on which it changed; None: not known."""
    return list(chain(((path, None) for path in _FIXED), _of_issues(connection), _of_lists(connection)))


def _of_issues(connection: sqlite3.Connection) -> Iterator[tuple[str, dt.date]]:
    issues = "SELECT month, '', published_at FROM issue"
    articles = "SELECT a.month, a.slug, i.published_at FROM article a JOIN issue i USING (month)"
    query = f"{issues} UNION ALL {articles} ORDER BY 1 DESC, 2"
    corrected = _corrections(connection)
    for month, slug, published_at in connection.execute(query):
        day = dt.datetime.fromisoformat(published_at).date()
        yield (f"/{month}/{slug}/" if slug else f"/{month}/"), max(day, corrected.get((month, slug), day))


def _corrections(connection: sqlite3.Connection) -> dict[tuple[str, str], dt.date]:
    """The day of the last correction of each article that has any, and under an empty slug that of its issue."""
    found: dict[tuple[str, str], dt.date] = {}
    for month, text in connection.execute("SELECT month, corrections FROM issue WHERE corrections != '[]'"):
        for one in reversed(read_corrections(text)):  # the latest last
            found[month, one.slug] = found[month, ""] = one.corrected_at.date()
    return found


def _of_lists(connection: sqlite3.Connection) -> Iterator[tuple[str, None]]:
    for (year,) in connection.execute("SELECT DISTINCT substr(month, 1, 4) FROM issue ORDER BY 1 DESC"):
        yield f"/{int(year)}/", None
    for facet, query in _OF_FACETS.items():
        for (slug,) in connection.execute(query):
            yield f"{facet.folder}{slug}/", None
