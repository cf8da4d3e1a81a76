"""Subscriber lists: in and out of the database."""

import csv
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TextIO

from digest.storage import subscribers
from digest.storage.database import Database
from digest.storage.subscribers import AddResult
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.rows import COLUMNS, Row, RowRules, read_rows, to_row
from digest.subscribers.subscriber import NewSubscriber, State, Subscriber

_CHUNK = 1000  # rows in one transaction


@dataclass
class ImportReport:
    """What an import did: counts by result, and every row that was not taken, with its line."""

    counts: Counter[AddResult] = field(default_factory=Counter)
    refused: list[Row] = field(default_factory=list)


def import_list(
    database: Database,
    lines: Iterable[str],
    rules: RowRules,
    *,
    update: bool,
    progress: Callable[[int], None] = lambda _rows: None,
) -> ImportReport:
    """
    Add the people of a list; whoever has left or is suppressed is not brought back.

    Args:
        lines: See `digest.subscribers.rows.read_rows`.
        update: Overwrite name and preferences of people who are there already; else they are kept as they are.
        progress: Told how many more rows are done, chunk by chunk.

    Rows are added in transactions of a thousand: after an interruption, import the same list again.

    Raises:
        ValueError: The list has no usable header.
    """
    report = ImportReport()
    rows = read_rows(lines, rules)
    while chunk := list(islice(rows, _CHUNK)):
        report.refused += [row for row in chunk if row.person is None]
        _add(database, [row.person for row in chunk if row.person], report, update=update)
        progress(len(chunk))
    return report


def _add(database: Database, people: list[NewSubscriber], report: ImportReport, *, update: bool) -> None:
    with database.write() as connection:
        report.counts.update(subscribers.add_many(connection, people, update=update, now=database.now(connection)))


def add_person(database: Database, person: NewSubscriber) -> AddResult:
    """Add one person by hand; says what became of it, as `subscribers.add_many` does."""
    with database.write() as connection:
        now = database.now(connection)
        return subscribers.add_many(connection, [person], update=False, now=now, method=ConsentMethod.ADDED)[0]


def export_list(database: Database, out: TextIO) -> int:
    """Write every active subscriber as CSV to *out*, in constant memory; returns their number."""
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")  # RFC 4180, 2
    writer.writeheader()
    count = 0
    with database.read() as connection:
        for subscriber in subscribers.stream(connection, State.ACTIVE):
            writer.writerow(to_row(subscriber))
            count += 1
    return count


def rows_of(database: Database) -> Iterator[dict[str, object]]:
    """Every subscriber as a mapping, whatever their state."""
    with database.read() as connection:
        for subscriber in subscribers.stream(connection):
            yield _known(subscriber)


def person(database: Database, address_hash: str) -> dict[str, object] | None:
    """What is known about one person, or None if there is no such subscriber."""
    with database.read() as connection:
        subscriber = subscribers.find(connection, address_hash)
    return _known(subscriber) if subscriber else None


def _known(subscriber: Subscriber) -> dict[str, object]:
    return {
        **to_row(subscriber),
        "topics": sorted(subscriber.preferences.topics),
        "state": subscriber.state.value,
        "created": _moment(subscriber.created_at),
        "left": _moment(subscriber.left_at),
    }


def _moment(time: dt.datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
