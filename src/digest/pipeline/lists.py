"""Subscribers one by one, and all of them as a list."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, TextIO

from digest.storage import adding, erasure, list_rows, subscribers
from digest.storage.adding import AddResult
from digest.storage.database import Database
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.lists import to_row, write_list
from digest.subscribers.subscriber import NewSubscriber, Subscriber

_ISSUES = 12  # that are told of a person


def add_person(database: Database, person: NewSubscriber) -> AddResult:
    """Add one person by hand; says what became of it, as `adding.add_many` does."""
    with database.write() as connection:
        now = database.now(connection)
        return adding.add_many(connection, [person], update=False, now=now, method=ConsentMethod.ADDED)[0]


def export_list(database: Database, out: TextIO) -> int:
    """Write every active subscriber as CSV to *out*, in constant memory; returns their number."""
    with database.read() as connection:
        return write_list(out, list_rows.cells(connection))


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
        "state": subscriber.state.value,
        "created": _moment(subscriber.created_at),
        "left": _moment(subscriber.left_at),
    }


def _moment(time: dt.datetime | None) -> str | None:
    return time.isoformat(timespec="seconds") if time else None
