"""Requests to change an address: done when the new address confirms, and undone from the old one for some days."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from digest.storage.tables.people import address_change


@dataclass(frozen=True)
class AddressChange:
    """A request; times are UTC.

    Attributes:
        done_at: None until the new address confirms it.
        old_address, old_address_hash: The address before; None until it is done, and when that was erased.
        undo_until: When the old address can no longer take it back; None until it is done.
        undone_at: When it did.
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
    """Keep a request; its id. An earlier one of the same person does nothing from now on."""
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
    """The request, if wanted locked until the end of the transaction; None if there is none."""
    query = select(address_change).where(address_change.c.id == change_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else AddressChange(**row._mapping)  # noqa: SLF001  public in spite of its name


def of_person(connection: Connection, subscriber_id: int) -> list[AddressChange]:
    """Every request of a person that is still kept, oldest first."""
    query = select(address_change).where(address_change.c.subscriber_id == subscriber_id).order_by(address_change.c.id)
    return [AddressChange(**row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def waiting(connection: Connection, subscriber_id: int, now: dt.datetime) -> AddressChange | None:
    """The request of a person that waits for the new address to confirm it; None if none does."""
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
    """Record that the new address has confirmed, and what the address was before."""
    values = {
        "done_at": now,
        "old_address": old_address,
        "old_address_hash": old_address_hash,
        "undo_until": undo_until,
    }
    connection.execute(update(address_change).where(address_change.c.id == change_id).values(values))


def undone(connection: Connection, change: AddressChange, now: dt.datetime) -> None:
    """Record that the old address took a change back. Every later change of that person can't be undone any more."""
    connection.execute(update(address_change).where(address_change.c.id == change.id).values(undone_at=now))
    end_undoing(connection, change.subscriber_id, now, since=change.id)


def end_undoing(connection: Connection, subscriber_id: int, now: dt.datetime, *, since: int = 0) -> None:
    """Let no mailbox undo a change of a person any more.

    Args:
        since: Of the changes with this id or a later one.
    """
    theirs = (address_change.c.subscriber_id == subscriber_id, address_change.c.id >= since)
    connection.execute(update(address_change).where(*theirs, address_change.c.undo_until > now).values(undo_until=now))


def forget_address(connection: Connection, address_hash: str, now: dt.datetime) -> None:
    """Forget an address as the old one of changes, which can't be undone then, and requests to move to it."""
    old = address_change.c.old_address_hash == address_hash
    connection.execute(
        update(address_change).where(old).values(old_address=None, old_address_hash=None, undo_until=now)
    )
    unused = (address_change.c.address_hash == address_hash, address_change.c.done_at.is_(None))
    connection.execute(delete(address_change).where(*unused))


def void(connection: Connection, subscriber_id: int, now: dt.datetime) -> None:
    """Let every request of a person that is not done do nothing from now on."""
    theirs = (address_change.c.subscriber_id == subscriber_id, address_change.c.done_at.is_(None))
    connection.execute(update(address_change).where(*theirs, address_change.c.expires_at > now).values(expires_at=now))


def forget_person(connection: Connection, subscriber_id: int) -> None:
    """Delete every request of a person."""
    connection.execute(delete(address_change).where(address_change.c.subscriber_id == subscriber_id))


def forget_old(connection: Connection, before: dt.datetime) -> int:
    """Delete requests made before then; how many."""
    return connection.execute(delete(address_change).where(address_change.c.requested_at < before)).rowcount
