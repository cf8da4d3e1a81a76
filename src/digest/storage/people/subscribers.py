"""Subscribers: find one, read all, change one, unsubscribe one. Lists of people are added in `adding`."""

import datetime as dt
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from digest.months import Month
from digest.storage.db.upsert import insert_new, is_one_of
from digest.storage.people import address_changes, selections, suppressions
from digest.storage.people.adding import chosen_columns, given_columns
from digest.storage.tables.people import consent, signup, subscriber, suppression
from digest.subscribers.signup import SignUpState
from digest.subscribers.subscriber import NewSubscriber, Preferences, State, Subscriber
from digest.subscribers.suppression import Reason

_PEOPLE_AT_ONCE = 1000  # rows of a stream in memory


def find(connection: Connection, address_hash: str) -> Subscriber | None:
    """The person with that address, whatever their state, or None."""
    return next(_people(connection, _query().where(subscriber.c.address_hash == address_hash)), None)


def get(connection: Connection, subscriber_id: int) -> Subscriber | None:
    """The person with that id, whatever their state, or None."""
    return next(_people(connection, _query().where(subscriber.c.id == subscriber_id)), None)


def hash_of(connection: Connection, subscriber_id: int) -> str | None:
    """The hash of the address of the person with that id, or None."""
    query = select(subscriber.c.address_hash).where(subscriber.c.id == subscriber_id)
    return connection.execute(query).scalar_one_or_none()


def mark_lapsed(connection: Connection, today: dt.date) -> int:
    """
    Mark active people as lapsed whose implied consent has ended; return how many.

    Lapsed people whose consent has not ended become active again: the clock was ahead when they lapsed.
    """
    early = (subscriber.c.state == State.LAPSED, subscriber.c.consent_until > today)
    connection.execute(update(subscriber).where(*early).values(state=State.ACTIVE))
    ended = (subscriber.c.state == State.ACTIVE, subscriber.c.consent_until <= today)
    return connection.execute(update(subscriber).where(*ended).values(state=State.LAPSED)).rowcount


def stream(connection: Connection, state: State | None = None) -> Iterator[Subscriber]:
    """Yield everybody, or everybody in *state*, by id, in constant memory. Valid during the transaction."""
    query = _query().order_by(subscriber.c.id)
    return _people(connection, query if state is None else query.where(subscriber.c.state == state))


def count(connection: Connection) -> dict[State, int]:
    """Count the people in each state."""
    query = select(subscriber.c.state, func.count()).group_by(subscriber.c.state)
    return dict.fromkeys(State, 0) | {state: people for state, people in connection.execute(query)}  # noqa: C416


def lock(connection: Connection, hashes: Collection[str]) -> list[int]:
    """Lock the people with these address hashes until the end of the transaction; return their ids."""
    theirs = is_one_of(connection, subscriber.c.address_hash, list(hashes))
    query = select(subscriber.c.id).where(theirs).order_by(subscriber.c.id).with_for_update()
    return list(connection.execute(query).scalars())


def leave(connection: Connection, subscriber_id: int, *, now: dt.datetime) -> bool:
    """
    Unsubscribe a person: state `left`, and the address suppressed. Doing it again changes nothing.

    Unused links of sign-ups and address changes become void.

    Returns:
        False if there is no such person.
    """
    query = select(subscriber.c.address, subscriber.c.address_hash).where(subscriber.c.id == subscriber_id)
    person = connection.execute(query).one_or_none()
    if person is None:
        return False
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == subscriber_id, subscriber.c.state != State.LEFT)
        .values(state=State.LEFT, left_at=now)
    )
    suppressions.add(connection, person.address_hash, person.address, Reason.UNSUBSCRIBED, now)
    connection.execute(
        update(signup)
        .where(signup.c.address_hash == person.address_hash, signup.c.state == SignUpState.WAITING)
        .values(state=SignUpState.VOID)
    )
    address_changes.void(connection, subscriber_id, now)
    return True


def activate(connection: Connection, subscriber_id: int, *, consent_until: dt.date | None = None) -> None:
    """Make a person active. *consent_until* is the day on which an implied consent ends; None: it does not end."""
    values = {"state": State.ACTIVE, "left_at": None, "consent_until": consent_until}
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(values))


def insert_one(connection: Connection, person: NewSubscriber, now: dt.datetime) -> int | None:
    """Add a person, without a consent record. Return the id, or None if the address already belongs to someone."""
    values = given_columns(person, selections.ensure(connection, person.preferences.topics)) | {
        "address_hash": person.address_hash,
        "state": State.ACTIVE,
        "created_at": now,
        "consent_until": person.consent_until,
    }
    statement = insert_new(connection, subscriber).values(values).returning(subscriber.c.id)
    return connection.execute(statement).scalar_one_or_none()


def save_preferences(connection: Connection, subscriber_id: int, chosen: Preferences, name: str) -> bool:
    """Save what a person chose; False if there is no such person."""
    values = chosen_columns(chosen, selections.ensure(connection, chosen.topics)) | {"name": name}
    return connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(values)).rowcount == 1


def set_address(
    connection: Connection, subscriber_id: int, address: str, address_hash: str, *, now: dt.datetime
) -> None:
    """
    Save a person's new address; nobody else may have it.

    Unless it is only another spelling, earlier personal links can then only unsubscribe, and pending requests to change
    the address become void.
    """
    moves = (subscriber.c.id == subscriber_id, subscriber.c.address_hash != address_hash)
    if connection.execute(update(subscriber).where(*moves).values(address_since=now)).rowcount:
        address_changes.void(connection, subscriber_id, now)
    values = {"address": address, "address_hash": address_hash}
    connection.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(values))


def _query() -> Select[Any]:
    theirs = consent.alias("theirs")
    latest = select(func.max(theirs.c.id)).where(theirs.c.subscriber_id == subscriber.c.id).correlate(subscriber)
    proven = subscriber.outerjoin(consent, consent.c.id == latest.scalar_subquery())
    known = proven.outerjoin(suppression, suppression.c.address_hash == subscriber.c.address_hash)
    return select(
        subscriber, consent.c.source, consent.c.given_on, suppression.c.reason.label("suppressed_for")
    ).select_from(known)


def _people(connection: Connection, query: Select[Any]) -> Iterator[Subscriber]:
    rows = iter(connection.execute(query, execution_options={"yield_per": _PEOPLE_AT_ONCE}))
    while chunk := list(islice(rows, _PEOPLE_AT_ONCE)):
        topics = selections.topics_of(connection, {row.selection_id for row in chunk})
        for row in chunk:
            yield _person(row, topics.get(row.selection_id, frozenset()))


def _person(row: Row[Any], topics: frozenset[str]) -> Subscriber:
    paused_until = Month.parse(row.paused_until) if row.paused_until else None
    return Subscriber(
        id=row.id,
        address=row.address,
        name=row.name,
        preferences=Preferences(topics, row.language, row.no_match, paused_until),
        state=row.state,
        created_at=row.created_at,
        left_at=row.left_at,
        source=row.source or "",
        given_on=row.given_on,
        consent_until=row.consent_until,
        suppressed_for=row.suppressed_for,
        address_since=row.address_since,
    )
