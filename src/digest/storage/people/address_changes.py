"""Requests to change an address. The new address confirms; for some days after that, the old one can undo it."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from digest.storage.tables.people import address_change


@dataclass(frozen=True)
class AddressChange:
    """A request; times are UTC.

    Attributes:
        done_at: None until the new address confirms it.
        old_address, old_address_hash: The previous address; None until the change is done, or if it was erased.
        undo_until: Until when the old address can undo the change; None until it is done.
        undone_at: When the old address undid it, or None.
    """

    id: int
    subscriber_id: int
    address: str
    address_hash: str
    requested_at: dt.datetime
    expires_at: dt.datetime
    done_at: dt.datetime | None
    old_address: str | None = None
    old_address_hash: str | None = None
    undo_until: dt.datetime | None = None
    undone_at: dt.datetime | None = None


def add(
    connection: Connection,
    subscriber_id: int,
    address: str,
    address_hash: str,
    *,
    now: dt.datetime,
    expires_at: dt.datetime,
) -> int:
    """Store a request and return its id. Earlier requests of the same person become void."""
    void(connection, subscriber_id, now)
    values = {
        "subscriber_id": subscriber_id,
        "address": address,
        "address_hash": address_hash,
        "requested_at": now,
        "expires_at": expires_at,
    }
    number: int = connection.execute(address_change.insert().values(values).returning(address_change.c.id)).scalar_one()
    return number


def find(connection: Connection, change_id: int, *, lock: bool = False) -> AddressChange | None:
    """The request, or None. With *lock*, lock it until the end of the transaction."""
    query = select(address_change).where(address_change.c.id == change_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else AddressChange(**row._mapping)  # noqa: SLF001  public in spite of its name


def of_person(connection: Connection, subscriber_id: int) -> list[AddressChange]:
    """Every stored request of a person, oldest first."""
    query = select(address_change).where(address_change.c.subscriber_id == subscriber_id).order_by(address_change.c.id)
    return [AddressChange(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def waiting(connection: Connection, subscriber_id: int, now: dt.datetime) -> AddressChange | None:
    """A person's request that the new address has yet to confirm, or None."""
    query = (
        select(address_change)
        .where(address_change.c.subscriber_id == subscriber_id, address_change.c.done_at.is_(None))
        .where(address_change.c.expires_at > now)
        .order_by(address_change.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else AddressChange(**row._mapping)  # noqa: SLF001


def done(
    connection: Connection,
    change_id: int,
    old_address: str,
    old_address_hash: str,
    *,
    now: dt.datetime,
    undo_until: dt.datetime,
) -> None:
    """Record that the new address has confirmed, with the previous address."""
    values = {
        "done_at": now,
        "old_address": old_address,
        "old_address_hash": old_address_hash,
        "undo_until": undo_until,
    }
    connection.execute(update(address_change).where(address_change.c.id == change_id).values(values))


def undone(connection: Connection, change: AddressChange, now: dt.datetime) -> None:
    """Record that the old address undid a change. That person's later changes can no longer be undone."""
    connection.execute(update(address_change).where(address_change.c.id == change.id).values(undone_at=now))
    end_undoing(connection, change.subscriber_id, now, since=change.id)


def end_undoing(connection: Connection, subscriber_id: int, now: dt.datetime, *, since: int = 0) -> None:
    """End the time in which old addresses can undo a person's changes.

    Args:
        since: Only changes with this id or a later one.
    """
    theirs = (address_change.c.subscriber_id == subscriber_id, address_change.c.id >= since)
    connection.execute(update(address_change).where(*theirs, address_change.c.undo_until > now).values(undo_until=now))


def forget_address(connection: Connection, address_hash: str, now: dt.datetime) -> None:
    """Erase an address from changes where it is the old one, so they can't be undone; delete requests to move to it."""
    old = address_change.c.old_address_hash == address_hash
    connection.execute(
        update(address_change).where(old).values(old_address=None, old_address_hash=None, undo_until=now)
    )
    unused = (address_change.c.address_hash == address_hash, address_change.c.done_at.is_(None))
    connection.execute(delete(address_change).where(*unused))


def void(connection: Connection, subscriber_id: int, now: dt.datetime) -> None:
    """Make a person's unconfirmed requests void: their links no longer do anything."""
    theirs = (address_change.c.subscriber_id == subscriber_id, address_change.c.done_at.is_(None))
    connection.execute(update(address_change).where(*theirs, address_change.c.expires_at > now).values(expires_at=now))


def forget_person(connection: Connection, subscriber_id: int) -> None:
    """Delete every request of a person."""
    connection.execute(delete(address_change).where(address_change.c.subscriber_id == subscriber_id))


def forget_old(connection: Connection, before: dt.datetime) -> int:
    """Delete requests made before that time; return how many."""
    return connection.execute(delete(address_change).where(address_change.c.requested_at < before)).rowcount
