"""One row of a subscriber list: from cells to a person, or to what is wrong with them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from digest.errors import InvalidAddress
from digest.subscribers import cells as cell
from digest.subscribers.address import parse_address
from digest.subscribers.cells import Departed
from digest.subscribers.formats import Field, Layout
from digest.subscribers.formulas import unguarded
from digest.subscribers.row_parts import picker, proof_of, wishes_of
from digest.subscribers.subscriber import NewSubscriber
from digest.topics import Taxonomy

_OWN = (  # cells that are hardly ever the same in two rows, or nearly always empty
    Field.EMAIL, Field.NAME, Field.FIRST_NAME, Field.LAST_NAME,
    Field.UNSUBSCRIBED, Field.CLEANED, Field.SUBSCRIBED, Field.DELETED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
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
    """

    def __init__(self, layout: Layout, rules: RowRules) -> None:
        self._identify = rules.identify
        self._width = layout.width
        self._own = picker(layout, _OWN)
        self._wishes = wishes_of(layout, rules.taxonomy, rules.languages)
        self._proof = proof_of(layout, rules.source or layout.format, rules.date, rules.today)

    def read(self, cells: Sequence[str], line: int) -> Row:
        """Read one row; `line` is where it begins."""
        short = len(cells) < self._width
        padded = [*cells[: self._width], *[""] * (self._width - len(cells) + 1)]
        email, name, first, last, *there = self._own(padded)
        wishes, proof = self._wishes(padded), self._proof(padded)
        address, bad_address = _address(email)
        called, bad_name = _name(name, first, last)
        if address and (departed := _departed(there) if any(there) else proof.departed):
            return Row(line, NewSubscriber(address, self._identify(address)), (), departed, (), short)
        if bad_address or bad_name or wishes.problems or proof.problems:
            own = tuple(problem for problem in (bad_address, bad_name) if problem)
            return Row(line, None, own + wishes.problems + proof.problems, None, (), short)
        person = NewSubscriber(
            address,
            self._identify(address),
            called,
            wishes.preferences,
            proof.source,
            proof.given_on,
            proof.kind,
            proof.until,
            wishes.says,
        )
        return Row(line, person, (), None, wishes.tags, short)


def read_person(cells: Mapping[Field, str], rules: RowRules) -> Row:
    """Read the cells of one person; missing and empty ones take their defaults."""
    layout = Layout("", len(cells), {field: place for place, field in enumerate(cells)}, {})
    return RowReader(layout, rules).read(list(cells.values()), 1)


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
        if not (first or last):
            return cell.read_name(unguarded(name)), None
        return cell.read_name(f"{unguarded(name)} {unguarded(first)} {unguarded(last)}"), None
    except ValueError as error:
        return "", f"name: {error}"
