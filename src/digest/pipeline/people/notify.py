"""Handing over notifications: each is claimed, rendered, handed over, and its result recorded.

At least once: if the result is lost, the notification is handed over again under the same id.
"""

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from digest.delivery.handover import MailOrigin, Note, Transport
from digest.delivery.notifications import NotificationKind, render_note, wait_before
from digest.errors import RenderError, TransportError
from digest.issue.addresses import personal_url, preferences_url
from digest.pipeline.people.context import PeopleContext
from digest.storage import installation, notifications
from digest.storage.db.database import Database
from digest.storage.notifications import QueuedNotification
from digest.storage.people import address_changes, signups, subscribers, suppressions
from digest.storage.tables.notifications import NotificationState
from digest.subscribers.signup import SignUpState
from digest.subscribers.subscriber import State, Subscriber
from digest.subscribers.suppression import may_lift
from digest.tokens import LIFETIMES, Purpose

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


def work(database: Database, courier: Courier) -> int:
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
        note = _made(database, courier.people, queued)
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


def _made(database: Database, people: PeopleContext, queued: QueuedNotification) -> Note | None:
    """Render the mail from current data; None if it has become pointless, or the address must not be mailed."""
    with database.read() as connection:
        now = database.now(connection)
        if not _may_be_mailed(connection, queued.address_hash):
            return None
        origin = MailOrigin(installation.read(connection), min(queued.created_at, now))
        found = _MAKERS[NotificationKind(queued.kind)](connection, people, queued, now)
    if found is None:
        return None
    kind, language, url = found
    values: dict[str, Any] = {"url": url}
    return render_note(
        kind,
        people.newsletter,
        people.renderer,
        notification_id=queued.id,
        address=queued.address,
        language=language,
        values=values,
        origin=origin,
    )


_Found = tuple[NotificationKind, str, str] | None  # what the mail is about, its language, its link


def _may_be_mailed(connection: Connection, address_hash: str) -> bool:
    found = suppressions.find(connection, address_hash)
    return found is None or may_lift(found.reason)


def _reader(connection: Connection, address_hash: str, now: dt.datetime) -> Subscriber | None:
    """The person who gets issues at that address, or None."""
    person = subscribers.find(connection, address_hash)
    if person is None or person.state is not State.ACTIVE or suppressions.find(connection, address_hash) is not None:
        return None
    lapsed = person.consent_until is not None and person.consent_until <= now.date()
    return None if lapsed else person


def _own_link(people: PeopleContext, person: Subscriber, asked_at: dt.datetime) -> _Found:
    language = person.preferences.language
    token = people.link(Purpose.PREFERENCES, person.id, asked_at)
    return NotificationKind.LINK, language, preferences_url(people.newsletter.base_url, token, language)


def _confirm(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Found:
    # a current subscriber is not asked to confirm: they get their own link, so that only they learn it
    if (person := _reader(connection, queued.address_hash, now)) is not None:
        return _own_link(people, person, min(queued.created_at, now))
    signup = signups.find(connection, queued.subject_id or 0)
    if signup is None or signup.state is not SignUpState.WAITING or signup.expires_at <= now:
        return None
    token = people.link_until(Purpose.CONFIRM, signup.id, _end(signup.requested_at, Purpose.CONFIRM, now))
    return (
        NotificationKind.CONFIRM,
        queued.language,
        personal_url(people.newsletter.base_url, "confirm", token, queued.language),
    )


def _link(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Found:
    person = _reader(connection, queued.address_hash, now)
    return None if person is None else _own_link(people, person, min(queued.created_at, now))


def _address(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Found:
    if (person := _reader(connection, queued.address_hash, now)) is not None:
        return _own_link(people, person, min(queued.created_at, now))  # the new address has a subscription of its own
    change = address_changes.find(connection, queued.subject_id or 0)
    if change is None or change.done_at is not None or change.expires_at <= now:
        return None
    token = people.link_until(Purpose.CHANGE_ADDRESS, change.id, _end(change.requested_at, Purpose.CHANGE_ADDRESS, now))
    return (
        NotificationKind.ADDRESS,
        queued.language,
        personal_url(people.newsletter.base_url, "address", token, queued.language),
    )


def _end(asked_at: dt.datetime, purpose: Purpose, now: dt.datetime) -> dt.datetime:
    """When the link of a request ends; a clock that was ahead at the time of the request does not extend it."""
    return min(asked_at, now) + LIFETIMES[purpose]


def _address_changed(
    connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime
) -> _Found:
    change = address_changes.find(connection, queued.subject_id or 0)
    if change is None or change.undone_at is not None or change.undo_until is None or change.undo_until <= now:
        return None
    if change.old_address_hash != queued.address_hash:
        return None  # forgotten
    token = people.link_until(Purpose.UNDO_ADDRESS, change.id, change.undo_until)
    url = personal_url(people.newsletter.base_url, "undo", token, queued.language)
    return NotificationKind.ADDRESS_CHANGED, queued.language, url


def _own_link_to(
    kind: NotificationKind, page: str, purpose: Purpose
) -> Callable[[Connection, PeopleContext, QueuedNotification, dt.datetime], _Found]:
    def make(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Found:
        if queued.subject_id is None or subscribers.hash_of(connection, queued.subject_id) != queued.address_hash:
            return None  # the person has moved to another address, or is gone
        # the lifetime of a sensitive link counts from its request, however late the mail goes out
        ends = _end(queued.created_at, purpose, now)
        if ends <= now:
            return None
        token = people.link_until(purpose, queued.subject_id, ends)
        return kind, queued.language, personal_url(people.newsletter.base_url, page, token, queued.language)

    return make


_MAKERS: dict[NotificationKind, Callable[[Connection, PeopleContext, QueuedNotification, dt.datetime], _Found]] = {
    NotificationKind.CONFIRM: _confirm,
    NotificationKind.LINK: _link,
    NotificationKind.NEW_ADDRESS: _own_link_to(NotificationKind.NEW_ADDRESS, "new-address", Purpose.NEW_ADDRESS),
    NotificationKind.ADDRESS: _address,
    NotificationKind.ADDRESS_CHANGED: _address_changed,
    NotificationKind.EXPORT: _own_link_to(NotificationKind.EXPORT, "data", Purpose.EXPORT),
    NotificationKind.ERASE: _own_link_to(NotificationKind.ERASE, "erase", Purpose.ERASE),
}
