"""Adding lists of people, with their consents, and the result for each person."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from digest.storage.db.bulk import insert_rows
from digest.storage.db.upsert import insert_new, is_one_of
from digest.storage.people import selections, suppressions
from digest.storage.tables.people import consent, subscriber
from digest.subscribers.consent import ConsentMethod
from digest.subscribers.subscriber import NewSubscriber, Preferences, State

_PEOPLE_AT_ONCE = 1000  # rows of one INSERT
_COLUMN_OF = {  # what a list may say of a person
    "name": "name",
    "language": "language",
    "topics": "selection_id",
    "no_match": "no_match",
    "paused_until": "paused_until",
}
_MINE: Mapping[str, Any] = {}  # a person whom this call adds
_NOT_YET = -1  # id of a selection that is to be made
_S, _C = subscriber.c, consent.c
_NEW = (
    _S.address, _S.address_hash, _S.name, _S.language, _S.selection_id, _S.no_match, _S.paused_until, _S.state,
    _S.created_at, _S.consent_until,
)  # fmt: skip
_PROOF = (
    _C.subscriber_id, _C.address_hash, _C.kind, _C.method, _C.source, _C.given_on, _C.recorded_at, _C.expires_on
)  # fmt: skip


class AddResult(StrEnum):
    """The result for one person of a list."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    RENEWED = "renewed"  # already subscribed, with an implied consent that this one extends
    KEPT = "kept"  # already subscribed, differs, and was not updated
    DUPLICATE = "duplicate"  # appears earlier in the same list; that row counts
    LAPSED = "lapsed"  # the implied consent has ended, and this one does not renew it
    LEFT = "left"  # has left: only the person can come back
    SUPPRESSED = "suppressed"  # the address must not be mailed


def add_many(
    connection: Connection,
    people: Iterable[NewSubscriber],
    *,
    update: bool,
    now: dt.datetime,
    method: ConsentMethod = ConsentMethod.IMPORT,
    added_after: int | None = None,
    selections: dict[frozenset[str], int] | None = None,
) -> list[AddResult]:
    """
    Add people, each with a consent, except those who have left or are suppressed.

    Args:
        update: Whether *people* replace what is stored about existing subscribers.
        now: When the consents are recorded.
        added_after: People with a greater id were added by earlier calls for this list; None: this is the first call.
        selections: Ids that earlier calls have found; this call adds its own.

    A later implied consent renews an implied one and is recorded too. An express consent does so only with *update*,
    because a list without a consent column counts as express.

    Returns:
        The result for each person, in order. If several have the same address, the first counts.
    """
    adding = _Adding(connection, update, now, method, added_after, {} if selections is None else selections)
    return [result for chunk in _chunks(people) for result in adding.add(chunk)]


def preview_many(connection: Connection, people: Iterable[NewSubscriber], *, update: bool) -> list[AddResult]:
    """Return what `add_many` would return. Changes nothing, and works in a read-only transaction."""
    adding = _Adding(connection, update)
    return [result for chunk in _chunks(people) for result in adding.preview(chunk)]


def newest(connection: Connection) -> int:
    """The greatest id of a subscriber; 0 if there is none."""
    return int(connection.execute(select(func.coalesce(func.max(_S.id), 0))).scalar_one())


def given_columns(person: NewSubscriber, selection_id: int) -> dict[str, Any]:
    """The columns of `subscriber` that a list or a form fills."""
    return {"address": person.address, "name": person.name} | chosen_columns(person.preferences, selection_id)


def chosen_columns(preferences: Preferences, selection_id: int) -> dict[str, Any]:
    """The columns of `subscriber` that hold preferences."""
    return {
        "language": preferences.language,
        "selection_id": selection_id,
        "no_match": preferences.no_match,
        "paused_until": str(preferences.paused_until) if preferences.paused_until else None,
    }


def _chunks(people: Iterable[NewSubscriber]) -> Iterator[Sequence[NewSubscriber]]:
    rest = iter(people)
    while chunk := list(islice(rest, _PEOPLE_AT_ONCE)):
        yield chunk


@dataclass
class _Judged:
    """What has to be written for one chunk."""

    results: list[AddResult] = field(default_factory=list)
    new: dict[str, NewSubscriber] = field(default_factory=dict)  # by hash
    changed: list[dict[str, Any]] = field(default_factory=list)
    renewed: list[tuple[int, NewSubscriber]] = field(default_factory=list)

    @property
    def touched(self) -> set[str]:
        return self.new.keys() | {row["address_hash"] for row in self.changed}


