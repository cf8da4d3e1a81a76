"""One row of a subscriber list: from cells to a person, or to what is wrong with them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from digest.errors import InvalidAddress
from digest.subscribers.address import parse_address
from digest.subscribers.lists import cells as cell
from digest.subscribers.lists.departures import Departures
from digest.subscribers.lists.formats import Field, Layout
from digest.subscribers.lists.formulas import unguarded, unguarded_address
from digest.subscribers.lists.leaving import Departed
from digest.subscribers.lists.row_parts import picker, proof_of, wishes_of
from digest.subscribers.subscriber import NewSubscriber
from digest.topics import Taxonomy

_OWN = (Field.EMAIL, Field.NAME, Field.FIRST_NAME, Field.LAST_NAME)  # cells that rarely repeat


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
        written: The address as the list has it, whether it can be read or not.
    """

    line: int
    person: NewSubscriber | None
    problems: tuple[str, ...] = ()
    departed: Departed | None = None
    tags: tuple[str, ...] = ()
    short: bool = False
    written: str = ""


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A person who has left, by the hash of the address; if it is empty, the unclear columns and values."""

    address_hash: str
    unclear: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RowRules:
    """What a row is read against.

    Attributes:
        identify: From an address to its hash.
        source, date: Of the consent, for rows that name none; a row without them is refused.
        today: No consent can be later; None: not looked at.
        ignored: Columns whose unclear values are known to say nothing about leaving.
    """

    taxonomy: Taxonomy
    languages: tuple[str, ...]
    identify: Callable[[str], str]
    source: str = ""
    date: dt.date | None = None
    today: dt.date | None = None
    ignored: tuple[str, ...] = ()


class RowReader:
    """
    Reads the rows of one list.

    Args:
        layout: The meaning of each column.
    """

    def __init__(self, layout: Layout, rules: RowRules) -> None:
        self._identify = rules.identify
        self._width = layout.width
        self._own = picker(layout, _OWN)
        self._departures = Departures(layout)
        self._wishes = wishes_of(layout, rules.taxonomy, rules.languages)
        self._tagged = Field.TAGS in layout
        self._proof = proof_of(layout, rules.source or layout.format, rules.date, rules.today)

    def read(self, cells: Sequence[str], line: int) -> Row:
        """Read one row; `line` is where it begins."""
        short = len(cells) < self._width
        padded = self._padded(cells)
        email, name, first, last = self._own(padded)
        wishes, proof, standing = self._wishes(padded), self._proof(padded), self._departures(padded)
        address, bad_address = _address(email)
        departed = standing.departed or wishes.departed or self._departures.of_address(address)
        if address and departed:
            return Row(line, NewSubscriber(address, self._identify(address)), (), departed, (), short, email)
        called, bad_name = _name(name, first, last)
        if bad_address or bad_name or wishes.problems or proof.problems or standing.problems:
            own = tuple(problem for problem in (bad_address, bad_name) if problem)
            problems = own + wishes.problems + proof.problems + standing.problems
            return Row(line, None, problems, None, (), short, email)
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
        return Row(line, person, (), None, wishes.tags, short, email)

    def survey(self, cells: Sequence[str]) -> Surveyed | None:
        """What one row says about leaving, before any row is imported; None if nothing, or without an address."""
        padded = self._padded(cells)
        standing = self._departures(padded)
        tagged = self._wishes(padded).departed if self._tagged else None
        email = self._own(padded)[0]
        deleted = self._departures.of_address(email.strip())
        if not (standing.departed or standing.unclear or tagged or deleted):
            return None
        address, _ = _address(email)
        if not address:
            return None
        gone = standing.departed or tagged or deleted
        return Surveyed(self._identify(address) if gone else "", () if gone else standing.unclear)

    def _padded(self, cells: Sequence[str]) -> list[str]:
        """As many cells as the header has, plus an empty one."""
        return [*cells[: self._width], *[""] * max(self._width - len(cells), 0), ""]


def read_person(cells: Mapping[Field, str], rules: RowRules) -> Row:
    """Read the cells of one person; missing and empty ones take their defaults."""
    layout = Layout("", len(cells), {field: place for place, field in enumerate(cells)}, {})
    return RowReader(layout, rules).read(list(cells.values()), 1)


def _address(text: str) -> tuple[str, str | None]:
    try:
        return parse_address(unguarded_address(text)), None
    except (InvalidAddress, ValueError) as error:
        return "", f"email: {error}" if text.strip() else "email: empty"


def _name(name: str, first: str, last: str) -> tuple[str, str | None]:
    try:
        if not (first or last):
            return cell.read_name(unguarded(name)), None
        return cell.read_name(f"{unguarded(name)} {unguarded(first)} {unguarded(last)}"), None
    except ValueError as error:
        return "", f"name: {error}"
