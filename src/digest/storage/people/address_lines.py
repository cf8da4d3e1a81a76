"""The line of each address of a list, kept on disk so that a list can have any length."""

import sqlite3
from collections.abc import Sequence
from types import TracebackType
from typing import Self


class AddressLines:
    """
    Address hashes with the line of each, in a temporary file that is deleted on exit.

    It is SQLite whatever the database is, because it is neither kept nor shared.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # no name: a temporary file of SQLite's own
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute("CREATE TABLE seen (address_hash TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
        self._empty = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def lines(self, hashes: Sequence[str]) -> dict[str, int]:
        """Map those of *hashes* that are known to their lines. Takes at most 32,000 hashes."""
        if self._empty or not hashes:
            return {}
        marks = ",".join("?" * len(hashes))
        query = f"SELECT address_hash, line FROM seen WHERE address_hash IN ({marks})"  # noqa: S608  question marks only
        return dict(self._file.execute(query, list(hashes)).fetchall())

    def add(self, lines: Sequence[tuple[str, int]]) -> None:
        """Add hashes with their lines. A hash that is already known keeps its line."""
        if lines:
            self._empty = False
            self._file.execute("BEGIN")
            self._file.executemany("INSERT OR IGNORE INTO seen VALUES (?, ?)", lines)
            self._file.execute("COMMIT")
