"""The queue of notifications: each is claimed, rendered, handed over, and its result recorded.

At least once: if the result is lost, the notification is handed over again under the same id. What a notification says
is decided in `notification_mail`.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass

from digest.delivery.handover import Transport
from digest.delivery.notifications import wait_before
from digest.errors import RenderError, TransportError
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.notification_mail import render_queued
from digest.storage import notifications
from digest.storage.db.database import Database
from digest.storage.notifications import QueuedNotification
from digest.storage.tables.notifications import NotificationState

_LONGEST_DETAIL = 300  # characters

log = logging.getLogger("digest.notifications")


@dataclass(frozen=True)
class Courier:
    """What notifications are made and handed over with.

    Attributes:
        transport: Opened for one pass.
        jitter: A random number from 0 to 1.
        lease: How long this process counts as alive without a report; longer than a hand-over takes.
    """

    transport: Callable[[], Transport]
    people: PeopleContext
    owner: str
    jitter: Callable[[], float]
    lease: dt.timedelta


def send_due(database: Database, courier: Courier) -> int:
    """Hand over what is due now; return how many were claimed. Any number of processes may do so at once."""
    transport: Transport | None = None
    taken = 0
    try:
        while (queued := _claim(database, courier)) is not None:
            transport = transport or courier.transport()
            _handle(database, courier, transport, queued)
            taken += 1
    finally:
        if transport is not None:
            transport.finish()
    return taken


def _claim(database: Database, courier: Courier) -> QueuedNotification | None:
    with database.read() as connection:
        if not notifications.is_due(connection, database.now(connection)):
            return None  # looked for every few seconds: without taking the write lock of SQLite
    with database.write() as connection:
        now = database.now(connection)
        return notifications.claim(connection, owner=courier.owner, lease=courier.lease, now=now)


def _handle(database: Database, courier: Courier, transport: Transport, queued: QueuedNotification) -> None:
    try:
        note = render_queued(database, courier.people, queued)
        if note is not None:
            transport.hand_over_note(note)
    except (TransportError, RenderError) as error:
        _put_off(database, courier, queued, error)
        return
    state = NotificationState.SKIPPED if note is None else NotificationState.ACCEPTED
    with database.write() as connection:
        notifications.finish(connection, queued, state, owner=courier.owner, now=database.now(connection))


def _put_off(
    database: Database, courier: Courier, queued: QueuedNotification, error: TransportError | RenderError
) -> None:
    detail = str(error).replace(queued.address, "(the address)")[:_LONGEST_DETAIL]
    wait = wait_before(queued.attempts, courier.jitter())
    state = NotificationState.FAILED if wait is None else NotificationState.WAITING
    with database.write() as connection:
        now = database.now(connection)
        next_at = None if wait is None else now + wait
        notifications.finish(connection, queued, state, owner=courier.owner, now=now, detail=detail, next_at=next_at)
    if wait is None:
        log.error(
            "notification %d (%s) given up after %d attempts: %s", queued.id, queued.kind, queued.attempts, detail
        )
    else:
        log.warning("notification %d (%s) put off for %d s: %s", queued.id, queued.kind, wait.total_seconds(), detail)
