"""Subscribers: adding lists of them, finding one, reading all, and leaving."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from digest.months import Month
from digest.storage import selections, suppressions
from digest.storage.tables import address_change, consent, selection_topic, signup, subscriber
from digest.storage.upsert import insert_new
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.signup import SignUpState
from digest.subscribers.subscriber import NewSubscriber, Preferences, State, Subscriber
from digest.subscribers.suppression import Reason

_PEOPLE_AT_ONCE = 1000  # rows of a stream in memory, or of one INSERT
_COLUMN_OF = {  # what a list may say of a person
    "name": "name",
    "language": "language",
    "topics": "selection_id",
    "no_match": "no_match",
    "paused_until": "paused_until",
}


class AddResult(StrEnum):
    """What became of one person of a list."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    RENEWED = "renewed"  # is there already, with an implied consent that this one prolongs
    KEPT = "kept"  # is there already, differs, and was not to be updated
    LAPSED = "lapsed"  # the implied consent has ended, and this one does not renew it
    LEFT = "left"  # has left: only the person can come back
    SUPPRESSED = "suppressed"  # the address must not be mailed


def add_many(
    conn: Connection,
    people: Iterable[NewSubscriber],
    *,
    update: bool,
    now: dt.datetime,
    method: ConsentMethod = ConsentMethod.IMPORT,
) -> list[AddResult]:
    """
    Add people, each with a consent; whoever has left or is suppressed is not brought back.

    Args:
        update: Whether what *people* say replaces what is known of a person who is there already.
        now: When the consents are recorded.

    An implied consent is renewed, and recorded once more, by a later one; by an express one only with *update*, since a
    list that says nothing counts as express.

    Returns:
        What became of each person, in order. Of several with one address the first counts; the others are `unchanged`
        or `kept`.
    """
    adding = _Adding(conn, update, now, method)
    rest = iter(people)
    results: list[AddResult] = []
    while chunk := list(islice(rest, _PEOPLE_AT_ONCE)):
        results += adding.add(chunk)
    return results


def find(conn: Connection, address_hash: str) -> Subscriber | None:
    """The person with that address, whatever their state, or None."""
    return next(_people(conn, _query().where(subscriber.c.address_hash == address_hash)), None)


def get(conn: Connection, subscriber_id: int) -> Subscriber | None:
    """The person with that id, whatever their state, or None."""
    return next(_people(conn, _query().where(subscriber.c.id == subscriber_id)), None)


def hash_of(conn: Connection, subscriber_id: int) -> str | None:
    """The hash of the address of the person with that id, or None."""
    query = select(subscriber.c.address_hash).where(subscriber.c.id == subscriber_id)
    return conn.execute(query).scalar_one_or_none()


def mark_lapsed(conn: Connection, today: dt.date) -> int:
    """Write down that an implied consent has ended: active people become lapsed; how many."""
    ended = (subscriber.c.state == State.ACTIVE, subscriber.c.consent_until <= today)
    return conn.execute(update(subscriber).where(*ended).values(state=State.LAPSED)).rowcount


def stream(conn: Connection, state: State | None = None) -> Iterator[Subscriber]:
    """Everybody, or everybody in *state*, by id, in constant memory. Valid as long as the transaction."""
    query = _query().order_by(subscriber.c.id)
    return _people(conn, query if state is None else query.where(subscriber.c.state == state))


def count(conn: Connection) -> dict[State, int]:
    """How many people are in each state."""
    query = select(subscriber.c.state, func.count()).group_by(subscriber.c.state)
    return dict.fromkeys(State, 0) | {state: people for state, people in conn.execute(query)}  # noqa: C416


def leave(conn: Connection, subscriber_id: int, *, now: dt.datetime) -> bool:
    """
    Unsubscribe a person: state `left`, and the address suppressed. Doing it again changes nothing.

    Links of sign-ups and address changes that were not used before do nothing from now on.

    Returns:
        False if there is no such person.
    """
    query = select(subscriber.c.address, subscriber.c.address_hash).where(subscriber.c.id == subscriber_id)
    person = conn.execute(query).one_or_none()
    if person is None:
        return False
    conn.execute(
        update(subscriber)
        .where(subscriber.c.id == subscriber_id, subscriber.c.state != State.LEFT)
        .values(state=State.LEFT, left_at=now)
    )
    suppressions.add(conn, person.address_hash, person.address, Reason.UNSUBSCRIBED, now)
    conn.execute(
        update(signup)
        .where(signup.c.address_hash == person.address_hash, signup.c.state == SignUpState.WAITING)
        .values(state=SignUpState.VOID)
    )
    conn.execute(
        update(address_change)
        .where(address_change.c.subscriber_id == subscriber_id, address_change.c.done_at.is_(None))
        .values(expires_at=now)
    )
    return True


