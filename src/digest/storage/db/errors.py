"""What the database drivers say, as something that a person can act on."""

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from digest.errors import GaveWay, StorageError
from digest.storage.db.engine import file_of, shown

_REMEDIES: tuple[tuple[str, str], ...] = (
    ("unable to open database file", "there is no such file, or it can't be opened: run `digest db upgrade`"),
    ("file is not a database", "the file is not a database: check database.url"),
    ("malformed", "the file is damaged: restore a backup"),
    ("readonly database", "the file can't be written: check its owner and mode"),
    ("database or disk is full", "the disk is full: make room, then run the command again"),
    ("disk I/O error", "the disk failed: check it, then run the command again"),
    ("database is locked", "another process has been writing for too long: run the command again"),
    ("no such table", "it lacks tables: run `digest db upgrade`"),
    ("no such column", "its tables are of another version: run `digest db upgrade`"),
    ("does not exist", "it lacks something: check database.url, then run `digest db upgrade`"),
    ("authentication failed", "it refuses the user or the password: check database.url"),
    ("connection", "it can't be reached: check that the server runs, and database.url"),
)


_GAVE_WAY = frozenset({"40P01", "40001"})  # deadlock_detected, serialization_failure: PostgreSQL, appendix A


def explain(error: DBAPIError, url: URL) -> StorageError:
    """Say which database failed, how, and what to do; without its password, statements or values."""
    said = str(error.orig).strip()
    where = f"database {shown(url)}"
    if getattr(error.orig, "sqlstate", None) in _GAVE_WAY:
        return GaveWay(f"{where}: two processes waited for each other, and this one gave way: run the command again")
    for words, remedy in _REMEDIES:
        if words in said:
            return StorageError(f"{where}: {remedy} ({' '.join(said.split())})")
    return StorageError(f"{where}: {' '.join(said.split())}: see docs/storage.md")


def is_missing(url: URL) -> bool:
    """Whether a SQLite database has no file yet."""
    return url.drivername.startswith("sqlite") and not file_of(url).exists()
