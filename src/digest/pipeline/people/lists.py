"""Subscribers one by one, and all of them as a list."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from digest.storage import erasure
from digest.storage.db.database import Database
from digest.storage.people import adding, list_rows, subscribers
from digest.storage.people.adding import AddResult
from digest.storage.people.reachable import SUPPRESSED, out_of_reach
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.lists.csv_text import to_row, write_list
from digest.subscribers.lists.fields import COLUMNS, STATUS_COLUMN
from digest.subscribers.subscriber import NewSubscriber, State, Subscriber

_ISSUES = 12  # shown for a person


def add_person(database: Database, person: NewSubscriber) -> AddResult:
    """Add one person by hand; return the result, as `adding.add_many` does."""
    with database.write() as connection:
        now = database.now(connection)
        return adding.add_many(connection, [person], update=False, now=now, method=ConsentMethod.ADDED)[0]


@dataclass(frozen=True)
class Exported:
    """How many people an export holds, and how many active ones it leaves out because they are suppressed."""

    people: int
    suppressed: int


def export_list(database: Database, out: TextIO, *, everybody: bool = False) -> Exported:
    """
    Write subscribers as CSV to *out*, in constant memory.

    Args:
        everybody: Also people who have left, whose consent has ended or who are suppressed; a column `status` says so,
            and `import` does not bring them back.
    """
    columns = (*COLUMNS, STATUS_COLUMN) if everybody else COLUMNS
    with database.read() as connection:
        people = write_list(out, list_rows.cells(connection, everybody=everybody), columns)
        lost = {} if everybody else out_of_reach(connection, database.now(connection).date())
    return Exported(people, lost.get(SUPPRESSED, 0))


def rows_of(database: Database) -> Iterator[dict[str, object]]:
    """Every subscriber as a mapping, whatever their state."""
    with database.read() as connection:
        for subscriber in subscribers.stream(connection):
            yield _known(subscriber)


def person(database: Database, address_hash: str) -> dict[str, Any] | None:
    """What is known about one person, their last deliveries included; None if there is no such subscriber."""
    with database.read() as connection:
        subscriber = subscribers.find(connection, address_hash)
        if subscriber is None:
            return None
        every = erasure.deliveries_of(connection, subscriber.id)
    last = [{"month": month, "state": state, "reason": reason} for month, state, reason in reversed(every[-_ISSUES:])]
    return {**_known(subscriber), "deliveries": last}


def _known(subscriber: Subscriber) -> dict[str, object]:
    return {
        **to_row(subscriber),
        "topics": sorted(subscriber.preferences.topics),
        "state": "suppressed" if _is_suppressed(subscriber) else subscriber.state.value,
        "suppression": subscriber.suppressed_for,
        "created": _moment(subscriber.created_at),
        "left": _moment(subscriber.left_at),
    }


def _is_suppressed(subscriber: Subscriber) -> bool:
    return subscriber.state is State.ACTIVE and subscriber.suppressed_for is not None


def _moment(time: dt.datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
