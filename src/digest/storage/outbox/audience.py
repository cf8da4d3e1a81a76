"""Who gets which edition: decided in SQL once per distinct selection, then joined with subscribers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    Subquery,
    Table,
    Text,
    case,
    distinct,
    func,
    literal,
    select,
    union_all,
)

from digest.delivery.states import Skipped
from digest.issue.edition import EditionKey
from digest.months import Month
from digest.storage.db.types import BigKey
from digest.storage.people.reachable import is_reachable
from digest.storage.people.selections import EVERYTHING
from digest.storage.tables.issues import edition, issue_topic
from digest.storage.tables.people import selection, selection_topic, subscriber
from digest.subscribers.subscriber import NoMatch

snapshot = Table(
    "audience",
    MetaData(),
    Column("place", Integer, primary_key=True),  # from 1: edition after edition, then people who are skipped
    Column("subscriber_id", BigKey, nullable=False),
    Column("language", Integer, nullable=False),  # place in the issue's languages, from 0
    Column("mask", Integer),
    Column("reason", Text),  # why the person is skipped; null: they are mailed
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""The audience at the moment of planning. Batches are counted and filled from the same people, even if someone joins or
leaves meanwhile."""


def people(issue_hash: str, month: Month, languages: Sequence[str], today: dt.date) -> Select[Any]:
    """
    Select everyone in the plan of an issue: active, with a valid consent, and not suppressed.

    Args:
        languages: The languages of the editions. A person with another language gets the first.
        today: The day on which consents must be valid, in UTC.

    Returns:
        Rows of subscriber_id, language (its place in *languages*), mask, reason. A person with a
        reason is skipped; ignore the mask.
    """
    whole = select(func.max(edition.c.mask)).where(edition.c.hash == issue_hash).scalar_subquery()
    topics = select(issue_topic.c.bit, issue_topic.c.topic).where(issue_topic.c.hash == issue_hash).subquery("topics")
    return _people(topics, whole, month, languages, today)


def headcounts(
    connection: Connection, month: Month, topics: Sequence[frozenset[str]], languages: Sequence[str], today: dt.date
) -> dict[EditionKey, int]:
    """
    Count the people who would get each edition of an issue that is not frozen yet, without empty editions.

    Args:
        topics: The topics of each article, in the issue's order.
    """
    pairs = [(1 << place, topic) for place, of_article in enumerate(topics) for topic in sorted(of_article)]
    if not pairs:
        return {}
    drafted = union_all(*(select(literal(bit).label("bit"), literal(topic).label("topic")) for bit, topic in pairs))
    whole = literal(2 ** len(topics) - 1)
    everybody = _people(drafted.subquery("topics"), whole, month, languages, today).subquery("people")
    columns = everybody.c.language, everybody.c.mask
    counted = select(*columns, func.count()).where(everybody.c.reason.is_(None)).group_by(*columns)
    return {EditionKey(languages[place], mask): number for place, mask, number in connection.execute(counted)}


def _people(topics: Subquery, whole: Any, month: Month, languages: Sequence[str], today: dt.date) -> Select[Any]:
    matched = _matched(topics, whole)
    mask = func.coalesce(matched.c.mask, case((subscriber.c.no_match == NoMatch.WHOLE, whole)))
    language = case({name: place for place, name in enumerate(languages)}, value=subscriber.c.language, else_=0)
    reason = case(
        (subscriber.c.paused_until > str(month), literal(Skipped.PAUSED.value)),
        (mask.is_(None), literal(Skipped.NO_MATCH.value)),
    )
    return (
        select(subscriber.c.id.label("subscriber_id"), language.label("language"), mask.label("mask"))
        .add_columns(reason.label("reason"))
        .outerjoin(matched, matched.c.selection_id == subscriber.c.selection_id)
        .where(*is_reachable(today))
    )


def _matched(topics: Subquery, whole: Any) -> CTE:
    """Selections that match an article, each with its mask: a few thousand rows, however many subscribers there are."""
    by_topic = (
        select(selection_topic.c.selection_id, func.sum(distinct(topics.c.bit)).label("mask"))
        .join(topics, topics.c.topic == selection_topic.c.topic)
        .group_by(selection_topic.c.selection_id)
    )
    everything = select(selection.c.id, whole).where(selection.c.key == EVERYTHING)
    return union_all(by_topic, everything).cte("matched")
