"""One row of a subscriber list: from cells to a person, or to what is wrong with them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from digest.errors import InvalidAddress
from digest.subscribers import cells as cell
from digest.subscribers.address import parse_address
from digest.subscribers.cells import Departed
from digest.subscribers.consent import ConsentKind
from digest.subscribers.formats import Field, Layout
from digest.subscribers.formulas import unguarded
from digest.subscribers.subscriber import NewSubscriber, Preferences
from digest.topics import Taxonomy

_SINGLE = (  # cells that are hardly ever the same in two rows, or nearly always empty
    Field.EMAIL, Field.FIRST_NAME, Field.LAST_NAME, Field.NAME,
    Field.UNSUBSCRIBED, Field.CLEANED, Field.SUBSCRIBED, Field.DELETED,
)  # fmt: skip
_PREFERENCES = (Field.LANGUAGE, Field.TOPICS, Field.NO_MATCH, Field.PAUSED_UNTIL)
_REMEMBERED = 10_000  # different cells of one column, such as sets of topics


@dataclass(frozen=True)
class Row:
    """
    One row of a list: a person, or what is wrong with it.

    Attributes:
        line: Where it begins, counted from 1, the header included.
        departed: Why the person gets no mail in the program that wrote the list, and so must get none here; of the
            person only the address is read.
        tags: Words of another program that are no topics here.
        short: Whether it has fewer cells than the header; those that are missing count as empty.
    """

    line: int
    person: NewSubscriber | None
    problems: tuple[str, ...] = ()
    departed: Departed | None = None
    tags: tuple[str, ...] = ()
    short: bool = False


@dataclass(frozen=True)
class RowRules:
    """What a row is read against.

    Attributes:
        identify: From an address to its hash.
        source, date: Of the consent, for rows that name none; a row without them is refused.
        today: No consent can be later; None: not looked at.
    """

    taxonomy: Taxonomy
    languages: tuple[str, ...]
    identify: Callable[[str], str]
    source: str = ""
    date: dt.date | None = None
    today: dt.date | None = None


class RowReader:
    """
    Reads the rows of one list.

    Args:
        layout: Which column holds what.

    What nearly every row repeats (topics, dates, languages) is read once and remembered.
    """

    def __init__(self, layout: Layout, rules: RowRules) -> None:
        self._rules = rules
        self._source = rules.source or layout.format
        self._width = layout.width
        self._says = _says(layout)
        taxonomy = rules.taxonomy
        parsers: dict[Field, Callable[[str], Any]] = {
            Field.TOPICS: lambda text: cell.read_topics(text, taxonomy),
            Field.TAGS: lambda text: cell.read_tags(text, taxonomy),
            Field.LANGUAGE: lambda text: cell.read_language(text, rules.languages),
            Field.NO_MATCH: cell.read_no_match,
            Field.PAUSED_UNTIL: cell.read_month,
            Field.SOURCE: lambda text: cell.read_name(unguarded(text)),
            Field.DATE: lambda text: cell.read_date(text, rules.today),
            Field.CONFIRMED: cell.read_date,
            Field.CONSENT_UNTIL: cell.read_date,
            Field.STATUS: cell.read_status,
        }
        self._memos = [_Memo(field, parse) for field, parse in parsers.items()]
        self._pick = _picker(layout, _SINGLE)
        self._pick_repeated = _picker(layout, tuple(parsers))

    def read(self, cells: Sequence[str], line: int) -> Row:
        """Read one row; `line` is where it begins."""
        short = len(cells) < self._width
        padded = [*cells[: self._width], *[""] * (self._width - len(cells) + 1)]
        email, first, last, name, *there = self._pick(padded)
        address, bad_address = _address(email)
        called, bad_name = _name(name, first, last)
        read = [memo[text] for memo, text in zip(self._memos, self._pick_repeated(padded), strict=True)]
        if address and (departed := _departed(there) if any(there) else read[-1][0]):
            return Row(line, NewSubscriber(address, self._rules.identify(address)), (), departed, (), short)
        problems = [bad for _, bad in [(0, bad_address), (0, bad_name), *read] if bad] or self._unproven(read)
        if problems:
            return Row(line, None, tuple(problems), None, (), short)
        person = self._person(address, called, [value for value, _ in read])
        return Row(line, person, (), None, read[1][0][1], short)

    def _unproven(self, read: Sequence[tuple[Any, str | None]]) -> list[str]:
        problems = []
        if not (self._source or read[5][0]):
            problems.append("source: empty: where did this person agree? fill it in, or give --source")
        if not (self._rules.date or read[6][0] or read[7][0]):
            problems.append("date: empty: when did this person agree? fill it in, or give --date")
        return problems

    def _person(self, address: str, name: str, values: Sequence[Any]) -> NewSubscriber:
        topics, (tagged, _), language, no_match, paused_until, source, date, confirmed, until, _ = values
        return NewSubscriber(
            address,
            self._rules.identify(address),
            name,
            Preferences(topics | tagged, language, no_match, paused_until),
            source or self._source,
            date or confirmed or self._rules.date,
            ConsentKind.IMPLIED if until else ConsentKind.EXPRESS,
            until,
            self._says | {Field.TOPICS.value} if tagged else self._says,
        )


def read_person(cells: Mapping[Field, str], rules: RowRules) -> Row:
    """Read the cells of one person; missing and empty ones take their defaults."""
    layout = Layout("", len(cells), {field: place for place, field in enumerate(cells)}, {})
    return RowReader(layout, rules).read(list(cells.values()), 1)


class _Memo(dict[str, tuple[Any, str | None]]):
    """From a cell to its value, or to what is wrong with it."""

    def __init__(self, field: Field, parse: Callable[[str], Any]) -> None:
        super().__init__()
        self._field = field
        self._parse = parse

    def __missing__(self, text: str) -> tuple[Any, str | None]:
        if len(self) >= _REMEMBERED:
            self.clear()
        found: tuple[Any, str | None]
        try:
            found = self._parse(text), None
        except ValueError as error:
            found = None, f"{self._field}: {error}"
        self[text] = found
        return found


def _picker(layout: Layout, fields: Sequence[Field]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Picks the cells of *fields*; one that no column holds is the empty cell after the last."""
    return itemgetter(*(layout.positions.get(field, layout.width) for field in fields))


def _says(layout: Layout) -> frozenset[str]:
    named = "name" if {Field.NAME, Field.FIRST_NAME, Field.LAST_NAME} & layout.positions.keys() else None
    words = [field.value for field in _PREFERENCES if field in layout]
    return frozenset([*words, named] if named else words)


def _address(text: str) -> tuple[str, str | None]:
    try:
        return parse_address(unguarded(text)), None
    except InvalidAddress as error:
        return "", f"email: {error}" if text.strip() else "email: empty"


def _departed(there: Sequence[str]) -> Departed | None:
    unsubscribed, cleaned, subscribed, deleted = there
    if unsubscribed.strip() or cell.is_false(subscribed):
        return Departed.UNSUBSCRIBED
    if cleaned.strip():
        return Departed.CLEANED
    return Departed.ABSENT if deleted.strip() else None


def _name(name: str, first: str, last: str) -> tuple[str, str | None]:
    try:
        return cell.read_name(f"{unguarded(name)} {unguarded(first)} {unguarded(last)}"), None
    except ValueError as error:
        return "", f"name: {error}"
