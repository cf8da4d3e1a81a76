"""Signing up, confirming, and choosing.

A request from someone who has proved nothing only enqueues a mail, with the same work for a known and an unknown
address. Another thread looks the address up when it renders the mail.
"""

import datetime as dt
from dataclasses import replace

from sqlalchemy import Connection

from digest.delivery.notifications import NotificationKind
from digest.errors import NotFound
from digest.pipeline.people.context import PeopleContext
from digest.pipeline.people.limits import WINDOW
from digest.pipeline.people.suppressions import lift_what_the_person_may
from digest.storage import limits, notifications
from digest.storage.db.database import Database
from digest.storage.people import consents, signups, subscribers
from digest.subscribers.consent import Consent, ConsentKind, ConsentMethod, ConsentOrigin
from digest.subscribers.signup import SignUp, SignUpState, StoredSignUp
from digest.subscribers.subscriber import NewSubscriber, Preferences, State, Subscriber
from digest.tokens import LIFETIMES, Purpose


def request_sign_up(database: Database, people: PeopleContext, wanted: SignUp, origin: ConsentOrigin) -> None:
    """
    Keep a sign-up and enqueue the mail that asks to confirm it.

    A second request within ten minutes changes what the link of the first mail confirms and sends no second mail, as
    long as that link is unused.
    """
    address_hash = people.identify(wanted.address)
    recorded = origin if people.record_network else replace(origin, network=None)
    with database.write() as connection:
        now = database.now(connection)
        first = _first_in_window(connection, NotificationKind.CONFIRM, address_hash, now)
        # if the first mail's link was used and the person has left since, they need another mail
        if not first and signups.change_latest(connection, wanted, address_hash, now):
            return
        wording = people.wording(origin.language)
        expires_at = now + LIFETIMES[Purpose.CONFIRM]
        number = signups.add(
            connection, wanted, address_hash, origin=recorded, wording=wording, now=now, expires_at=expires_at
        )
        _enqueue(
            connection, NotificationKind.CONFIRM, wanted.address, address_hash, wanted.preferences.language, number, now
        )


def confirm_sign_up(database: Database, people: PeopleContext, signup_id: int) -> Subscriber | None:
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
            return _confirmed(connection, people, found)
        if found.expires_at <= now or not lift_what_the_person_may(connection, found.address_hash):
            return None
        number = _subscribed(connection, found, now)
        consents.add(connection, number, found.address_hash, _proof(found, now))
        signups.confirm(connection, found.id, found.address_hash, number)
        return subscribers.get(connection, number)


def look_at_sign_up(database: Database, people: PeopleContext, signup_id: int) -> tuple[SignUpState, Subscriber | None]:
    """
    What the link that confirms a sign-up would do, or has done.

    Returns:
        `VOID` if `confirm_sign_up` would return None; otherwise the state, and once confirmed the person.
    """
    with database.read() as connection:
        found = signups.find(connection, signup_id)
        if found is None or found.state is SignUpState.VOID:
            return SignUpState.VOID, None
        if found.state is SignUpState.CONFIRMED:
            person = _confirmed(connection, people, found)
            return (SignUpState.CONFIRMED, person) if person else (SignUpState.VOID, None)
        return (SignUpState.VOID if found.expires_at <= database.now(connection) else found.state), None


def send_link(database: Database, people: PeopleContext, address: str, origin: ConsentOrigin) -> None:
    """Enqueue the mail with a person's own link; an unknown address gets none."""
    address_hash = people.identify(address)
    with database.write() as connection:
        now = database.now(connection)
        if _first_in_window(connection, NotificationKind.LINK, address_hash, now):
            _enqueue(connection, NotificationKind.LINK, address, address_hash, origin.language, None, now)


def save_preferences(database: Database, subscriber_id: int, chosen: Preferences, name: str) -> Subscriber | None:
    """Write what a person chose; the person as saved, or None if nobody of that id is subscribed."""
    with database.write() as connection:
        person = subscribers.get(connection, subscriber_id)
        if person is None or person.state is not State.ACTIVE:
            return None
        subscribers.save_preferences(connection, subscriber_id, chosen, name)
        return subscribers.get(connection, subscriber_id)


def come_back(database: Database, people: PeopleContext, subscriber_id: int) -> Subscriber | None:
    """
    Undo leaving, for a person who proves by a link made at that moment that it was theirs.

    Returns:
        The person; None if there is none, or the address is suppressed for a reason that a person may not lift.
    """
    with database.write() as connection:
        now = database.now(connection)
        person = subscribers.get(connection, subscriber_id)
        if (
            person is None
            or person.state is not State.LEFT
            or not lift_what_the_person_may(connection, people.identify(person.address))
        ):
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


def clock(database: Database) -> dt.datetime:
    """The time by the database's clock, by which links end."""
    with database.read() as connection:
        return database.now(connection)


def _enqueue(
    connection: Connection,
    kind: NotificationKind,
    address: str,
    address_hash: str,
    language: str,
    subject_id: int | None,
    now: dt.datetime,
) -> None:
    notifications.add(connection, kind, address, address_hash, language=language, subject_id=subject_id, now=now)


def _first_in_window(connection: Connection, kind: NotificationKind, address_hash: str, now: dt.datetime) -> bool:
    return limits.take(connection, f"{kind}:{address_hash}", count=1, per=WINDOW, now=now)


def _confirmed(connection: Connection, people: PeopleContext, found: StoredSignUp) -> Subscriber | None:
    """The person of a confirmed sign-up, unless they have moved: the old mailbox must not get at the new one."""
    person = subscribers.get(connection, found.subscriber_id) if found.subscriber_id else None
    return person if person and people.identify(person.address) == found.address_hash else None


def _subscribed(connection: Connection, found: StoredSignUp, now: dt.datetime) -> int:
    """The id of the person, who is active from now on and has what the sign-up asked for."""
    person = NewSubscriber(found.address, found.address_hash, found.name, found.preferences)
    number = subscribers.insert_one(connection, person, now)
    if number is not None:
        return number
    known = subscribers.find(connection, found.address_hash)
    assert known is not None
    subscribers.save_preferences(connection, known.id, found.preferences, found.name or known.name)
    subscribers.set_address(connection, known.id, found.address, found.address_hash, now=now)
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


def leave(database: Database, subscriber_id: int) -> bool:
    """Unsubscribe a person at once and until they sign up again; repeating it changes nothing.

    Returns:
        False if there is no such person (any more): nothing to do, and nothing wrong.
    """
    with database.write() as connection:
        return subscribers.leave(connection, subscriber_id, now=database.now(connection))


def unsubscribe(database: Database, address_hash: str) -> bool:
    """
    Unsubscribe a person at the operator's request, as `leave`.

    Returns:
        False if they had left before.

    Raises:
        NotFound: There is no subscriber with that address.
    """
    with database.write() as connection:
        person = subscribers.find(connection, address_hash)
        if person is None:
            raise NotFound(
                "there is no subscriber with that address: `digest suppressions add` keeps it from being added"
            )
        subscribers.leave(connection, person.id, now=database.now(connection))
        return person.state is not State.LEFT


def find_person(database: Database, subscriber_id: int) -> Subscriber | None:
    """The person behind a personal link, or None if there is none (any more)."""
    with database.read() as connection:
        return subscribers.get(connection, subscriber_id)
