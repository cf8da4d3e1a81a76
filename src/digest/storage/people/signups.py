"""Sign-ups, stored until they are confirmed or expire."""

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from digest.months import Month
from digest.storage.people import selections
from digest.storage.tables.people import signup
from digest.subscribers.consent import ConsentOrigin, ConsentWording
from digest.subscribers.signup import SignUp, SignUpState, StoredSignUp
from digest.subscribers.subscriber import Preferences


def add(
    connection: Connection,
    wanted: SignUp,
    address_hash: str,
    *,
    origin: ConsentOrigin,
    wording: ConsentWording,
    now: dt.datetime,
    expires_at: dt.datetime,
) -> int:
    """Store a request and return its id."""
    values = _chosen(connection, wanted) | {
        "address": wanted.address,
        "address_hash": address_hash,
        "requested_at": now,
        "expires_at": expires_at,
        "page": origin.page,
        "wording": wording.text,
        "wording_version": wording.version,
        "language": wording.language,
        "network": origin.network,
        "state": SignUpState.WAITING,
    }
    number: int = connection.execute(signup.insert().values(values).returning(signup.c.id)).scalar_one()
    return number


def change_latest(connection: Connection, wanted: SignUp, address_hash: str, now: dt.datetime) -> bool:
    """Update the newest pending request of an address with what is wanted now; False if none is pending."""
    waiting = (signup.c.address_hash == address_hash, signup.c.state == SignUpState.WAITING, signup.c.expires_at > now)
    latest = select(signup.c.id).where(*waiting).order_by(signup.c.id.desc()).limit(1).scalar_subquery()
    return (
        connection.execute(update(signup).where(signup.c.id == latest).values(_chosen(connection, wanted))).rowcount
        == 1
    )


def find(connection: Connection, signup_id: int, *, lock: bool = False) -> StoredSignUp | None:
    """The request, or None. With *lock*, lock it until the end of the transaction."""
    query = select(signup).where(signup.c.id == signup_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _stored(connection, row)


def of_address(connection: Connection, address_hash: str) -> list[StoredSignUp]:
    """Every stored request of an address, oldest first."""
    rows = connection.execute(select(signup).where(signup.c.address_hash == address_hash).order_by(signup.c.id)).all()
    return [_stored(connection, row) for row in rows]


def confirm(connection: Connection, signup_id: int, address_hash: str, subscriber_id: int) -> None:
    """Record that a request was confirmed. Every other pending request of that address becomes void."""
    connection.execute(
        update(signup)
        .where(signup.c.address_hash == address_hash, signup.c.state == SignUpState.WAITING)
        .values(state=SignUpState.VOID)
    )
    values = {"state": SignUpState.CONFIRMED, "subscriber_id": subscriber_id}
    connection.execute(update(signup).where(signup.c.id == signup_id).values(values))


def forget_address(connection: Connection, address_hash: str) -> int:
    """Delete every request of an address; return how many."""
    return _delete(connection, signup.c.address_hash == address_hash)


def forget_until(connection: Connection, address_hash: str, time: dt.datetime) -> int:
    """Delete every request that an address made up to *time*; return how many."""
    return _delete(connection, (signup.c.address_hash == address_hash) & (signup.c.requested_at <= time))


def forget_old(connection: Connection, before: dt.datetime) -> int:
    """Delete requests made before that time; return how many."""
    return _delete(connection, signup.c.requested_at < before)


def _delete(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(signup).where(which)).rowcount


def _chosen(connection: Connection, wanted: SignUp) -> dict[str, Any]:
    chosen = wanted.preferences
    return {
        "name": wanted.name,
        "preferred_language": chosen.language,
        "selection_id": selections.ensure(connection, chosen.topics),
        "no_match": chosen.no_match,
        "paused_until": str(chosen.paused_until) if chosen.paused_until else None,
    }


def _stored(connection: Connection, row: Row[Any]) -> StoredSignUp:
    topics = selections.topics_of(connection, [row.selection_id]).get(row.selection_id, frozenset())
    paused_until = Month.parse(row.paused_until) if row.paused_until else None
    return StoredSignUp(
        id=row.id,
        address=row.address,
        address_hash=row.address_hash,
        name=row.name,
        preferences=Preferences(topics, row.preferred_language, row.no_match, paused_until),
        requested_at=row.requested_at,
        expires_at=row.expires_at,
        page=row.page,
        wording=row.wording,
        wording_version=row.wording_version,
        language=row.language,
        network=row.network,
        state=row.state,
        subscriber_id=row.subscriber_id,
    )
