"""The index's file: made when it is missing, thrown away when it is damaged or of another version."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from digest.errors import StorageError
from digest.storage.archive_index.schema import TABLES, VERSION

_BUSY_SECONDS = 30
_ENDINGS = ("", "-wal", "-shm")


class DamagedIndexError(StorageError):
    """The file is no index any more; it was deleted, and can be built again."""


class IndexFile:
    """One file, for any number of threads; each keeps a connection of its own.

    Args:
        path: Where it is; its folder is made when it is missing.
        fingerprint: Of everything that the content depends on apart from the published issues. An index that was made
            with another one is thrown away.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self._fingerprint = f"{VERSION} {fingerprint}"
        self._own = threading.local()
        self._making = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one moment of the index.

        Raises:
            DamagedIndexError: It was damaged.
            StorageError: It can't be opened.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that changes the index, alone.

        Raises:
            DamagedIndexError: It was damaged.
            StorageError: It can't be opened or written.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._connection()
            connection.execute(begin)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        except (sqlite3.OperationalError, OSError) as error:
            self._close()
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise StorageError(f"can't use the search index {self.path}: {reason}: check the folder") from error
        except sqlite3.DatabaseError as error:
            with self._making:
                self._delete()
            raise DamagedIndexError(f"the search index {self.path} was damaged, and is built again") from error

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, to the file that is at the path now."""
        here = self._inode()
        if here is None or here != getattr(self._own, "inode", None):
            self._close()
            with self._making:
                self._own.connection = self._open()
            self._own.inode = self._inode()
        connection: sqlite3.Connection = self._own.connection
        return connection

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = self._connect()
        if self._is_unusable(connection):
            connection.close()
            self._delete()
            connection = self._connect()
        self._make_tables(connection)
        return connection

    def _connect(self) -> sqlite3.Connection:
        os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))  # its -wal and -shm files get the same mode
        return sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    def _is_unusable(self, connection: sqlite3.Connection) -> bool:
        """Whether the file is damaged, or was made with another fingerprint."""
        try:
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                return False
            return _meta(connection, "fingerprint") != self._fingerprint
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
                raise
            return True

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            for statement in TABLES.strip().split(";\n"):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('fingerprint', ?)", (self._fingerprint,))
            connection.execute("INSERT INTO meta VALUES ('build', hex(randomblob(8)))")
        connection.execute("COMMIT")

    def _delete(self) -> None:
        self._close()
        for ending in _ENDINGS:
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def _inode(self) -> int | None:
        try:
            return self.path.stat().st_ino
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _close(self) -> None:
        connection = getattr(self._own, "connection", None)
        self._own.connection = self._own.inode = None
        if connection is not None:
            connection.close()


def _meta(connection: sqlite3.Connection, key: str) -> str:
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def version(connection: sqlite3.Connection) -> str:
    """Of the published issues that the index holds; empty for a new one."""
    return _meta(connection, "version")


def state(connection: sqlite3.Connection) -> str:
    """What numbers of articles belong to: another one for each content, also of a file that was built again."""
    return f"{_meta(connection, 'build')} {version(connection)}"


def set_version(connection: sqlite3.Connection, value: str) -> None:
    """Note which state of the published issues the index holds."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('version', ?)", (value,))
