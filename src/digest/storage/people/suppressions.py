"""Suppressions: addresses that must not be mailed. They outlive the subscriber."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from digest.storage.db.upsert import insert_new, is_one_of
from digest.storage.tables.people import subscriber, suppression
from digest.subscribers.suppression import (
    LIFTED_BY_THE_PERSON,
    Reason,
    Suppressing,
    replaced_by_operator,
    replaced_by_report,
)

_AT_ONCE = 1000  # rows of a stream in memory


@dataclass(frozen=True)
class Suppression:
    """Why and since when (UTC) an address must not be mailed. `address` is None if only its hash may be kept."""

    address_hash: str
    address: str | None
    reason: Reason
    created_at: dt.datetime


def add(connection: Connection, address_hash: str, address: str | None, reason: Reason, now: dt.datetime) -> None:
    """Suppress an address. If it is already suppressed, its reason and date stay."""
    row = {"address_hash": address_hash, "address": address, "reason": reason, "created_at": now}
    connection.execute(insert_new(connection, suppression), row)


def find(connection: Connection, address_hash: str) -> Suppression | None:
    """The suppression of an address, or None if it may be mailed."""
    row = connection.execute(select(suppression).where(suppression.c.address_hash == address_hash)).one_or_none()
    return None if row is None else Suppression(**row._mapping)  # noqa: SLF001  public in spite of its name


def among(connection: Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Which of *hashes* are suppressed."""
    query = select(suppression.c.address_hash).where(is_one_of(connection, suppression.c.address_hash, list(hashes)))
    return frozenset(connection.execute(query).scalars())


def add_all(connection: Connection, suppressing: Suppressing, now: dt.datetime) -> None:
    """Suppress many addresses. Those that are already suppressed keep their reason and date."""
    rows = [
        {"address_hash": address_hash, "address": address, "reason": reason, "created_at": now}
        for address_hash, (address, reason) in suppressing.items()
    ]
    if rows:
        connection.execute(insert_new(connection, suppression), rows)


def add_by_operator(connection: Connection, address_hash: str, address: str, reason: Reason, now: dt.datetime) -> bool:
    """Suppress an address for the operator, or replace a reason that gives way to it; False if nothing changed."""
    old = find(connection, address_hash)
    if old is None:
        add(connection, address_hash, address, reason, now)
        return True
    if old.reason not in replaced_by_operator(reason):
        return False
    # the address of an erased person is not stored again
    values = {"reason": reason, "created_at": now}
    connection.execute(update(suppression).where(suppression.c.address_hash == address_hash).values(values))
    return True


def stream(connection: Connection) -> Iterator[Suppression]:
    """Yield every suppression, oldest first, in constant memory. Valid during the transaction."""
    query = select(suppression).order_by(suppression.c.created_at, suppression.c.address_hash)
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        yield Suppression(**row._mapping)  # noqa: SLF001


def lift(connection: Connection, address_hash: str) -> bool:
    """Let an address be mailed again; False if it was not suppressed."""
    return connection.execute(delete(suppression).where(suppression.c.address_hash == address_hash)).rowcount == 1


def forget_address(connection: Connection, address_hash: str, now: dt.datetime) -> None:
    """Suppress an erased address by its hash only. A reason that only the operator may lift stays."""
    add(connection, address_hash, None, Reason.ERASED, now)
    connection.execute(update(suppression).where(suppression.c.address_hash == address_hash).values(address=None))
    connection.execute(
        update(suppression)
        .where(suppression.c.address_hash == address_hash, suppression.c.reason.in_(list(LIFTED_BY_THE_PERSON)))
        .values(reason=Reason.ERASED)
    )


def add_reported(connection: Connection, reported: Suppressing, now: dt.datetime) -> int:
    """
    Suppress addresses that a provider reported. For people who are not subscribers, only the hash is stored.

    Args:
        reported: No more than fit into one statement.

    Returns:
        How many were not suppressed before. The others keep their date, and get the reason if it is more severe.
    """
    if not reported:
        return 0
    hashes = sorted(reported)  # in one order, so that two transactions never deadlock
    known = set(
        connection.execute(select(subscriber.c.address_hash).where(subscriber.c.address_hash.in_(hashes))).scalars()
    )
    before = among(connection, hashes)
    for address_hash in hashes:
        address, reason = reported[address_hash]
        add(connection, address_hash, address if address_hash in known else None, reason, now)
        if address_hash in before:
            mine = (suppression.c.address_hash == address_hash, suppression.c.reason.in_(replaced_by_report(reason)))
            connection.execute(update(suppression).where(*mine).values(reason=reason))
    return len(reported.keys() - before)
