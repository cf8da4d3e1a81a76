"""Suppressions: addresses that must not be mailed, whatever becomes of the subscriber."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from digest.delivery.events import Grounds, weaker
from digest.storage.tables import subscriber, suppression
from digest.storage.upsert import insert_new

UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True)
class Suppression:
    """Why and since when (UTC) an address must not be mailed. `address` is None if only its hash may be kept."""

    address_hash: str
    address: str | None
    reason: str
    created_at: dt.datetime


def add(conn: Connection, address_hash: str, address: str | None, reason: str, now: dt.datetime) -> None:
    """Suppress an address; one that is suppressed already keeps its first reason and date."""
    row = {"address_hash": address_hash, "address": address, "reason": reason, "created_at": now}
    conn.execute(insert_new(conn, suppression), row)


def find(conn: Connection, address_hash: str) -> Suppression | None:
    """The suppression of an address, or None if it may be mailed."""
    row = conn.execute(select(suppression).where(suppression.c.address_hash == address_hash)).one_or_none()
    return None if row is None else Suppression(**row._mapping)  # noqa: SLF001  public in spite of its name


def among(conn: Connection, hashes: Iterable[str]) -> frozenset[str]:
    """Which of *hashes* are suppressed."""
    query = select(suppression.c.address_hash).where(suppression.c.address_hash.in_(list(hashes)))
    return frozenset(conn.execute(query).scalars())


def add_reported(conn: Connection, reported: Mapping[str, tuple[str, Grounds]], now: dt.datetime) -> int:
    """
    Suppress addresses for what a provider reported; of people who are not known (any more) only the hash is kept.

    Args:
        reported: Hash of each address to the address and the reason; one statement must be able to hold them.

    Returns:
        How many were not suppressed before. An address that was keeps its date, and takes a graver reason.
    """
    if not reported:
        return 0
    hashes = sorted(reported)  # in one order, so that two transactions never wait for each other
    known = set(conn.execute(select(subscriber.c.address_hash).where(subscriber.c.address_hash.in_(hashes))).scalars())
    before = among(conn, hashes)
    for address_hash in hashes:
        address, grounds = reported[address_hash]
        add(conn, address_hash, address if address_hash in known else None, grounds, now)
        if address_hash in before and (lesser := weaker(grounds)):
            mine = (suppression.c.address_hash == address_hash, suppression.c.reason.in_(lesser))
            conn.execute(update(suppression).where(*mine).values(reason=grounds.value))
    return len(reported.keys() - before)
