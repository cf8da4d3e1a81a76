"""Signing up, confirming, choosing, and moving to another address.

Whatever is asked by somebody who has proved nothing only enqueues a mail, with the same work for a known and an unknown
address: who is known is looked up when the mail is made, by another thread.
"""

import datetime as dt
from dataclasses import replace

from sqlalchemy import Connection

from digest.delivery.notifications import Kind
from digest.pipeline.people import People
from digest.storage import address_changes, consents, limits, notifications, signups, subscribers, suppressions
from digest.storage.database import Database
from digest.subscribers.consent import Consent, ConsentKind, ConsentMethod, Origin
from digest.subscribers.signup import SignUp, SignUpState, StoredSignUp
from digest.subscribers.subscriber import NewSubscriber, Preferences, State, Subscriber
from digest.subscribers.suppression import may_lift
from digest.tokens import LIFETIMES, Purpose

WINDOW = dt.timedelta(minutes=10)  # in which one address gets one mail of each kind that anybody can ask for


def request(database: Database, people: People, wanted: SignUp, origin: Origin) -> None:
    """
    Keep a sign-up and enqueue the mail that asks to confirm it.

    Asked again within ten minutes, it changes what the link of the first mail confirms, and sends no second one, as
    long as that link still waits to be used.
    """
    address_hash = people.identify(wanted.address)
    recorded = origin if people.record_network else replace(origin, network=None)
    with database.write() as connection:
        now = database.now(connection)
        first = _first_in_window(connection, Kind.CONFIRM, address_hash, now)
        # a mail that has done its work already, by confirming, is no reason to send none to who has left since
        if not first and signups.change_latest(connection, wanted, address_hash, now):
            return
        wording = people.wording(origin.language)
        expires_at = now + LIFETIMES[Purpose.CONFIRM]
        number = signups.add(
            connection, wanted, address_hash, origin=recorded, wording=wording, now=now, expires_at=expires_at
        )
        _enqueue(connection, Kind.CONFIRM, wanted.address, address_hash, wanted.preferences.language, number, now)


def confirm(database: Database, people: People, signup_id: int) -> Subscriber | None:
    """
    Make a confirmed sign-up a subscription, and record the consent. Doing it again changes nothing, also if the person
    has left since.

    Returns:
        The subscriber as they are now; None if the sign-up is unknown, too old or replaced by another one, the person
        has moved to another address since, or the address is suppressed for a reason that a person may not lift.
    """
    with database.write() as connection:
        now = database.now(connection)
        found = signups.find(connection, signup_id, lock=True)
        if found is None or found.state is SignUpState.VOID:
            return None
        if found.state is SignUpState.CONFIRMED:
            person = subscribers.get(connection, found.subscriber_id) if found.subscriber_id else None
            # whoever holds the old mailbox must not get at a person who has moved to another one
            return person if person and people.identify(person.address) == found.address_hash else None
        if found.expires_at <= now or not _lifted(connection, found.address_hash):
            return None
        number = _subscribed(connection, found, now)
        consents.add(connection, number, found.address_hash, _proof(found, now))
        signups.confirm(connection, found.id, found.address_hash, number)
        return subscribers.get(connection, number)


def send_link(database: Database, people: People, address: str, origin: Origin) -> None:
    """Enqueue the mail with a person's own link; who is unknown gets none."""
    address_hash = people.identify(address)
    with database.write() as connection:
        now = database.now(connection)
        if _first_in_window(connection, Kind.LINK, address_hash, now):
            _enqueue(connection, Kind.LINK, address, address_hash, origin.language, None, now)


def preferences(database: Database, subscriber_id: int) -> Subscriber | None:
    """The person behind a preference link, whatever their state; None if there is none (any more)."""
    with database.read() as connection:
        return subscribers.get(connection, subscriber_id)


def save_preferences(database: Database, subscriber_id: int, chosen: Preferences, name: str) -> Subscriber | None:
    """Write what a person chose; the person as saved, or None if nobody of that id is subscribed."""
    with database.write() as connection:
        person = subscribers.get(connection, subscriber_id)
        if person is None or person.state is not State.ACTIVE:
            return None
        subscribers.save_preferences(connection, subscriber_id, chosen, name)
        return subscribers.get(connection, subscriber_id)


def come_back(database: Database, people: People, subscriber_id: int) -> Subscriber | None:
    """
    Undo leaving, for a person who proves by a link made at that moment that it was theirs.

    Returns:
        The person; None if there is none, or the address is suppressed for a reason that a person may not lift.
    """
    with database.write() as connection:
        now = database.now(connection)
        person = subscribers.get(connection, subscriber_id)
        if person is None or person.state is not State.LEFT or not _lifted(connection, people.identify(person.address)):
            return person if person is not None and person.state is State.ACTIVE else None
        subscribers.activate(connection, subscriber_id, consent_until=person.consent_until)
        undone = Consent(
            kind=ConsentKind.IMPLIED if person.consent_until else ConsentKind.EXPRESS,
            method=ConsentMethod.PAGE,
            source="/unsubscribe, undone",
            given_on=now.date(),
            recorded_at=now,
            expires_on=person.consent_until,
            confirmed_at=now,
        )
        consents.add(connection, subscriber_id, people.identify(person.address), undone)
        return subscribers.get(connection, subscriber_id)


