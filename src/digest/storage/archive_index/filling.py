"""Putting published issues into the index, and taking them out."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from digest.archive.corrections.changes import Correction
from digest.archive.entries import ArchiveEntry, entry_of
from digest.archive.excerpt import text_of
from digest.archive.terms import words_of
from digest.issue.issue import WebArticle
from digest.issue.withdrawal import Withdrawal
from digest.months import Month
from digest.storage.archive_index.rows import corrections_json, entry_json, withdrawals_json
from digest.storage.issues import PublishedIssue
from digest.topics import Taxonomy


@dataclass(frozen=True)
class Publication:
    """An issue on the web.

    Attributes:
        withdrawals: What was withdrawn from it.
        corrections: The latest first.
        versions: How many the web has shown.
        was_mailed: Whether anyone got it by mail before its latest version.
    """

    issue: PublishedIssue
    withdrawals: tuple[Withdrawal, ...] = ()
    corrections: tuple[Correction, ...] = ()
    versions: int = 1
    was_mailed: bool = True


def put(connection: sqlite3.Connection, one: Publication, taxonomy: Taxonomy) -> None:
    """Hold *one* in the place of whatever the index held of its month."""
    take_out(connection, one.issue.month)
    month = str(one.issue.month)
    document = json.dumps(asdict(one.issue.document), ensure_ascii=False)
    values = (
        month,
        one.issue.issue_hash,
        one.issue.published_at.isoformat(),
        document,
        withdrawals_json(one.withdrawals),
        corrections_json(one.corrections),
        one.versions,
        one.was_mailed,
    )
    connection.execute("INSERT INTO issue VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    for position, article in enumerate(one.issue.document.articles):
        entry = entry_of(article, one.issue.month, one.issue.published_at.date())
        _put_article(connection, article, entry, position, taxonomy)


def take_out(connection: sqlite3.Connection, month: Month) -> None:
    """Forget the issue of *month*."""
    ids = connection.execute("SELECT id FROM article WHERE month = ?", (str(month),)).fetchall()
    for (article,) in ids:
        _count_words(connection, _indexed(connection, article), -1)
        connection.execute("DELETE FROM words WHERE rowid = ?", (article,))
        connection.execute("DELETE FROM article_topic WHERE article = ?", (article,))
    connection.execute("DELETE FROM article WHERE month = ?", (str(month),))
    connection.execute("DELETE FROM issue WHERE month = ?", (str(month),))
    connection.execute("DELETE FROM spelling WHERE articles <= 0")


def _put_article(
    connection: sqlite3.Connection, article: WebArticle, entry: ArchiveEntry, position: int, taxonomy: Taxonomy
) -> None:
    values = (
        str(entry.month),
        position,
        entry.slug,
        entry.language,
        entry.author_slug,
        entry.research_type,
        entry.year,
        entry.doi,
        entry_json(entry),
        article.implications_html or "",
    )
    cursor = connection.execute(
        "INSERT INTO article (month, position, slug, language, author_slug, research_type, year, doi, entry,"
        " implications) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    )
    texts = _texts(article, taxonomy)
    connection.execute(
        "INSERT INTO words (rowid, title, body, implications, citation, authors, names) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (cursor.lastrowid, *texts),
    )
    connection.executemany(
        "INSERT INTO article_topic VALUES (?, ?)",
        [(topic, cursor.lastrowid) for topic in dict.fromkeys(article.topics)],
    )
    _count_words(connection, texts, 1)


def _texts(article: WebArticle, taxonomy: Taxonomy) -> tuple[str, ...]:
    """What each column of `words` holds."""
    study = article.study
    return (
        article.title,
        text_of(article.html),
        text_of(article.implications_html or ""),
        " ".join(filter(None, [article.citation, study.title if study else "", study.journal if study else ""])),
        " ".join(filter(None, [article.author, *(study.authors if study else ())])),
        " · ".join(taxonomy.words_for(article.topics, article.research_type)),
    )


def _indexed(connection: sqlite3.Connection, article: int) -> Sequence[str]:
    row: Sequence[str] = connection.execute("SELECT * FROM words WHERE rowid = ?", (article,)).fetchone()
    return row


def _count_words(connection: sqlite3.Connection, texts: Sequence[str], articles: int) -> None:
    words = {word for text in texts for word in words_of(text)}
    connection.executemany(
        "INSERT INTO spelling VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET articles = articles + excluded.articles",
        [(word, articles) for word in sorted(words)],
    )
