"""What the index lists: issues, articles by topic, type, author and study, and how many there are of each."""

import datetime as dt
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from digest.archive.entries import ArchiveEntry
from digest.issue.issue import WebArticle
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage.archive_index.filling import Publication
from digest.storage.archive_index.rows import read_corrections, read_entry, read_withdrawals
from digest.storage.issues import PublishedIssue, read_document

_PUBLICATION = "SELECT month, hash, published_at, document, withdrawals, corrections, versions, mailed FROM issue"


@dataclass(frozen=True)
class Implication:
    """An article with its practice implications as safe HTML."""

    entry: ArchiveEntry
    html: str


def issue(connection: sqlite3.Connection, month: Month) -> Publication | None:
    """The issue of *month*; None if the web shows none."""
    row = connection.execute(f"{_PUBLICATION} WHERE month = ?", (str(month),)).fetchone()
    return _publication(row) if row else None


def newest_issues(connection: sqlite3.Connection, limit: int) -> list[Publication]:
    """The issues of the latest months, newest first."""
    return [_publication(row) for row in connection.execute(f"{_PUBLICATION} ORDER BY month DESC LIMIT ?", (limit,))]


def issues_of_year(connection: sqlite3.Connection, year: int) -> list[Publication]:
    """The issues of *year*, newest first."""
    query = f"{_PUBLICATION} WHERE month >= ? AND month < ? ORDER BY month DESC"
    return [_publication(row) for row in connection.execute(query, (f"{year:04d}-", f"{year + 1:04d}-"))]


def years(connection: sqlite3.Connection) -> dict[int, int]:
    """How many issues each year has, newest year first."""
    query = "SELECT CAST(substr(month, 1, 4) AS INTEGER), count(*) FROM issue GROUP BY 1 ORDER BY 1 DESC"
    return dict(connection.execute(query).fetchall())


def months(connection: sqlite3.Connection) -> list[Month]:
    """Every month with an issue, oldest first."""
    return [Month.parse(month) for (month,) in connection.execute("SELECT month FROM issue ORDER BY month")]


def neighbours(connection: sqlite3.Connection, month: Month) -> tuple[Month | None, Month | None]:
    """The months of the issues before and after that of *month*."""
    before = "SELECT max(month) FROM issue WHERE month < ?"
    after = "SELECT min(month) FROM issue WHERE month > ?"
    found = [connection.execute(query, (str(month),)).fetchone()[0] for query in (before, after)]
    earlier, later = (Month.parse(text) if text else None for text in found)
    return earlier, later


def latest(connection: sqlite3.Connection, limit: int, *, before: Month | None = None) -> list[ArchiveEntry]:
    """Articles of the newest issues, newest first; with *before* only of issues before that month."""
    query = "SELECT entry FROM article WHERE month < ? ORDER BY month DESC, position LIMIT ?"
    return _entries(connection, query, (str(before) if before else "9999", limit))


def entries_of(connection: sqlite3.Connection, month: Month) -> list[ArchiveEntry]:
    """The articles of the issue of *month*, in its order."""
    return _entries(connection, "SELECT entry FROM article WHERE month = ? ORDER BY position", (str(month),))


def entry(connection: sqlite3.Connection, month: Month, slug: str) -> ArchiveEntry | None:
    """One article; None if the web does not show it."""
    found = _entries(connection, "SELECT entry FROM article WHERE month = ? AND slug = ?", (str(month), slug))
    return found[0] if found else None


def articles(connection: sqlite3.Connection, names: Iterable[tuple[Month, str]]) -> list[tuple[Month, WebArticle]]:
    """The whole articles of these months and slugs, in their order; those that the web does not show are left out."""
    wanted = list(names)
    found: dict[tuple[Month, str], WebArticle] = {}
    for month in dict.fromkeys(month for month, _ in wanted):
        published = issue(connection, month)
        shown = published.issue.document.articles if published else ()
        found |= {(month, article.slug): article for article in shown}
    return [(month, found[month, slug]) for month, slug in wanted if (month, slug) in found]


