"""The published issues as the site reads them: from the search index, which follows the database."""

import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from digest.archive.query import Query
from digest.archive.results import Results
from digest.months import Month
from digest.storage.archive_index.index import ArchiveIndex
from digest.storage.db.database import Database


class Archive:
    """The published issues. Any number of threads may use it.

    Args:
        clock: Returns seconds that never decrease, such as `time.monotonic`.
        patience: How many seconds the index may lag behind what other processes publish.
    """

    def __init__(
        self, database: Database, index: ArchiveIndex, clock: Callable[[], float], patience: float = 1.0
    ) -> None:
        self._database = database
        self._index = index
        self._clock = clock
        self._patience = patience
        self._lock = threading.Lock()
        self._seen: tuple[float, str] | None = None

    def version(self, *, at_once: bool = False) -> str:
        """Bring the index up to date, and return the version of what is published. Pages can be cached under it.

        Args:
            at_once: Check even if the index was up to date a moment ago.

        Raises:
            StorageError: The database or the index can't be used.
        """
        with self._lock:
            now = self._clock()
            if at_once or self._seen is None or now - self._seen[0] >= self._patience:
                self._seen = (now, self._index.catch_up(self._database))
            return self._seen[1]

    def fresh_version(self) -> str | None:
        """Return the version if it was checked a moment ago, otherwise None. Never waits."""
        seen = self._seen
        return seen[1] if seen is not None and self._clock() - seen[0] < self._patience else None

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a snapshot of the index, for the functions of `digest.storage.archive_index.lists`.

        Raises:
            StorageError: The database or the index can't be used.
        """
        self.version()
        with self._index.read() as connection:
            yield connection

    def search(
        self,
        query: Query,
        page_size: int,
        among: Iterable[tuple[Month, str]] | None = None,
        *,
        marked: bool = True,
    ) -> Results:
        """Find articles.

        Args:
            among: Months and slugs of the only articles that may be found; None: every article.
            marked: Whether hits show the words that were found.

        Raises:
            StorageError: The database or the index can't be used.
        """
        self.version()
        return self._index.search(query, page_size, among, marked=marked)


def changed_at(version: str) -> dt.datetime | None:
    """When the archive last changed, from its version; None if nothing was published yet."""
    try:
        return dt.datetime.fromisoformat(version.partition(" ")[0])
    except ValueError:
        return None