def change_address(database: Database, people: People, subscriber_id: int, address: str) -> None:
    """Enqueue a mail to a person's new address; nothing changes before its link is used."""
    address_hash = people.identify(address)
    with database.write() as connection:
        now = database.now(connection)
        person = subscribers.get(connection, subscriber_id)
        if person is None or person.state is not State.ACTIVE:
            return
        if not _first_in_window(connection, Kind.ADDRESS, address_hash, now):
            return
        ends = now + LIFETIMES[Purpose.CHANGE_ADDRESS]
        number = address_changes.add(connection, subscriber_id, address, address_hash, now=now, expires_at=ends)
        _enqueue(connection, Kind.ADDRESS, address, address_hash, person.preferences.language, number, now)


def confirm_address(database: Database, people: People, change_id: int) -> Subscriber | None:
    """
    Move a person to the new address that they have confirmed. Doing it again changes nothing.

    Returns:
        The person; None if the request is unknown or too old, the person has left, or the new address belongs to
        somebody else or may not be mailed.
    """
    with database.write() as connection:
        now = database.now(connection)
        change = address_changes.find(connection, change_id, lock=True)
        if change is None:
            return None
        person = subscribers.get(connection, change.subscriber_id)
        if person is None or person.state is not State.ACTIVE:
            return None
        if change.done_at is not None:
            return person if people.identify(person.address) == change.address_hash else None
        other = subscribers.find(connection, change.address_hash)
        if change.expires_at <= now or (other is not None and other.id != person.id):
            return None
        if not _lifted(connection, change.address_hash):
            return None
        subscribers.set_address(connection, person.id, change.address, change.address_hash)
        address_changes.done(connection, change_id, now)
        return subscribers.get(connection, person.id)


def request_export(database: Database, people: People, subscriber_id: int) -> None:
    """Enqueue the mail with a fresh link to everything that is known about a person."""
    _mail_person(database, people, subscriber_id, Kind.EXPORT)


def request_erasure(database: Database, people: People, subscriber_id: int) -> None:
    """Enqueue the mail with a fresh link that erases a person."""
    _mail_person(database, people, subscriber_id, Kind.ERASE)


def clock(database: Database) -> dt.datetime:
    """The time by the database's clock, by which links end."""
    with database.read() as connection:
        return database.now(connection)


def _mail_person(database: Database, people: People, subscriber_id: int, kind: Kind) -> None:
    with database.write() as connection:
        now = database.now(connection)
        person = subscribers.get(connection, subscriber_id)
        if person is None:
            return
        address_hash = people.identify(person.address)
        if _first_in_window(connection, kind, address_hash, now):
            _enqueue(connection, kind, person.address, address_hash, person.preferences.language, person.id, now)


def _enqueue(
    connection: Connection,
    kind: Kind,
    address: str,
    address_hash: str,
    language: str,
    subject_id: int | None,
    now: dt.datetime,
) -> None:
    notifications.add(connection, kind, address, address_hash, language=language, subject_id=subject_id, now=now)


def _first_in_window(connection: Connection, kind: Kind, address_hash: str, now: dt.datetime) -> bool:
    return limits.take(connection, f"{kind}:{address_hash}", count=1, per=WINDOW, now=now)


def _lifted(connection: Connection, address_hash: str) -> bool:
    """Lift what the person may lift; False if the address must stay suppressed."""
    found = suppressions.find(connection, address_hash)
    if found is None:
        return True
    if not may_lift(found.reason):
        return False
    return suppressions.lift(connection, address_hash)


def _subscribed(connection: Connection, found: StoredSignUp, now: dt.datetime) -> int:
    """The id of the person, who is active from now on and has what the sign-up asked for."""
    person = NewSubscriber(found.address, found.address_hash, found.name, found.preferences)
    number = subscribers.insert_one(connection, person, now)
    if number is not None:
        return number
    known = subscribers.find(connection, found.address_hash)
    assert known is not None
    subscribers.save_preferences(connection, known.id, found.preferences, found.name or known.name)
    subscribers.set_address(connection, known.id, found.address, found.address_hash)
    subscribers.activate(connection, known.id)
    return known.id


def _proof(found: StoredSignUp, now: dt.datetime) -> Consent:
    return Consent(
        kind=ConsentKind.EXPRESS,
        method=ConsentMethod.PAGE,
        source=found.page,
        given_on=now.date(),
        recorded_at=now,
        wording=found.wording,
        wording_version=found.wording_version,
        language=found.language,
        network=found.network,
        requested_at=found.requested_at,
        confirmed_at=now,
    )
