"""Moving a person to another address, step by step, and taking that back.

The request starts from a link mailed to the current address, the new address confirms it, and the old one can undo it
for a week. So someone who has another person's old mail, or once saw their page, can't move that person for good.
"""

import datetime as dt
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import Connection

from digest.delivery.notifications import NotificationKind
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.limits import WINDOW
from digest.pipeline.people.suppressions import lift_what_the_person_may
from digest.storage import notifications
from digest.storage.db.database import Database
from digest.storage.people import address_changes, subscribers, suppressions
from digest.storage.people.address_changes import AddressChange
from digest.subscribers.edits import why_not_move
from digest.subscribers.subscriber import State, Subscriber
from digest.subscribers.suppression import Reason
from digest.tokens import LIFETIMES, Purpose


class ChangeStage(Enum):
    """How far a change is, as one of its links sees it."""

    OPEN = auto()  # the button of the link would act
    DONE = auto()  # it has acted, and still holds
    TAKEN = auto()  # the address to go back to has a subscription of its own by now
    DEAD = auto()  # unknown, too old, replaced, or the person has left or moved on


@dataclass(frozen=True)
class Change:
    """A change as one of its links sees it; *person* is None if it is `DEAD`."""

    stage: ChangeStage
    person: Subscriber | None = None


_DEAD = Change(ChangeStage.DEAD)


def propose(database: Database, people: PeopleContext, subscriber_id: int, address: str) -> None:
    """
    Enqueue a mail to the address that a person wants to move to. Nothing changes before its link is used.

    A second request for the same address within ten minutes sends no second mail.
    """
    address_hash = people.identify(address)
    with database.write() as connection:
        now = database.now(connection)
        person = subscribers.get(connection, subscriber_id)
        if person is None or person.state is not State.ACTIVE:
            return
        before = address_changes.waiting(connection, subscriber_id, now)
        if before and before.address_hash == address_hash and now - before.requested_at < WINDOW:
            return
        ends = now + LIFETIMES[Purpose.CHANGE_ADDRESS]
        number = address_changes.add(connection, subscriber_id, address, address_hash, now=now, expires_at=ends)
        language = person.preferences.language
        notifications.add(
            connection, NotificationKind.ADDRESS, address, address_hash, language=language, subject_id=number, now=now
        )


def proposed(database: Database, subscriber_id: int) -> AddressChange | None:
    """The request of a person that waits for the new address to confirm it, if there is one."""
    with database.read() as connection:
        return address_changes.waiting(connection, subscriber_id, database.now(connection))


def look_at_confirmation(database: Database, people: PeopleContext, change_id: int) -> Change:
    """What the link in the mail to the new address would do."""
    with database.read() as connection:
        change = address_changes.find(connection, change_id)
        return _confirmation(connection, people, change, database.now(connection))


def confirm_address(database: Database, people: PeopleContext, change_id: int) -> Change:
    """
    Move a person to the new address that they have confirmed, and notify the old one. Repeating it changes nothing.

    `DEAD` if the request is unknown or too old, the person has left, or the new address belongs to somebody else or may
    not be mailed.
    """
    with database.write() as connection:
        now = database.now(connection)
        change = address_changes.find(connection, change_id, lock=True)
        found = _confirmation(connection, people, change, now)
        if found.stage is not ChangeStage.OPEN or change is None or found.person is None:
            return found
        if why_not_move(found.person.suppressed_for, None, is_taken=False):
            return _DEAD  # a complaint, for example, which follows the person
        if not lift_what_the_person_may(connection, change.address_hash):
            return _DEAD
        complete(connection, found.person, people.identify(found.person.address), change, now)
        return Change(ChangeStage.DONE, subscribers.get(connection, found.person.id))


def complete(
    connection: Connection,
    person: Subscriber,
    old_hash: str,
    change: AddressChange,
    now: dt.datetime,
    *,
    notify: bool = True,
) -> None:
    """
    Move *person* to the address of *change*.

    Args:
        notify: Whether the old address gets a notice with a link that undoes the change.
    """
    until = now + LIFETIMES[Purpose.UNDO_ADDRESS] if notify else now
    address_changes.done(connection, change.id, person.address, old_hash, now=now, undo_until=until)
    subscribers.set_address(connection, person.id, change.address, change.address_hash, now=now)
    if notify and old_hash != change.address_hash:  # else another spelling of the same mailbox
        notifications.add(
            connection,
            NotificationKind.ADDRESS_CHANGED,
            person.address,
            old_hash,
            language=person.preferences.language,
            subject_id=change.id,
            now=now,
        )


def look_at_undo(database: Database, people: PeopleContext, change_id: int) -> Change:
    """What the link in the mail to the old address would do."""
    with database.read() as connection:
        change = address_changes.find(connection, change_id)
        return _undo(connection, people, change, database.now(connection))


def undo_change(database: Database, people: PeopleContext, change_id: int) -> Change:
    """
    Give a person back the address that they had before a change, wherever later changes have taken them.

    Everything else stays as it is, also that they have left meanwhile. Links that were mailed to other addresses do
    nothing but unsubscribe from now on, and later changes can't be undone. Doing it again changes nothing.
    """
    with database.write() as connection:
        now = database.now(connection)
        change = address_changes.find(connection, change_id, lock=True)
        found = _undo(connection, people, change, now)
        if found.stage is not ChangeStage.OPEN or change is None or found.person is None:
            return found
        _move_back(connection, found.person, change, now)
        return Change(ChangeStage.DONE, subscribers.get(connection, found.person.id))


def _confirmation(
    connection: Connection, people: PeopleContext, change: AddressChange | None, now: dt.datetime
) -> Change:
    person = subscribers.get(connection, change.subscriber_id) if change else None
    if change is None or person is None or person.state is not State.ACTIVE:
        return _DEAD
    if change.done_at is not None:
        return Change(ChangeStage.DONE, person) if people.identify(person.address) == change.address_hash else _DEAD
    other = subscribers.find(connection, change.address_hash)
    if change.expires_at <= now or (other is not None and other.id != person.id):
        return _DEAD
    return Change(ChangeStage.OPEN, person)


def _undo(connection: Connection, people: PeopleContext, change: AddressChange | None, now: dt.datetime) -> Change:
    person = subscribers.get(connection, change.subscriber_id) if change else None
    if change is None or person is None or change.old_address_hash is None or change.undo_until is None:
        return _DEAD
    if change.undone_at is not None:
        return Change(ChangeStage.DONE, person) if people.identify(person.address) == change.old_address_hash else _DEAD
    if change.undo_until <= now:
        return _DEAD
    holder = subscribers.find(connection, change.old_address_hash)
    return Change(ChangeStage.OPEN if holder is None or holder.id == person.id else ChangeStage.TAKEN, person)


def _move_back(connection: Connection, person: Subscriber, change: AddressChange, now: dt.datetime) -> None:
    address, address_hash = change.old_address, change.old_address_hash
    assert address is not None
    assert address_hash is not None
    address_changes.undone(connection, change, now)
    subscribers.set_address(connection, person.id, address, address_hash, now=now)
    if person.state is State.LEFT:
        suppressions.add(connection, address_hash, address, Reason.UNSUBSCRIBED, now)
    else:
        lift_what_the_person_may(connection, address_hash)
