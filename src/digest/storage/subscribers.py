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
from digest.storage.tables import ConsentKind, consent, selection_topic, subscriber
from digest.storage.upsert import insert_new
from digest.subscribers.subscriber import NewSubscriber, Preferences, State, Subscriber

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
    KEPT = "kept"  # is there already, differs, and was not to be updated
    LEFT = "left"  # has left: only the person can come back
    SUPPRESSED = "suppressed"  # the address must not be mailed


def add_many(
    conn: Connection,
    people: Iterable[NewSubscriber],
    *,
    update: bool,
    now: dt.datetime,
    kind: ConsentKind = ConsentKind.IMPORT,
) -> list[AddResult]:
    """
    Add people, each with a consent; whoever has left or is suppressed is not brought back.

    Args:
        update: Whether what *people* say replaces what is known of a person who is there already. No consent is added.
        now: When the consents are recorded.

    Returns:
        What became of each person, in order. Of several with one address the first counts; the others are `unchanged`
        or `kept`.
    """
    adding = _Adding(conn, update, now, kind)
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
    suppressions.add(conn, person.address_hash, person.address, suppressions.UNSUBSCRIBED, now)
    return True


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
    kind: ConsentKind
    selections: dict[frozenset[str], int] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)  # hashes that this call has added or updated

    def add(self, people: Sequence[NewSubscriber]) -> list[AddResult]:
        hashes = [person.address_hash for person in people]
        self._ensure_selections(people)
        suppressed = suppressions.among(self.conn, hashes)
        there = self._there(hashes)
        new: dict[str, NewSubscriber] = {}
        changed: list[dict[str, Any]] = []
        results: list[AddResult] = []
        for person in people:
            values = self._values(person)
            said = {column: values[column] for column in ("address", *(_COLUMN_OF[word] for word in person.says))}
            result = self._result(there.get(person.address_hash), person.address_hash, said, suppressed)
            if result is AddResult.ADDED:
                new[person.address_hash] = person
            elif result is AddResult.UPDATED:
                changed.append(there[person.address_hash] | said | {"which": person.address_hash})
            if result in {AddResult.ADDED, AddResult.UPDATED}:
                there[person.address_hash] = there.get(person.address_hash, values) | said
                self.mine.add(person.address_hash)
            results.append(result)
        self._change(changed)
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
        chosen = person.preferences
        return {
            "address": person.address,
            "address_hash": person.address_hash,
            "name": person.name,
            "language": chosen.language,
            "selection_id": self.selections[chosen.topics],
            "no_match": chosen.no_match,
            "paused_until": str(chosen.paused_until) if chosen.paused_until else None,
            "state": State.ACTIVE,
            "created_at": self.now,
        }

    def _result(
        self, old: dict[str, Any] | None, address_hash: str, said: dict[str, Any], suppressed: frozenset[str]
    ) -> AddResult:
        if old is not None and old["state"] is State.LEFT:
            return AddResult.LEFT
        if address_hash in suppressed:
            return AddResult.SUPPRESSED
        if old is None:
            return AddResult.ADDED
        if all(old[column] == value for column, value in said.items()):
            return AddResult.UNCHANGED
        return AddResult.UPDATED if self.update and address_hash not in self.mine else AddResult.KEPT

    def _change(self, rows: Sequence[dict[str, Any]]) -> None:
        changing = ("which", "address", *_COLUMN_OF.values())
        if rows:
            query = update(subscriber).where(subscriber.c.address_hash == bindparam("which"))
            self.conn.execute(query, [{name: row[name] for name in changing} for row in rows])

    def _insert(self, new: dict[str, NewSubscriber]) -> set[str]:
        """Add the people and their consents; the hashes of those whom no other process has added meanwhile."""
        if not new:
            return set()
        insert = insert_new(self.conn, subscriber).returning(subscriber.c.id, subscriber.c.address_hash)
        added = self.conn.execute(insert, [self._values(person) for person in new.values()]).all()
        consents = [
            {
                "subscriber_id": number,
                "kind": self.kind,
                "source": new[address_hash].source,
                "given_on": new[address_hash].given_on,
                "recorded_at": self.now,
            }
            for number, address_hash in added
        ]
        if consents:
            self.conn.execute(consent.insert(), consents)
        return {address_hash for _, address_hash in added}


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
    )