@dataclass
class _Adding:
    """One call of `add_many`, and what it remembers from one chunk to the next."""

    connection: Connection
    update: bool
    now: dt.datetime | None = None
    method: ConsentMethod = ConsentMethod.IMPORT
    added_after: int | None = None
    selections: dict[frozenset[str], int] = field(default_factory=dict)
    mine: set[str] = field(default_factory=set)  # hashes that this call has added or updated

    def add(self, people: Sequence[NewSubscriber]) -> list[AddResult]:
        new = {person.preferences.topics for person in people} - self.selections.keys()
        self.selections.update(selections.ensure_many(self.connection, new) if new else {})
        judged = self.judge(people)
        while not self._inserted(judged.new):  # another process has added one of them meanwhile
            self.mine -= judged.touched
            judged = self.judge(people)
        self._change(judged.changed)
        self._prove(judged.renewed)
        return judged.results

    def preview(self, people: Sequence[NewSubscriber]) -> list[AddResult]:
        new = {person.preferences.topics for person in people} - self.selections.keys()
        self.selections.update(selections.find_many(self.connection, new) if new else {})
        return self.judge(people).results

    def judge(self, people: Sequence[NewSubscriber]) -> _Judged:
        hashes = [person.address_hash for person in people]
        suppressed = suppressions.among(self.connection, hashes)
        there = self._there(hashes)
        judged = _Judged()
        for person in people:
            known = there.get(person.address_hash)
            if known is not None or person.address_hash in self.mine:
                result = self._known(known or _MINE, person, suppressed, judged)
            elif person.address_hash in suppressed:
                result = AddResult.SUPPRESSED
            else:
                result = AddResult.ADDED
                judged.new[person.address_hash] = person
                self.mine.add(person.address_hash)
            judged.results.append(result)
        return judged

    def _there(self, hashes: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        query = select(subscriber).where(is_one_of(self.connection, _S.address_hash, hashes))
        return {row.address_hash: dict(row._mapping) for row in self.connection.execute(query)}  # noqa: SLF001  public in spite of its name

    def _known(
        self, old: Mapping[str, Any], person: NewSubscriber, suppressed: frozenset[str], judged: _Judged
    ) -> AddResult:
        if person.address_hash in self.mine or (self.added_after is not None and old["id"] > self.added_after):
            return AddResult.DUPLICATE
        if old["state"] is State.LEFT or person.address_hash in suppressed:
            return AddResult.LEFT if old["state"] is State.LEFT else AddResult.SUPPRESSED
        values = given_columns(person, self.selections.get(person.preferences.topics, _NOT_YET))
        said = {column: values[column] for column in ("address", *(_COLUMN_OF[word] for word in person.says))}
        result = self._compared(old, person, said)
        if result in {AddResult.UPDATED, AddResult.RENEWED}:
            proof = {"state": State.ACTIVE, "consent_until": person.consent_until}
            changes = (said if self.update else {}) | (proof if result is AddResult.RENEWED else {})
            judged.changed.append({**old, **changes})
            self.mine.add(person.address_hash)
        if result is AddResult.RENEWED:
            judged.renewed.append((old["id"], person))
        return result

    def _compared(self, old: Mapping[str, Any], person: NewSubscriber, said: Mapping[str, Any]) -> AddResult:
        if self._renews(old["consent_until"], person.consent_until):
            return AddResult.RENEWED
        if old["state"] is State.LAPSED:
            return AddResult.LAPSED
        if all(old[column] == value for column, value in said.items()):
            return AddResult.UNCHANGED
        return AddResult.UPDATED if self.update else AddResult.KEPT

    def _renews(self, old: dt.date | None, new: dt.date | None) -> bool:
        return old is not None and (self.update if new is None else new > old)

    def _change(self, rows: Sequence[dict[str, Any]]) -> None:
        changing = ("address", "state", "consent_until", *_COLUMN_OF.values())
        if rows:
            query = update(subscriber).where(_S.address_hash == bindparam("which"))
            changes = [{name: row[name] for name in changing} | {"which": row["address_hash"]} for row in rows]
            self.connection.execute(query, changes)

    def _inserted(self, new: Mapping[str, NewSubscriber]) -> bool:
        """Add the people and their consents, or nobody if one of them exists by now."""
        rows = [
            (
                person.address,
                person.address_hash,
                person.name,
                person.preferences.language,
                self.selections[person.preferences.topics],
                person.preferences.no_match,
                person.preferences.paused_until and str(person.preferences.paused_until),
                State.ACTIVE,
                self.now,
                person.consent_until,
            )
            for person in new.values()
        ]
        with self.connection.begin_nested() as savepoint:
            if insert_rows(self.connection, insert_new(self.connection, subscriber), _NEW, rows) != len(rows):
                savepoint.rollback()
                return False
        query = select(_S.address_hash, _S.id).where(is_one_of(self.connection, _S.address_hash, new))
        self._prove(
            [(number, new[address_hash]) for address_hash, number in self.connection.execute(query)] if new else []
        )
        return True

    def _prove(self, people: Sequence[tuple[int, NewSubscriber]]) -> None:
        rows = [
            (
                number,
                person.address_hash,
                person.consent,
                self.method,
                person.source,
                person.given_on,
                self.now,
                person.consent_until,
            )
            for number, person in people
        ]
        insert_rows(self.connection, insert(consent), _PROOF, rows)