def activate(conn: Connection, subscriber_id: int, *, consent_until: dt.date | None = None) -> None:
    """Make a person active; until when is said by the consent that allows it."""
    values = {"state": State.ACTIVE, "left_at": None, "consent_until": consent_until}
    conn.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(values))


def insert_one(conn: Connection, person: NewSubscriber, now: dt.datetime) -> int | None:
    """Add a person without a consent; the id, or None if somebody with that address is there already."""
    values = _given(person, selections.ensure(conn, person.preferences.topics)) | {
        "address_hash": person.address_hash,
        "state": State.ACTIVE,
        "created_at": now,
        "consent_until": person.consent_until,
    }
    statement = insert_new(conn, subscriber).values(values).returning(subscriber.c.id)
    return conn.execute(statement).scalar_one_or_none()


def save_preferences(conn: Connection, subscriber_id: int, chosen: Preferences, name: str) -> bool:
    """Write what a person chose; False if there is no such person."""
    values = _chosen(chosen, selections.ensure(conn, chosen.topics)) | {"name": name}
    return conn.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(values)).rowcount == 1


def set_address(conn: Connection, subscriber_id: int, address: str, address_hash: str) -> None:
    """Write a person's new address; nobody else may have it."""
    values = {"address": address, "address_hash": address_hash}
    conn.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(values))


def topics_of(conn: Connection, selections: Iterable[int]) -> dict[int, frozenset[str]]:
    """The topics of some selections by id; a selection of every topic is not in it."""
    query = select(selection_topic).where(selection_topic.c.selection_id.in_(list(selections)))
    found: dict[int, set[str]] = {}
    for number, topic in conn.execute(query):
        found.setdefault(number, set()).add(topic)
    return {number: frozenset(topics) for number, topics in found.items()}


