"""What a whole list says about people who have left, found before any of its rows is imported."""

from collections.abc import Iterable, Iterator

from digest.subscribers.lists.csv_text import read_cells
from digest.subscribers.lists.fields import Field
from digest.subscribers.lists.formats import Layout, read_header
from digest.subscribers.lists.rows import RowReader, RowRules

_SHOWN = 5  # values of a column that a message lists
_SHOWN_LENGTH = 40  # characters of each
_REMEMBERED = 1000  # values of all columns together


def who_is_gone(lines: Iterable[str], rules: RowRules) -> Iterator[tuple[str, int]]:
    """
    Yield the hash and the line of every row whose person has left, in constant memory.

    Reads only the header if no column can say so.

    Raises:
        ValueError: A column that may say who has left has unclear values, and is not in `rules.ignored`. Raised at the
            end of the list, so that it includes the values of every row.
    """
    header, rows = read_cells(lines)
    layout = read_header(header, rules.ignored)
    if not _can_say(layout):
        return
    reader, unclear = RowReader(layout, rules), _Unclear()
    for line, cells in rows:
        found = reader.survey(cells)
        if found and found.address_hash:
            yield found.address_hash, line
        elif found:
            unclear.add(line, found.unclear)
    unclear.stop_if_any()


def _can_say(layout: Layout) -> bool:
    return bool(layout.leaving or layout.others or layout.placeholder or Field.TAGS in layout)


class _Unclear:
    """The unclear values of each column, and the line where each comes first."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, int]] = {}
        self._values = 0

    def add(self, line: int, unclear: Iterable[tuple[str, str]]) -> None:
        for column, value in unclear:
            of_column = self._found.setdefault(column, {})
            if value.strip() not in of_column and (self._values < _REMEMBERED or not of_column):
                of_column[value.strip()] = line
                self._values += 1

    def stop_if_any(self) -> None:
        if self._found:
            raise ValueError("; ".join(self._message(*one) for one in self._found.items()))

    def _message(self, column: str, values: dict[str, int]) -> str:
        shown = [f"{_short(value)} (line {line})" for value, line in list(values.items())[:_SHOWN]]
        more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
        return (
            f"the column `{column}` may say who has unsubscribed, but these values are ambiguous: "
            f"{', '.join(shown)}{more}. Nothing was imported. "
            "Write `unsubscribed` in that column for everyone who has left, then import the "
            f"list with `--ignore-column {_quoted(column)}`, which ignores only ambiguous values"
        )


def _short(value: str) -> str:
    return repr(value[:_SHOWN_LENGTH]) if value else "an empty cell"


def _quoted(column: str) -> str:
    return f'"{column}"' if " " in column else column
