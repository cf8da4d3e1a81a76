"""Selections: each distinct set of topics is one row, and a subscriber points at one."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, func, select

from digest.storage.db.upsert import insert_new, is_one_of
from digest.storage.people.reachable import is_reachable
from digest.storage.tables.people import selection, selection_topic, subscriber


def key(topics: Iterable[str]) -> str:
    """The unique key of a set of topics: SHA-256 in hex of the sorted slugs, joined by `;`."""
    return hashlib.sha256(";".join(sorted(topics)).encode()).hexdigest()


EVERYTHING = key(())


def ensure(connection: Connection, topics: frozenset[str]) -> int:
    """Return the id of the selection of *topics*; insert it if it is new."""
    return ensure_many(connection, [topics])[topics]


def ensure_many(connection: Connection, sets: Iterable[frozenset[str]]) -> Mapping[frozenset[str], int]:
    """Return the ids of many selections, and insert new ones, in four statements."""
    by_key = {key(topics): topics for topics in sets}
    found = _ids(connection, by_key)
    if new := sorted(by_key.keys() - found.keys()):
        connection.execute(insert_new(connection, selection), [{"key": one} for one in new])
        ids = _ids(connection, new)
        rows = [{"selection_id": ids[one], "topic": topic} for one in new for topic in sorted(by_key[one])]
        if rows:
            connection.execute(insert_new(connection, selection_topic), rows)
        found |= ids
    return {topics: found[one] for one, topics in by_key.items()}


def find_many(connection: Connection, sets: Iterable[frozenset[str]]) -> Mapping[frozenset[str], int]:
    """Return the ids of those selections that exist."""
    by_key = {key(topics): topics for topics in sets}
    return {by_key[one]: number for one, number in _ids(connection, by_key).items()}


def topics_of(connection: Connection, ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Map selections to their topics, by id. The selection of every topic is left out."""
    query = select(selection_topic).where(selection_topic.c.selection_id.in_(list(ids)))
    found: dict[int, set[str]] = {}
    for number, topic in connection.execute(query):
        found.setdefault(number, set()).add(topic)
    return {number: frozenset(topics) for number, topics in found.items()}


def topic_counts(connection: Connection, today: dt.date) -> dict[str, int]:
    """Count the people who can be mailed and chose each topic, without those who chose none and so get every topic."""
    by_selection = (
        select(subscriber.c.selection_id, func.count().label("people"))
        .where(*is_reachable(today))
        .group_by(subscriber.c.selection_id)
        .subquery()
    )
    query = (
        select(selection_topic.c.topic, func.sum(by_selection.c.people))
        .join(by_selection, by_selection.c.selection_id == selection_topic.c.selection_id)
        .group_by(selection_topic.c.topic)
    )
    return {topic: int(people) for topic, people in connection.execute(query)}


def everything_count(connection: Connection, today: dt.date) -> int:
    """Count the people who can be mailed and get every topic because they chose none."""
    query = (
        select(func.count())
        .select_from(subscriber)
        .join(selection)
        .where(selection.c.key == EVERYTHING, *is_reachable(today))
    )
    return connection.execute(query).scalar_one()


def _ids(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    query = select(selection.c.key, selection.c.id).where(is_one_of(connection, selection.c.key, list(keys)))
    return {one: number for one, number in connection.execute(query)}  # noqa: C416  rows are no pairs to mypy
