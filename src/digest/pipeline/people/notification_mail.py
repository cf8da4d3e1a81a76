"""What a notification says and whether it still goes out, decided from current data when it is sent.

Each kind has one function, listed in `_CONTENTS`. So a page does the same work for known and unknown addresses: it only
enqueues, and who the address belongs to is looked up here.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from digest.delivery.handover import MailOrigin, Note
from digest.delivery.notifications import NotificationKind, render_note
from digest.issue.addresses import personal_url, preferences_url
from digest.pipeline.people.context import PeopleContext
from digest.storage import installation
from digest.storage.db.database import Database
from digest.storage.notifications import QueuedNotification
from digest.storage.people import address_changes, signups, subscribers, suppressions
from digest.subscribers.signup import SignUpState
from digest.subscribers.subscriber import State, Subscriber
from digest.subscribers.suppression import may_lift
from digest.tokens import LIFETIMES, Purpose


def render_queued(database: Database, people: PeopleContext, queued: QueuedNotification) -> Note | None:
    """Render a notification from current data; None if it is no longer needed, or the address must not be mailed."""
    with database.read() as connection:
        now = database.now(connection)
        if not _may_be_mailed(connection, queued.address_hash):
            return None
        origin = MailOrigin(installation.read(connection), min(queued.created_at, now))
        found = _CONTENTS[NotificationKind(queued.kind)](connection, people, queued, now)
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


_Content = tuple[NotificationKind, str, str] | None  # what the mail is about, its language, its link


def _may_be_mailed(connection: Connection, address_hash: str) -> bool:
    found = suppressions.find(connection, address_hash)
    return found is None or may_lift(found.reason)


def _find_reader(connection: Connection, address_hash: str, now: dt.datetime) -> Subscriber | None:
    """The person who gets issues at that address, or None."""
    person = subscribers.find(connection, address_hash)
    if person is None or person.state is not State.ACTIVE or suppressions.find(connection, address_hash) is not None:
        return None
    lapsed = person.consent_until is not None and person.consent_until <= now.date()
    return None if lapsed else person


def _preferences_link(people: PeopleContext, person: Subscriber, asked_at: dt.datetime) -> _Content:
    language = person.preferences.language
    token = people.link(Purpose.PREFERENCES, person.id, asked_at)
    return NotificationKind.LINK, language, preferences_url(people.newsletter.base_url, token, language)


def _confirm(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Content:
    # a current subscriber is not asked to confirm: they get their own link, so that only they learn it
    if (person := _find_reader(connection, queued.address_hash, now)) is not None:
        return _preferences_link(people, person, min(queued.created_at, now))
    signup = signups.find(connection, queued.subject_id or 0)
    if signup is None or signup.state is not SignUpState.WAITING or signup.expires_at <= now:
        return None
    token = people.link_until(Purpose.CONFIRM, signup.id, _link_end(signup.requested_at, Purpose.CONFIRM, now))
    return (
        NotificationKind.CONFIRM,
        queued.language,
        personal_url(people.newsletter.base_url, "confirm", token, queued.language),
    )


def _link(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Content:
    person = _find_reader(connection, queued.address_hash, now)
    return None if person is None else _preferences_link(people, person, min(queued.created_at, now))


def _address(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Content:
    if (person := _find_reader(connection, queued.address_hash, now)) is not None:
        return _preferences_link(
            people, person, min(queued.created_at, now)
        )  # the new address has a subscription of its own
    change = address_changes.find(connection, queued.subject_id or 0)
    if change is None or change.done_at is not None or change.expires_at <= now:
        return None
    token = people.link_until(
        Purpose.CHANGE_ADDRESS, change.id, _link_end(change.requested_at, Purpose.CHANGE_ADDRESS, now)
    )
    return (
        NotificationKind.ADDRESS,
        queued.language,
        personal_url(people.newsletter.base_url, "address", token, queued.language),
    )


def _link_end(asked_at: dt.datetime, purpose: Purpose, now: dt.datetime) -> dt.datetime:
    """When the link of a request ends; a clock that was ahead at the time of the request does not extend it."""
    return min(asked_at, now) + LIFETIMES[purpose]


def _address_changed(
    connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime
) -> _Content:
    change = address_changes.find(connection, queued.subject_id or 0)
    if change is None or change.undone_at is not None or change.undo_until is None or change.undo_until <= now:
        return None
    if change.old_address_hash != queued.address_hash:
        return None  # forgotten
    token = people.link_until(Purpose.UNDO_ADDRESS, change.id, change.undo_until)
    url = personal_url(people.newsletter.base_url, "undo", token, queued.language)
    return NotificationKind.ADDRESS_CHANGED, queued.language, url


def _fresh_link(
    kind: NotificationKind, page: str, purpose: Purpose
) -> Callable[[Connection, PeopleContext, QueuedNotification, dt.datetime], _Content]:
    def make(connection: Connection, people: PeopleContext, queued: QueuedNotification, now: dt.datetime) -> _Content:
        if queued.subject_id is None or subscribers.hash_of(connection, queued.subject_id) != queued.address_hash:
            return None  # the person has moved to another address, or is gone
        # the lifetime of a sensitive link counts from its request, however late the mail goes out
        ends = _link_end(queued.created_at, purpose, now)
        if ends <= now:
            return None
        token = people.link_until(purpose, queued.subject_id, ends)
        return kind, queued.language, personal_url(people.newsletter.base_url, page, token, queued.language)

    return make


_CONTENTS: dict[NotificationKind, Callable[[Connection, PeopleContext, QueuedNotification, dt.datetime], _Content]] = {
    NotificationKind.CONFIRM: _confirm,
    NotificationKind.LINK: _link,
    NotificationKind.NEW_ADDRESS: _fresh_link(NotificationKind.NEW_ADDRESS, "new-address", Purpose.NEW_ADDRESS),
    NotificationKind.ADDRESS: _address,
    NotificationKind.ADDRESS_CHANGED: _address_changed,
    NotificationKind.EXPORT: _fresh_link(NotificationKind.EXPORT, "data", Purpose.EXPORT),
    NotificationKind.ERASE: _fresh_link(NotificationKind.ERASE, "erase", Purpose.ERASE),
}
