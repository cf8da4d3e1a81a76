"""Outcomes of deliveries after their hand-over, as events report them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select, update

from digest.delivery.events import Outcome, in_a_row
from digest.delivery.states import AttemptState, BatchState, HandOver
from digest.storage.db.upsert import insert_new
from digest.storage.outbox import batches, members
from digest.storage.tables.outbox import attempt, batch, campaign, delivery, event
from digest.storage.tables.people import subscriber

_SOME: BindParameter[Any] = bindparam("some", expanding=True)
# These queries run for every post. They are composed once, since composing costs more than running them.
_ATTEMPTS: Select[Any] = (
    select(attempt.c.id, attempt.c.state, batch.c.campaign_id)
    .join(batch, batch.c.id == attempt.c.batch_id)
    .where(attempt.c.id.in_(_SOME))
)
_CAMPAIGNS: Select[Any] = select(delivery.c.id, delivery.c.campaign_id).where(delivery.c.id.in_(_SOME))
_LOCKED: Select[Any] = (
    select(delivery.c.id, delivery.c.campaign_id, delivery.c.subscriber_id, delivery.c.outcome, delivery.c.soft_bounced)
    .where(delivery.c.id.in_(_SOME))
    .order_by(delivery.c.id)  # in one order, so that two posts never wait for each other
    .with_for_update()
)
_RAISE = update(delivery).where(delivery.c.id.in_(_SOME)).values(outcome=bindparam("new"))
_SOFTEN = update(delivery).where(delivery.c.id.in_(_SOME)).values(soft_bounced=True)


class KnownAttempt(NamedTuple):
    """An attempt that events are about."""

    state: AttemptState
    campaign_id: int


@dataclass(frozen=True)
class Reported:
    """A delivery that events report. `subscriber_id` is None if the person was erased."""

    id: int
    campaign_id: int
    subscriber_id: int | None
    outcome: Outcome | None
    soft_bounced: bool | None


def attempts(connection: Connection, ids: Collection[int]) -> dict[int, KnownAttempt]:
    """Map the attempts *ids* that exist to their state and campaign."""
    return {row.id: KnownAttempt(row.state, row.campaign_id) for row in _rows(connection, _ATTEMPTS, ids)}


def campaigns_of(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Map the deliveries *ids* that exist to their campaigns."""
    return {row.id: row.campaign_id for row in _rows(connection, _CAMPAIGNS, ids)}


def lock(connection: Connection, ids: Collection[int]) -> dict[int, Reported]:
    """Lock the deliveries *ids* that exist until the end of the transaction."""
    return {row.id: Reported(*row) for row in _rows(connection, _LOCKED, ids)}


def advance(connection: Connection, new: Mapping[int, Outcome]) -> None:
    """Give deliveries later outcomes than they have; lock them first."""
    alike: defaultdict[Outcome, list[int]] = defaultdict(list)
    for number, outcome in new.items():
        alike[outcome].append(number)
    for outcome, ids in alike.items():
        for some in _chunks(ids):
            connection.execute(_RAISE, {"new": outcome, "some": some})


def mark_soft(connection: Connection, ids: Collection[int]) -> None:
    """Record that deliveries had a soft bounce."""
    for some in _chunks(ids):
        connection.execute(_SOFTEN, {"some": some})


def bounced_in_a_row(connection: Connection, bounced: Mapping[int, Collection[int]], times: int) -> frozenset[int]:
    """
    Find people with *times* soft bounces in a row, in the order of months, at least one of them in *bounced*.

    Args:
        bounced: Maps subscribers to the campaigns in which a soft bounce was reported.

    Campaigns that skipped the person do not count; one without a report breaks the row.
    """
    order = {number: place for place, number in enumerate(connection.execute(_every_campaign()).scalars())}
    found: set[int] = set()
    for some in _chunks(bounced):
        # two posts about one person must be counted one after the other
        connection.execute(
            select(subscriber.c.id).where(subscriber.c.id.in_(some)).order_by(subscriber.c.id).with_for_update()
        )
        history: defaultdict[int, list[tuple[int, bool]]] = defaultdict(list)
        query = select(delivery.c.subscriber_id, delivery.c.campaign_id, delivery.c.soft_bounced).where(
            delivery.c.campaign_id.in_(list(order)),
            delivery.c.subscriber_id.in_(some),
            func.coalesce(delivery.c.state, "") != HandOver.SKIPPED.value,
        )
        for person, number, soft in connection.execute(query):
            history[person].append((order[number], bool(soft)))
        for who, what in history.items():
            reported = {order[number] for number in bounced[who]}
            soft = [bounce for _, bounce in sorted(what)]
            rows = [in_a_row(soft, index) for index, (place, _) in enumerate(sorted(what)) if place in reported]
            if max(rows, default=0) >= times:
                found.add(who)
    return frozenset(found)


def still_accepted(connection: Connection, about: Iterable[tuple[int, int]]) -> list[int]:
    """
    Return deliveries that count as accepted by exactly the attempt given with them. Locks their batches.

    A delivery that waits again because of an earlier copy of the event is left out, and so is one that another attempt
    reached as well.
    """
    by_delivery = defaultdict(set)
    for number, attempt_id in about:
        by_delivery[number].add(attempt_id)
    homes = members.batches_of(connection, by_delivery)
    rows = {home: batches.lock(connection, home) for home in sorted(set(homes.values()))}
    return [
        number
        for number, home in sorted(homes.items())
        if rows[home].state is BatchState.ACCEPTED
        and rows[home].attempt_id in by_delivery[number]
        and not rows[home].duplicates
    ]


def counts(connection: Connection, campaign_id: int) -> Counter[Outcome]:
    """Count the deliveries of a campaign by outcome."""
    query = select(delivery.c.outcome, func.count()).where(
        delivery.c.campaign_id == campaign_id, delivery.c.outcome.is_not(None)
    )
    return Counter({row[0]: row[1] for row in connection.execute(query.group_by(delivery.c.outcome))})


def count_others(connection: Connection, others: Mapping[str, int], now: dt.datetime) -> None:
    """Add to the counts of events that have no effect, by kind."""
    for kind, number in sorted(others.items()):
        connection.execute(insert_new(connection, event).values(kind=kind, number=0, last_at=now))
        values = {"number": event.c.number + number, "last_at": now}
        connection.execute(update(event).where(event.c.kind == kind).values(values))


def others(connection: Connection) -> dict[str, int]:
    """Return the counts of events that have no effect, by kind."""
    return {row[0]: row[1] for row in connection.execute(select(event.c.kind, event.c.number))}


def _every_campaign() -> Select[Any]:
    return select(campaign.c.id).order_by(campaign.c.month)


def _rows(connection: Connection, query: Select[Any], ids: Collection[int]) -> Iterator[Any]:
    for some in _chunks(ids):
        yield from connection.execute(query, {"some": some}).all()


def _chunks(ids: Collection[int]) -> Iterator[list[int]]:
    every = sorted(set(ids))
    for start in range(0, len(every), members.IDS_AT_ONCE):
        yield every[start : start + members.IDS_AT_ONCE]
