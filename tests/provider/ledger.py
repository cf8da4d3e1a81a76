"""What the provider accepted, in a SQLite file: true also where an answer was lost or a process killed."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS request (id INTEGER PRIMARY KEY, fault TEXT, status INTEGER, recipients INTEGER, at REAL);
CREATE TABLE IF NOT EXISTS accepted (
  request_id INTEGER, message_id TEXT, email TEXT, delivery_id INTEGER, attempt_id INTEGER, notification_id INTEGER);
"""


class Ledger:
    """Written by the server, read by the tests, also while the server runs and after it is gone."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")  # survives a killed process; a power cut is not tested
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        self._connection.close()

    def record(self, *, fault: str, status: int, people: Iterable[dict[str, Any]], message_id: str, at: float) -> None:
        """Write down a request; *people* are the personalizations that were accepted, none if it was refused."""
        rows = [_row(message_id, person) for person in people]
        write = self._connection.execute
        write("BEGIN IMMEDIATE")
        number = write(
            "INSERT INTO request (fault, status, recipients, at) VALUES (?, ?, ?, ?)", (fault, status, len(rows), at)
        ).lastrowid
        self._connection.executemany(f"INSERT INTO accepted VALUES ({number}, ?, ?, ?, ?, ?)", rows)
        write("COMMIT")

    def deliveries(self) -> Counter[int]:
        """How often each delivery was accepted."""
        return Counter(
            number for (number,) in self._rows("SELECT delivery_id FROM accepted WHERE delivery_id IS NOT NULL")
        )

    def addresses(self) -> Counter[str]:
        """How often each address was sent an issue."""
        return Counter(email for (email,) in self._rows("SELECT email FROM accepted WHERE delivery_id IS NOT NULL"))

    def everybody(self) -> Counter[str]:
        """How often each address was sent anything."""
        return Counter(email for (email,) in self._rows("SELECT email FROM accepted"))

    def attempts(self) -> set[int]:
        """The attempts that were accepted."""
        return {number for (number,) in self._rows("SELECT DISTINCT attempt_id FROM accepted") if number is not None}

    def faults(self) -> Counter[str]:
        """How many requests met which fault; `none` for those that met none."""
        return Counter(fault for (fault,) in self._rows("SELECT fault FROM request"))

    def statuses(self) -> Counter[int]:
        """How many requests were decided with which status, whether or not the answer arrived."""
        return Counter(status for (status,) in self._rows("SELECT status FROM request"))

    def times(self) -> list[float]:
        """When each request arrived, in seconds since 1970."""
        return [at for (at,) in self._rows("SELECT at FROM request ORDER BY id")]

    def _rows(self, query: str) -> list[Any]:
        return self._connection.execute(query).fetchall()


def _row(message_id: str, person: dict[str, Any]) -> tuple[Any, ...]:
    own = person.get("custom_args", {})
    numbers = (int(own[name]) if name in own else None for name in ("delivery_id", "attempt_id", "notification_id"))
    return message_id, person["to"][0]["email"], *numbers