@dataclass
class _Adding:
    """One call of `add_many`: what it knows from one chunk to the next."""

    conn: Connection
    update: bool
    now: dt.datetime
    method: ConsentMethod
    selections: dict[frozenset[str], int] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)  # hashes that this call has added or updated

    def add(self, people: Sequence[NewSubscriber]) -> list[AddResult]:
        hashes = [person.address_hash for person in people]
        self._ensure_selections(people)
        suppressed = suppressions.among(self.conn, hashes)
        there = self._there(hashes)
        new: dict[str, NewSubscriber] = {}
        renewed: list[tuple[int, NewSubscriber]] = []
        changed: list[dict[str, Any]] = []
        results: list[AddResult] = []
        for person in people:
            values = self._values(person)
            said = {column: values[column] for column in ("address", *(_COLUMN_OF[word] for word in person.says))}
            result = self._result(there.get(person.address_hash), values, said, suppressed)
            if result is AddResult.ADDED:
                new[person.address_hash] = person
            elif result in {AddResult.UPDATED, AddResult.RENEWED}:
                values = self._merged(there[person.address_hash], values, said, renew=result is AddResult.RENEWED)
                changed.append(values)
                if result is AddResult.RENEWED:
                    renewed.append((values["id"], person))
            if result in {AddResult.ADDED, AddResult.UPDATED, AddResult.RENEWED}:
                there[person.address_hash] = values
                self.mine.add(person.address_hash)
            results.append(result)
        self._change(changed)
        self._prove(renewed)
        raced = new.keys() - self._insert(new)
        return [
            AddResult.KEPT if result is AddResult.ADDED and person.address_hash in raced else result
            for person, result in zip(people, results, strict=True)
        ]

    def _ensure_selections(self, people: Sequence[NewSubscriber]) -> None:
        new = {person.preferences.topics for person in people} - self.selections.keys()
        self.selections |= selections.ensure_many(self.conn, new) if new else {}

    def _there(self, hashes: Sequence[str]) -> dict[str, dict[str, Any]]:
        query = select(subscriber).where(subscriber.c.address_hash.in_(hashes))
        return {row.address_hash: dict(row._mapping) for row in self.conn.execute(query)}  # noqa: SLF001

    def _values(self, person: NewSubscriber) -> dict[str, Any]:
        return _given(person, self.selections[person.preferences.topics]) | {
            "address_hash": person.address_hash,
            "state": State.ACTIVE,
            "created_at": self.now,
            "consent_until": person.consent_until,
        }

    def _merged(self, old: dict[str, Any], new: dict[str, Any], said: dict[str, Any], *, renew: bool) -> dict[str, Any]:
        changes = said if self.update else {}
        proof = {name: (new if renew else old)[name] for name in ("state", "consent_until")}
        return old | changes | proof

    def _result(
        self, old: dict[str, Any] | None, new: dict[str, Any], said: dict[str, Any], suppressed: frozenset[str]
    ) -> AddResult:
        if old is None:
            return AddResult.SUPPRESSED if new["address_hash"] in suppressed else AddResult.ADDED
        if old["state"] is State.LEFT or new["address_hash"] in suppressed:
            return AddResult.LEFT if old["state"] is State.LEFT else AddResult.SUPPRESSED
        return self._known(old, new, said)

    def _known(self, old: dict[str, Any], new: dict[str, Any], said: dict[str, Any]) -> AddResult:
        if new["address_hash"] not in self.mine and self._renews(old["consent_until"], new["consent_until"]):
            return AddResult.RENEWED
        if old["state"] is State.LAPSED:
            return AddResult.LAPSED
        if all(old[column] == value for column, value in said.items()):
            return AddResult.UNCHANGED
        return AddResult.UPDATED if self.update and new["address_hash"] not in self.mine else AddResult.KEPT

    def _renews(self, old: dt.date | None, new: dt.date | None) -> bool:
        return old is not None and (self.update if new is None else new > old)

    def _change(self, rows: Sequence[dict[str, Any]]) -> None:
        changing = ("address", "state", "consent_until", *_COLUMN_OF.values())
        if rows:
            query = update(subscriber).where(subscriber.c.address_hash == bindparam("which"))
            changes = [{name: row[name] for name in changing} | {"which": row["address_hash"]} for row in rows]
            self.conn.execute(query, changes)

    def _insert(self, new: dict[str, NewSubscriber]) -> set[str]:
        """Add the people and their consents; the hashes of those whom no other process has added meanwhile."""
        if not new:
            return set()
        insert = insert_new(self.conn, subscriber).returning(subscriber.c.id, subscriber.c.address_hash)
        added = self.conn.execute(insert, [self._values(person) for person in new.values()]).all()
        self._prove([(number, new[address_hash]) for number, address_hash in added])
        return {address_hash for _, address_hash in added}

    def _prove(self, people: Sequence[tuple[int, NewSubscriber]]) -> None:
        rows = [
            {
                "subscriber_id": number,
                "address_hash": person.address_hash,
                "kind": person.consent,
                "method": self.method,
                "source": person.source,
                "given_on": person.given_on,
                "recorded_at": self.now,
                "expires_on": person.consent_until,
            }
            for number, person in people
        ]
        if rows:
            self.conn.execute(consent.insert(), rows)


def _given(person: NewSubscriber, selection_id: int) -> dict[str, Any]:
    return {"address": person.address, "name": person.name} | _chosen(person.preferences, selection_id)


def _chosen(chosen: Preferences, selection_id: int) -> dict[str, Any]:
    return {
        "language": chosen.language,
        "selection_id": selection_id,
        "no_match": chosen.no_match,
        "paused_until": str(chosen.paused_until) if chosen.paused_until else None,
    }


def _query() -> Select[Any]:
    theirs = consent.alias("theirs")
    latest = select(func.max(theirs.c.id)).where(theirs.c.subscriber_id == subscriber.c.id).correlate(subscriber)
    proven = subscriber.outerjoin(consent, consent.c.id == latest.scalar_subquery())
    return select(subscriber, consent.c.source, consent.c.given_on).select_from(proven)


def _people(conn: Connection, query: Select[Any]) -> Iterator[Subscriber]:
    rows = iter(conn.execute(query, execution_options={"yield_per": _PEOPLE_AT_ONCE}))
    while chunk := list(islice(rows, _PEOPLE_AT_ONCE)):
        topics = topics_of(conn, {row.selection_id for row in chunk})
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
    )
