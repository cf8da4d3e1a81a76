"""A copy of a SQLite database while others read and write it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from digest.errors import StorageError

_PAGES = 1000  # copied at once, so that somebody hears of it


def copy_sqlite(database: Path, copy: Path, progress: Callable[[int, int], None] = lambda _done, _all: None) -> None:
    """
    Copy *database* as it is at one moment into the empty file *copy*, and check the copy.

    Args:
        progress: Called with the number of pages done, and of all pages.

    The copy is one file without a journal. Nobody waits: readers and writers go on meanwhile.

    Raises:
        StorageError: The database can't be read, the copy can't be written, or it is damaged.

    Source: SQLite, "Using the SQLite Online Backup API".
    """
    source = f"{database.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(source, uri=True, isolation_level=None)) as old:
            old.execute("BEGIN")  # otherwise the copy would restart after every commit of another process
            old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            with closing(sqlite3.connect(copy, isolation_level=None)) as new:
                old.backup(new, pages=_PAGES, progress=lambda _status, left, whole: progress(whole - left, whole))
                new.execute("PRAGMA journal_mode = DELETE")
                found = [row[0] for row in new.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        raise StorageError(f"{database} can't be copied to {copy.parent}: {error}: make room, and try again") from error
    if found != ["ok"]:
        raise StorageError(f"the copy of {database} is damaged ({'; '.join(found)}): check the database and the disk")
