"""The queue of notifications: durable, leased, each tried until it is accepted or its retries are used up."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, func, or_, select, update

from digest.delivery.notifications import LONGEST_WAIT
from digest.storage.tables.notifications import NotificationState, notification

_OPEN = (NotificationState.WAITING, NotificationState.SENDING)


@dataclass(frozen=True)
class QueuedNotification:
    """A notification that this process has claimed.

    Attributes:
        subject_id: The id of what it is about: the sign-up for `confirm`, the address change for `address` and
            `address-changed`, the subscriber for `new-address`, `export` and `erase`; None for `link`.
        attempts: Includes this one.
    """

    id: int
    kind: str
    address: str
    address_hash: str
    language: str
    subject_id: int | None
    created_at: dt.datetime
    attempts: int


@dataclass(frozen=True)
class RequestedMail:
    """When a mail was enqueued, and how far it has got."""

    at: dt.datetime
    state: NotificationState


def add(
    connection: Connection,
    kind: str,
    address: str,
    address_hash: str,
    *,
    language: str,
    subject_id: int | None,
    now: dt.datetime,
) -> int:
    """Put a mail into the queue; its id."""
    values = {
        "kind": str(kind),
        "address": address,
        "address_hash": address_hash,
        "language": language,
        "subject_id": subject_id,
        "created_at": now,
        "state": NotificationState.WAITING,
        "attempts": 0,
        "next_at": now,
    }
    number: int = connection.execute(notification.insert().values(values).returning(notification.c.id)).scalar_one()
    return number


def is_due(connection: Connection, now: dt.datetime) -> bool:
    """Whether there is something to claim; takes no lock."""
    due = exists().where(_due(now))
    return bool(connection.execute(select(due)).scalar_one())


def claim(connection: Connection, *, owner: str, lease: dt.timedelta, now: dt.datetime) -> QueuedNotification | None:
    """
    Take the one that has been due for longest, until *lease* from now; None if none is due.

    One whose owner has not reported within its lease is due again: to hand over the same mail twice is harmless, to
    lose it is not.
    """
    query = (
        select(notification)
        .where(_due(now))
        .order_by(notification.c.next_at, notification.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    values = {
        "state": NotificationState.SENDING,
        "owner": owner,
        "attempts": row.attempts + 1,
        "next_at": now + lease,
    }
    connection.execute(update(notification).where(notification.c.id == row.id).values(values))
    return _queued(row)


def finish(
    connection: Connection,
    taken: QueuedNotification,
    state: NotificationState,
    *,
    owner: str,
    now: dt.datetime,
    detail: str | None = None,
    next_at: dt.datetime | None = None,
) -> bool:
    """
    Write down what became of it.

    Args:
        next_at: When it is tried again, if *state* is `waiting`.

    Returns:
        False if another process took it over meanwhile: then that one reports.
    """
    mine = and_(
        notification.c.id == taken.id,
        notification.c.state == NotificationState.SENDING,
        notification.c.owner == owner,
        notification.c.attempts == taken.attempts,
    )
    values = {
        "state": state,
        "detail": detail,
        "next_at": next_at or now,
        "finished_at": None if state in _OPEN else now,
    }
    return connection.execute(update(notification).where(mine).values(values)).rowcount == 1


def count(connection: Connection) -> dict[NotificationState, int]:
    """How many are in each state, as long as they are kept."""
    query = select(notification.c.state, func.count()).group_by(notification.c.state)
    return dict.fromkeys(NotificationState, 0) | {state: number for state, number in connection.execute(query)}  # noqa: C416


def failed(connection: Connection) -> list[tuple[int, str, str]]:
    """Id, kind and detail of those that were given up, oldest first."""
    query = (
        select(notification.c.id, notification.c.kind, notification.c.detail)
        .where(notification.c.state == NotificationState.FAILED)
        .order_by(notification.c.id)
    )
    return [(row.id, row.kind, row.detail or "") for row in connection.execute(query)]


def of_address(connection: Connection, address_hash: str) -> list[tuple[str, dt.datetime, NotificationState]]:
    """Kind, time and state of every mail to an address that is still kept, oldest first."""
    query = (
        select(notification.c.kind, notification.c.created_at, notification.c.state)
        .where(notification.c.address_hash == address_hash)
        .order_by(notification.c.id)
    )
    return [(row.kind, row.created_at, row.state) for row in connection.execute(query)]


def latest(connection: Connection, kind: str, address_hash: str, after: dt.datetime) -> RequestedMail | None:
    """The newest mail of a kind to an address that was enqueued after that time; None if there is none."""
    query = (
        select(notification.c.created_at, notification.c.state)
        .where(notification.c.address_hash == address_hash, notification.c.kind == str(kind))
        .where(notification.c.created_at > after)
        .order_by(notification.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else RequestedMail(row.created_at, row.state)


def forget_about(connection: Connection, address_hash: str, kind: str, subject_id: int) -> None:
    """Delete the mails of one kind to an address about one subject, also those that wait."""
    about = (notification.c.kind == str(kind), notification.c.subject_id == subject_id)
    connection.execute(delete(notification).where(notification.c.address_hash == address_hash, *about))


def forget_until(connection: Connection, address_hash: str, time: dt.datetime) -> None:
    """Delete every mail to an address that was enqueued until then, also those that wait."""
    theirs = (notification.c.address_hash == address_hash, notification.c.created_at <= time)
    connection.execute(delete(notification).where(*theirs))


def forget_address(connection: Connection, address_hash: str) -> None:
    """Delete every mail to an address, also those that wait."""
    connection.execute(delete(notification).where(notification.c.address_hash == address_hash))


def forget_old(connection: Connection, before: dt.datetime) -> int:
    """Delete those that were made before then and are open no more; how many."""
    old = and_(notification.c.created_at < before, ~notification.c.state.in_(_OPEN))
    return connection.execute(delete(notification).where(old)).rowcount


def _due(now: dt.datetime) -> ColumnElement[bool]:
    """What may be claimed: also what is put off for longer than anything is, since the clock was ahead then."""
    fresh = and_(notification.c.state == NotificationState.WAITING, notification.c.attempts == 0)
    in_reach = or_(notification.c.next_at <= now, notification.c.next_at > now + LONGEST_WAIT)
    return and_(notification.c.state.in_(_OPEN), or_(fresh, in_reach))


def _queued(row: Row[tuple[object, ...]]) -> QueuedNotification:
    return QueuedNotification(
        id=row.id,
        kind=row.kind,
        address=row.address,
        address_hash=row.address_hash,
        language=row.language,
        subject_id=row.subject_id,
        created_at=row.created_at,
        attempts=row.attempts + 1,
    )
