"""A subscriber list as CSV: from text to rows and back.

Source: RFC 4180.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from digest.subscribers.lists.cells import read_name
from digest.subscribers.lists.formats import COLUMNS, Field, Layout, read_header
from digest.subscribers.lists.formulas import guarded, guarded_address
from digest.subscribers.lists.rows import Row, RowReader, RowRules
from digest.subscribers.subscriber import Subscriber

_SEPARATORS = ",;\t"
_ADDRESS = re.compile(r"[^\s,;\"<>]+@[^\s,;\"<>]+")


def read_list(lines: Iterable[str], rules: RowRules) -> tuple[Layout, Iterator[Row]]:
    """
    Read the header of a list, then row by row, in constant memory.

    Args:
        lines: The file's lines with their ends (opened with newline=""); a byte order mark is skipped.

    Raises:
        ValueError: The header is not valid CSV or has no column of addresses, a column of `rules.ignored` can't be
            ignored, or neither the columns nor *rules* say where and when the people agreed.

    Columns are found by name; see `digest.subscribers.lists.formats`. The separator is a comma, a semicolon or a tab,
    whichever is most frequent in the header, or the one that a line such as `sep=;` above it names.
    """
    table = _Table(lines)
    layout = read_header(table.header, rules.ignored)
    _proven_or_refuse(layout, rules)
    return layout, _rows(table, layout, RowReader(layout, rules))


def read_cells(lines: Iterable[str]) -> tuple[Sequence[str], Iterator[tuple[int, Sequence[str]]]]:
    """The header of a list, and each row's first line and cells. Skips rows that are not valid CSV."""
    table = _Table(lines)
    return table.header, ((row.line, row.cells) for row in table if not row.error)


def to_row(subscriber: Subscriber) -> Mapping[str, str]:
    """The row that `read_list` reads back as this person, before it is made safe for spreadsheet programs."""
    chosen = subscriber.preferences
    return {
        "email": subscriber.address,
        "name": subscriber.name,
        "language": chosen.language,
        "topics": ";".join(sorted(chosen.topics)),
        "no_match": chosen.no_match.value,
        "paused_until": str(chosen.paused_until or ""),
        "source": subscriber.source,
        "date": str(subscriber.given_on or ""),
        "consent_until": str(subscriber.consent_until or ""),
    }


def write_list(out: TextIO, rows: Iterable[Sequence[str]], columns: Sequence[str] = COLUMNS) -> int:
    """Write *columns* and *rows*, whose cells are in that order, safe for spreadsheet programs; return their number."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        writer.writerow([guarded_address(row[0]), *(guarded(cell) for cell in row[1:])])
    return count


@dataclass(frozen=True, slots=True)
class _Cells:
    """One row: its cells, or why it is not valid CSV and the text of its first line."""

    line: int
    cells: Sequence[str] = ()
    error: str = ""
    text: str = ""


def _in_our_words(error: csv.Error) -> str:
    said = str(error)
    if "field limit" in said:
        return (
            f"a cell has more than {csv.field_size_limit()} characters: shorten it, or close the quote that opened it"
        )
    if "end of data" in said:
        return "a quote is never closed: close it or remove it"
    if "expected after" in said:
        return 'text follows a closing quote: write a quote inside a cell as two, ""'
    return "this row is not CSV: check its quotes and line ends"


class _Table:
    """The header of a list, and its rows when iterated."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._stream = iter(lines)
        header, self._separator, self._above = _header(self._stream)
        try:
            self.header: Sequence[str] = next(csv.reader([header], delimiter=self._separator), [])
        except csv.Error as error:
            raise ValueError(f"the header is not valid: {_in_our_words(error)}") from error
        self._first = ""  # first line of the current row

    def __iter__(self) -> Iterator[_Cells]:
        table = csv.reader(self._remembered(), delimiter=self._separator, strict=True)
        line = self._above
        while True:
            start, self._first = line + 1, ""
            try:
                cells = next(table)
            except StopIteration:
                return
            except csv.Error as error:
                line = table.line_num + self._above
                yield _Cells(start, error=_in_our_words(error), text=self._first)
                continue
            line = table.line_num + self._above
            if any(cells):
                yield _Cells(start, cells)

    def _remembered(self) -> Iterator[str]:
        for line in self._stream:
            if not self._first:
                self._first = line
            yield line


def _header(stream: Iterator[str]) -> tuple[str, str, int]:
    """The header, its separator and its line."""
    for number, line in enumerate(stream, 1):
        text = line.lstrip("\ufeff")
        if text.lower().startswith("sep=") and text[4:5] in _SEPARATORS:  # spreadsheet programs write it
            return next(stream, ""), text[4], number + 1
        if text.strip():
            return text, max(_SEPARATORS, key=text.count), number
    return "", ",", 1


def _rows(table: _Table, layout: Layout, reader: RowReader) -> Iterator[Row]:
    width, email = layout.width, layout.positions[Field.EMAIL]
    for row in table:
        cells = row.cells
        if row.error:
            found = _ADDRESS.search(row.text)
            yield Row(row.line, None, (row.error,), written=found[0] if found else "")
        elif len(cells) > width and any(cell.strip() for cell in cells[width:]):
            problem = f"{len(cells)} cells for {width} columns: put cells that contain the separator in quotes"
            yield Row(row.line, None, (problem,), written=cells[email])
        elif any(cell.strip() for cell in cells):
            yield reader.read(cells, row.line)


def _proven_or_refuse(layout: Layout, rules: RowRules) -> None:
    try:
        read_name(rules.source)
    except ValueError as error:
        raise ValueError(f"--source: {error}") from error
    missing = [
        f"{what} (add a column `{field}`, or {option})"
        for what, field, option, known in (
            ("where these people agreed", Field.SOURCE, "--source TEXT", rules.source or layout.format),
            ("when", Field.DATE, "--date YYYY-MM-DD", rules.date or Field.CONFIRMED in layout),
        )
        if not known and field not in layout
    ]
    if missing:
        raise ValueError(f"consent is not documented: say {' and '.join(missing)}")