def beside(connection: sqlite3.Connection, one: ArchiveEntry) -> tuple[ArchiveEntry | None, ArchiveEntry | None]:
    """The articles before and after *one*: in its issue, and at its ends in the issues beside it."""
    place = "SELECT month, position FROM article WHERE month = ? AND slug = ?"
    before = f"({place}) > (month, position) ORDER BY month DESC, position DESC"
    after = f"({place}) < (month, position) ORDER BY month, position"
    found = [
        _entries(connection, f"SELECT entry FROM article WHERE {where} LIMIT 1", (str(one.month), one.slug))
        for where in (before, after)
    ]
    earlier, later = (entries[0] if entries else None for entries in found)
    return earlier, later


def about_study(connection: sqlite3.Connection, doi: str) -> list[ArchiveEntry]:
    """Every summary of the study with *doi*, in any case, newest issue first."""
    return _entries(connection, "SELECT entry FROM article WHERE doi = ? ORDER BY month DESC", (doi.lower(),))


def related(connection: sqlite3.Connection, one: ArchiveEntry, limit: int) -> list[ArchiveEntry]:
    """Articles that share topics with *one*, those that share most first, then the newest; not those of its study."""
    query = """
        SELECT a.entry FROM article_topic mine
        JOIN article_topic other ON other.topic = mine.topic AND other.article != mine.article
        JOIN article a ON a.id = other.article
        WHERE mine.article = (SELECT id FROM article WHERE month = ? AND slug = ?) AND (a.doi != ? OR a.doi = '')
        GROUP BY a.id ORDER BY count(*) DESC, a.month DESC, a.position LIMIT ?
    """
    return _entries(connection, query, (str(one.month), one.slug, one.doi, limit))


def implications(connection: sqlite3.Connection, topic: str, limit: int, offset: int = 0) -> list[Implication]:
    """The practice implications of the articles on *topic*, newest study first; articles without any are left out."""
    query = """
        SELECT a.entry, a.implications FROM article_topic t JOIN article a ON a.id = t.article
        WHERE t.topic = ? AND a.implications != ''
        ORDER BY a.year IS NULL, a.year DESC, a.month DESC, a.position LIMIT ? OFFSET ?
    """
    rows = connection.execute(query, (topic, limit, offset))
    return [Implication(read_entry(text), html) for text, html in rows]


def article_count(connection: sqlite3.Connection) -> int:
    """How many articles there are."""
    count: int = connection.execute("SELECT count(*) FROM article").fetchone()[0]
    return count


def topics(connection: sqlite3.Connection) -> dict[str, int]:
    """How many articles each topic has."""
    return dict(connection.execute("SELECT topic, count(*) FROM article_topic GROUP BY topic").fetchall())


def types(connection: sqlite3.Connection) -> dict[str, int]:
    """How many articles each type of research has."""
    query = "SELECT research_type, count(*) FROM article WHERE research_type != '' GROUP BY research_type"
    return dict(connection.execute(query).fetchall())


def authors(connection: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Every author's name and number of articles, by slug and in its order."""
    query = """
        SELECT author_slug, json_extract(max(entry), '$.author'), count(*)
        FROM article WHERE author_slug != '' GROUP BY author_slug ORDER BY author_slug
    """
    return {slug: (name, count) for slug, name, count in connection.execute(query)}


def publications(connection: sqlite3.Connection) -> dict[str, tuple[str, str, str, int]]:
    """The hash, day, withdrawals (as JSON) and number of versions of every issue that the index holds, by month."""
    rows = connection.execute("SELECT month, hash, published_at, withdrawals, versions FROM issue")
    return {month: (issue_hash, day, gone, versions) for month, issue_hash, day, gone, versions in rows}


def _entries(connection: sqlite3.Connection, query: str, values: Collection[object]) -> list[ArchiveEntry]:
    return [read_entry(text) for (text,) in connection.execute(query, tuple(values))]


def _publication(row: tuple[str, str, str, str, str, str, int, int]) -> Publication:
    month, issue_hash, published_at, document, withdrawals, corrections, versions, mailed = row
    shown = PublishedIssue(
        Month.parse(month), issue_hash, dt.datetime.fromisoformat(published_at), read_document(document)
    )
    return Publication(shown, read_withdrawals(withdrawals), read_corrections(corrections), versions, bool(mailed))


def withdrawn(publication: Publication, slug: str) -> Withdrawal | None:
    """The withdrawal of the article *slug*; None if it was not withdrawn."""
    return next((one for one in publication.withdrawals if one.slug == slug), None)
