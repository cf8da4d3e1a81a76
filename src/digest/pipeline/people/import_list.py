"""Importing a subscriber list, row by row, in constant memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import TextIO

from digest.errors import StorageError
from digest.storage.db.database import Database
from digest.storage.people import adding, departing
from digest.storage.people.adding import AddResult
from digest.storage.people.address_lines import AddressLines
from digest.subscribers.lists.csv_text import read_list
from digest.subscribers.lists.fields import Field
from digest.subscribers.lists.leaving import Departed
from digest.subscribers.lists.rows import Row, RowRules
from digest.subscribers.lists.survey import who_is_gone

_CHUNK = 5000  # rows in one transaction: other writers wait about a tenth of a second
_SHOWN = 1000  # rows in a report; further rows are only counted


class RowResult(StrEnum):
    """The result of a row that is not an `AddResult`."""

    REFUSED = "refused"
    UNSUBSCRIBED_THERE = "unsubscribed_there"
    CLEANED_THERE = "cleaned_there"
    COMPLAINED_THERE = "complained_there"
    BLOCKED_THERE = "blocked_there"
    ABSENT_THERE = "absent_there"


_DEPARTED = {
    Departed.UNSUBSCRIBED: RowResult.UNSUBSCRIBED_THERE,
    Departed.CLEANED: RowResult.CLEANED_THERE,
    Departed.COMPLAINED: RowResult.COMPLAINED_THERE,
    Departed.BLOCKED: RowResult.BLOCKED_THERE,
    Departed.ABSENT: RowResult.ABSENT_THERE,
}


@dataclass(frozen=True, slots=True)
class RowReport:
    """The result of one row; `why` may be empty. The address of a refused row is as written in the list."""

    line: int
    address: str
    result: AddResult | RowResult
    why: str = ""


@dataclass
class ListImportReport:
    """
    What an import did, or would do.

    Attributes:
        format: The program that exported the list; empty if unknown.
        unused: Columns that were not read, each with the column that was probably meant, or None.
        counts: Rows that hold a person, by result.
        refused, duplicates: The first thousand of these rows.
        refused_rows: The number of refused rows.
        short_rows: The number of rows with fewer cells than the header.
        tags: Tags that match no topic, with the number of people.
        silent: What exports of this program lack about people who have left; empty if nothing is known to be missing.
    """

    format: str = ""
    unused: Mapping[str, Field | None] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Row] = field(default_factory=list)
    refused_rows: int = 0
    duplicates: list[RowReport] = field(default_factory=list)
    short_rows: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    silent: str = ""


def import_list(
    database: Database,
    lines: TextIO,
    rules: RowRules,
    *,
    update: bool,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _rows: None,
    each: Callable[[RowReport], object] = lambda _report: None,
) -> ListImportReport:
    """
    Add the people of a list, in constant memory, except anyone who has left according to any row of the list or to our
    own records.

    Args:
        lines: See `digest.subscribers.lists.read_list`; read from its start, twice if it can say who has left.
        update: Overwrite existing subscribers with what the list says; otherwise they stay as they are.
        dry_run: Only report what would happen to each row.
        progress: Called with the number of further rows done, chunk by chunk.
        each: Called with the result of each row, in order.

    People who are gone in the program that wrote the list are suppressed here, for the same reason, and unsubscribed if
    only a list had brought them here; see `digest.storage.departing`. Of several rows with one address the first
    counts, or the first that says that the person is gone. Rows are taken in transactions of five thousand: after an
    interruption, import the same list again.

    Raises:
        ValueError: The list has no usable header, nothing says where and when the people agreed, or a column that may
            say who has left is unclear. Nothing was written.
        StorageError: The database failed; the message says up to which line rows were imported.
    """
    with AddressLines() as seen, AddressLines() as gone:
        _find_gone(lines, rules, gone)
        lines.seek(0)
        layout, rows = read_list(lines, rules)
        report = ListImportReport(layout.format, layout.unused, silent=layout.silent)
        importing = _Importing(database, seen, gone, report, update=update, dry_run=dry_run)
        _take_all(importing, rows, progress, each, kept="" if dry_run else "the rows up to line {} are in")
    return report


def _find_gone(lines: TextIO, rules: RowRules, gone: AddressLines) -> None:
    found = who_is_gone(lines, rules)
    while chunk := list(islice(found, _CHUNK)):
        gone.add(chunk)


def _take_all(
    importing: "_Importing",
    rows: Iterator[Row],
    progress: Callable[[int], None],
    each: Callable[[RowReport], object],
    kept: str,
) -> None:
    done = 1
    while chunk := list(islice(rows, _CHUNK)):
        try:
            reports = importing.take(chunk)
        except StorageError as error:
            if not kept:
                raise
            raise StorageError(f"{error}; {kept.format(done)}: import the same list again to continue") from error
        for one in reports:
            each(one)
        done = chunk[-1].line
        progress(len(chunk))


class _Importing:
    """One import: what it knows from one chunk to the next."""

    def __init__(
        self,
        database: Database,
        seen: AddressLines,
        gone: AddressLines,
        report: ListImportReport,
        *,
        update: bool,
        dry_run: bool,
    ) -> None:
        self._database = database
        self._seen = seen
        self._gone = gone
        self._report = report
        self._update = update
        self._dry_run = dry_run
        self._selections: dict[frozenset[str], int] = {}
        with database.read() as connection:
            self._newest = adding.newest(connection)

    def take(self, rows: Sequence[Row]) -> list[RowReport]:
        """Take one chunk, in one transaction, and count it."""
        people = [row.person for row in rows if row.person]
        hashes = [person.address_hash for person in people]
        gone, first = self._gone.lines(hashes), self._seen.lines(hashes)
        fresh: list[Row] = []
        again: dict[int, str] = {}
        for row in rows:
            if row.person is None:
                continue
            address_hash = row.person.address_hash
            if gone.get(address_hash, row.line) != row.line:
                again[row.line] = f"line {gone[address_hash]} has the same address and says that this person is gone"
            elif address_hash in first and address_hash not in gone:
                again[row.line] = f"the same address as line {first[address_hash]}"
            else:
                first[address_hash] = row.line
                fresh.append(row)
        results = self._write(fresh)
        self._seen.add(
            [(row.person.address_hash, row.line) for row in fresh if row.person and self._to_remember(row, results)]
        )
        return [self._counted(row, results, again) for row in rows]

    def _to_remember(self, row: Row, results: Mapping[int, AddResult]) -> bool:
        """Whether a later duplicate must be found here: people who were added are found in the database."""
        return self._dry_run or results.get(row.line) is not AddResult.ADDED

    def _write(self, rows: Sequence[Row]) -> Mapping[int, AddResult]:
        joining = [(row.line, row.person) for row in rows if row.person and not row.departed]
        people = [person for _, person in joining]
        if self._dry_run:
            with self._database.read() as connection:
                results = adding.preview_many(connection, people, update=self._update)
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
                gone = [(row.person, row.departed) for row in rows if row.person and row.departed]
                departing.depart(connection, gone, now)
        return dict(zip((line for line, _ in joining), results, strict=True))

    def _counted(self, row: Row, results: Mapping[int, AddResult], again: Mapping[int, str]) -> RowReport:
        report = self._report
        report.short_rows += row.short
        result = _report_of(row, results, again)
        if result.result is RowResult.REFUSED:
            report.refused_rows += 1
            if len(report.refused) < _SHOWN:
                report.refused.append(row)
        else:
            report.counts[result.result] += 1
        if result.result is AddResult.DUPLICATE and len(report.duplicates) < _SHOWN:
            report.duplicates.append(result)
        for tag in row.tags:
            if tag in report.tags or len(report.tags) < _SHOWN:
                report.tags[tag] += 1
        return result


def _report_of(row: Row, results: Mapping[int, AddResult], again: Mapping[int, str]) -> RowReport:
    if row.person is None:
        return RowReport(row.line, row.written, RowResult.REFUSED, "; ".join(row.problems))
    address = row.person.address
    if row.line in again:
        return RowReport(row.line, address, AddResult.DUPLICATE, again[row.line])
    if row.departed:
        return RowReport(row.line, address, _DEPARTED[row.departed])
    return RowReport(row.line, address, results[row.line])
