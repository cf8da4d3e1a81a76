"""Importing a subscriber list: what becomes of each row, in constant memory."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from sqlalchemy import Connection

from digest.errors import StorageError
from digest.storage import adding, subscribers, suppressions
from digest.storage.adding import AddResult
from digest.storage.database import Database
from digest.storage.seen import Seen
from digest.subscribers.cells import Departed
from digest.subscribers.formats import Field
from digest.subscribers.lists import read_list
from digest.subscribers.rows import Row, RowRules
from digest.subscribers.suppression import Reason

_CHUNK = 5000  # rows in one transaction: about a tenth of a second for whoever else wants to write
_SHOWN = 1000  # rows that a report holds; more are only counted
_REASONS = {Departed.UNSUBSCRIBED: Reason.UNSUBSCRIBED, Departed.CLEANED: Reason.BOUNCED}


class RowResult(StrEnum):
    """What became of a row, where it is no `AddResult`."""

    REFUSED = "refused"
    UNSUBSCRIBED_THERE = "unsubscribed_there"
    CLEANED_THERE = "cleaned_there"
    ABSENT_THERE = "absent_there"


_DEPARTED = {
    Departed.UNSUBSCRIBED: RowResult.UNSUBSCRIBED_THERE,
    Departed.CLEANED: RowResult.CLEANED_THERE,
    Departed.ABSENT: RowResult.ABSENT_THERE,
}


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row; `why` is empty if the result says it all."""

    line: int
    address: str
    result: AddResult | RowResult
    why: str = ""


@dataclass
class ImportReport:
    """
    What an import did, or would do.

    Attributes:
        format: The program that wrote the list; empty: any.
        unused: Columns that nothing was read from, each with the one that was probably meant, or None.
        counts: Rows that hold a person, by result.
        refused, duplicates: The first thousand of these rows.
        refused_rows: How many were refused.
        short_rows: How many have fewer cells than the header.
        tags: Words of another program that are no topics, with the number of people.
    """

    format: str = ""
    unused: Mapping[str, Field | None] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Row] = field(default_factory=list)
    refused_rows: int = 0
    duplicates: list[RowReport] = field(default_factory=list)
    short_rows: int = 0
    tags: Counter[str] = field(default_factory=Counter)


def import_list(
    database: Database,
    lines: Iterable[str],
    rules: RowRules,
    *,
    update: bool,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
    each: Callable[[RowReport], object] = lambda _report: None,
) -> ImportReport:
    """
    Add the people of a list, in constant memory; whoever has left or is suppressed is not brought back.

    Args:
        lines: See `digest.subscribers.lists.read_list`.
        update: Overwrite what the list says of people who are there already; else they are kept as they are.
        dry_run: Only say what would become of each row.
        progress: Told how many more rows are done, chunk by chunk.
        each: Told what became of each row, in order.

    Whoever has left the program that wrote the list, or whose mailbox refused its mail, is suppressed here, unless they
    have subscribed here themselves. Rows are taken in transactions of five thousand: after an interruption, import the
    same list again.

    Raises:
        ValueError: The list has no usable header, or nothing says where and when the people agreed.
        StorageError: The database failed; the message says up to which line the rows are in.
    """
    layout, rows = read_list(lines, rules)
    report = ImportReport(layout.format, layout.unused)
    done = 1
    with Seen() as seen:
        importing = _Importing(database, seen, report, update=update, dry_run=dry_run)
        while chunk := list(islice(rows, _CHUNK)):
            try:
                told = importing.take(chunk)
            except StorageError as error:
                kept = "" if dry_run else f"; the rows up to line {done} are in: import the same list again to go on"
                raise StorageError(f"{error}{kept}") from error
            for one in told:
                each(one)
            done = chunk[-1].line
            progress(len(chunk))
    return report


class _Importing:
    """One import: what it knows from one chunk to the next."""

    def __init__(self, database: Database, seen: Seen, report: ImportReport, *, update: bool, dry_run: bool) -> None:
        self._database = database
        self._seen = seen
        self._report = report
        self._update = update
        self._dry_run = dry_run
        self._selections: dict[frozenset[str], int] = {}
        with database.read() as connection:
            self._newest = adding.newest(connection)

    def take(self, rows: Sequence[Row]) -> list[RowReport]:
        """Take one chunk, in one transaction, and count it."""
        people = [row.person for row in rows if row.person]
        first = self._seen.lines([person.address_hash for person in people])
        fresh: list[Row] = []
        again: dict[int, int] = {}
        for row in rows:
            if row.person is None:
                continue
            if row.person.address_hash in first:
                again[row.line] = first[row.person.address_hash]
            else:
                first[row.person.address_hash] = row.line
                fresh.append(row)
        results = self._write(fresh)
        self._seen.add(
            [(row.person.address_hash, row.line) for row in fresh if row.person and self._to_remember(row, results)]
        )
        return [self._counted(row, results, again) for row in rows]

    def _to_remember(self, row: Row, results: Mapping[int, AddResult]) -> bool:
        """Whoever was added is found in the database."""
        return self._dry_run or results.get(row.line) is not AddResult.ADDED

    def _write(self, rows: Sequence[Row]) -> Mapping[int, AddResult]:
        joining = [(row.line, row.person) for row in rows if row.person and not row.departed]
        people = [person for _, person in joining]
        if self._dry_run:
            with self._database.read() as connection:
                results = adding.foretell_many(connection, people, update=self._update)
        else:
            with self._database.write() as connection:
                now = self._database.now(connection)
                results = adding.add_many(
                    connection,
                    people,
                    update=self._update,
                    now=now,
                    added_after=self._newest,
                    selections=self._selections,
                )
                _suppress(connection, [row for row in rows if row.departed], now)
        return dict(zip((line for line, _ in joining), results, strict=True))

    def _counted(self, row: Row, results: Mapping[int, AddResult], again: Mapping[int, int]) -> RowReport:
        report = self._report
        report.short_rows += row.short
        told = _told(row, results, again)
        if told.result is RowResult.REFUSED:
            report.refused_rows += 1
            if len(report.refused) < _SHOWN:
                report.refused.append(row)
        else:
            report.counts[told.result] += 1
        if told.result is AddResult.DUPLICATE and len(report.duplicates) < _SHOWN:
            report.duplicates.append(told)
        for tag in row.tags:
            if tag in report.tags or len(report.tags) < _SHOWN:
                report.tags[tag] += 1
        return told


def _told(row: Row, results: Mapping[int, AddResult], again: Mapping[int, int]) -> RowReport:
    if row.person is None:
        return RowReport(row.line, "", RowResult.REFUSED, "; ".join(row.problems))
    address = row.person.address
    if row.line in again:
        return RowReport(row.line, address, AddResult.DUPLICATE, f"the same address as line {again[row.line]}")
    if row.departed:
        return RowReport(row.line, address, _DEPARTED[row.departed])
    return RowReport(row.line, address, results[row.line])


def _suppress(connection: Connection, rows: Sequence[Row], now: dt.datetime) -> None:
    for row in rows:
        reason = _REASONS.get(row.departed) if row.departed else None
        if row.person and reason and subscribers.find(connection, row.person.address_hash) is None:
            suppressions.add(connection, row.person.address_hash, row.person.address, reason, now)
