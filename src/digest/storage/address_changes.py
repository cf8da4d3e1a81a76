"""Requests to change an address: done when the new address confirms."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from digest.storage.tables import address_change


@dataclass(frozen=True)
class AddressChange:
    """A request; times are UTC, `done_at` is None until it is confirmed."""

    id: int
    subscriber_id: int
    address: str
    address_hash: str
    requested_at: dt.datetime
    expires_at: dt.datetime
    done_at: dt.datetime | None


def add(
    conn: Connection,
    subscriber_id: int,
    address: str,
    address_hash: str,
    *,
    now: dt.datetime,
    expires_at: dt.datetime,
) -> int:
    """Keep a request; its id. An earlier one of the same person does nothing from now on."""
    void(conn, subscriber_id, now)
    values = {
        "subscriber_id": subscriber_id,
        "address": address,
        "address_hash": address_hash,
        "requested_at": now,
        "expires_at": expires_at,
    }
    number: int = conn.execute(address_change.insert().values(values).returning(address_change.c.id)).scalar_one()
    return number


def find(conn: Connection, change_id: int, *, lock: bool = False) -> AddressChange | None:
    """The request, if wanted locked until the end of the transaction; None if there is none."""
    query = select(address_change).where(address_change.c.id == change_id)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else AddressChange(**row._mapping)  # noqa: SLF001  public in spite of its name


def of_person(conn: Connection, subscriber_id: int) -> list[AddressChange]:
    """Every request of a person that is still kept, oldest first."""
    query = select(address_change).where(address_change.c.subscriber_id == subscriber_id).order_by(address_change.c.id)
    return [AddressChange(**row._mapping) for row in conn.execute(query)]  # noqa: SLF001


def done(conn: Connection, change_id: int, now: dt.datetime) -> None:
    """Say that the new address has confirmed."""
    conn.execute(update(address_change).where(address_change.c.id == change_id).values(done_at=now))


def void(conn: Connection, subscriber_id: int, now: dt.datetime) -> None:
    """Let every request of a person that is not done do nothing from now on."""
    theirs = (address_change.c.subscriber_id == subscriber_id, address_change.c.done_at.is_(None))
    conn.execute(update(address_change).where(*theirs, address_change.c.expires_at > now).values(expires_at=now))


def forget_person(conn: Connection, subscriber_id: int) -> None:
    """Delete every request of a person."""
    conn.execute(delete(address_change).where(address_change.c.subscriber_id == subscriber_id))


def forget_old(conn: Connection, before: dt.datetime) -> int:
    """Delete requests made before then; how many."""
    return conn.execute(delete(address_change).where(address_change.c.requested_at < before)).rowcount
