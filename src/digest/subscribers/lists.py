"""A subscriber list as CSV: from text to rows, and back.

Source: RFC 4180.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TextIO

from digest.subscribers.cells import read_name
from digest.subscribers.formats import COLUMNS, Field, Layout, read_header
from digest.subscribers.formulas import guarded
from digest.subscribers.rows import Row, RowReader, RowRules
from digest.subscribers.subscriber import Subscriber

_SEPARATORS = ",;\t"


def read_list(lines: Iterable[str], rules: RowRules) -> tuple[Layout, Iterator[Row]]:
    """
    Read the header of a list, then row by row, in constant memory.

    Args:
        lines: The file's lines with their ends (opened with newline=""); a byte order mark is skipped.

    Raises:
        ValueError: The header names no column of addresses, or nothing fit says where and when the people agreed.

    Columns are found by name; see `digest.subscribers.formats`. The separator is a comma, a semicolon or a tab,
    whichever the header holds most of; a line `sep=;` before it is obeyed.
    """
    stream = iter(lines)
    header, separator, line = _header(stream)
    layout = read_header(next(csv.reader([header], delimiter=separator), []))
    _proven_or_refuse(layout, rules)
    return layout, _rows(stream, separator, line, RowReader(layout, rules), layout.width)


def to_row(subscriber: Subscriber) -> Mapping[str, str]:
    """The row that `read_list` reads back as this person, not yet safe from spreadsheet programs."""
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


def write_list(out: TextIO, rows: Iterable[Sequence[str]]) -> int:
    """Write a header and *rows*, their cells in the order of COLUMNS, safe from spreadsheet programs; their number."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007
        writer.writerow([guarded(cell) for cell in row])
    return count


def _header(stream: Iterator[str]) -> tuple[str, str, int]:
    """The header, its separator and its line."""
    for number, line in enumerate(stream, 1):
        text = line.lstrip("\ufeff")
        if text.lower().startswith("sep=") and text[4:5] in _SEPARATORS:  # as spreadsheet programs write it
            return next(stream, ""), text[4], number + 1
        if text.strip():
            return text, max(_SEPARATORS, key=text.count), number
    return "", ",", 1


def _rows(stream: Iterator[str], separator: str, line: int, reader: RowReader, width: int) -> Iterator[Row]:
    table = csv.reader(stream, delimiter=separator, strict=True)
    above = line
    while True:
        start = line + 1
        try:
            cells = next(table)
        except StopIteration:
            return
        except csv.Error as error:
            line = table.line_num + above
            yield Row(start, None, (f"not CSV: {error}: check the quotes",))
            continue
        line = table.line_num + above
        if len(cells) > width and any(cell.strip() for cell in cells[width:]):
            yield Row(start, None, (f"{len(cells)} cells under {width} columns: quote cells with a separator",))
        elif any(cells) and any(cell.strip() for cell in cells):
            yield reader.read(cells, start)


def _proven_or_refuse(layout: Layout, rules: RowRules) -> None:
    try:
        read_name(rules.source)
    except ValueError as error:
        raise ValueError(f"--source: {error}") from error
    missing = [
        f"{what} (add a column `{field}`, or {option})"
        for what, field, option, known in (
            ("where the people agreed", Field.SOURCE, "--source TEXT", rules.source or layout.format),
            ("when", Field.DATE, "--date YYYY-MM-DD", rules.date or Field.CONFIRMED in layout),
        )
        if not known and field not in layout
    ]
    if missing:
        raise ValueError(f"nothing proves the consent of these people: say {' and '.join(missing)}")
