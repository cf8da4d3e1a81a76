"""Which editions were handed over to a person."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, bindparam, select

from digest.delivery.states import AttemptState, BatchState
from digest.issue.edition import EditionKey
from digest.months import Month
from digest.storage.outbox import members
from digest.storage.tables.outbox import attempt, batch, campaign, delivery

_DELIVERIES: Select[Any] = (
    # the join lets the unique index find the rows: it begins with the campaign
    select(campaign.c.month, campaign.c.hash, campaign.c.created_at, delivery.c.id)
    .join(delivery, delivery.c.campaign_id == campaign.c.id)
    .where(delivery.c.subscriber_id == bindparam("subscriber"), delivery.c.state.is_(None))
    .order_by(campaign.c.month.desc())
)


class ReceivedEdition(NamedTuple):
    """An edition that the provider accepted for a person.

    Attributes:
        issue_hash: Of the bytes that went out.
        accepted_at: When the provider accepted it.
    """

    month: Month
    issue_hash: str
    key: EditionKey
    accepted_at: dt.datetime


def editions_received_by(connection: Connection, subscriber_id: int) -> list[ReceivedEdition]:
    """What the provider accepted for a person, newest month first, as long as the deliveries name the person."""
    deliveries = connection.execute(_DELIVERIES, {"subscriber": subscriber_id}).all()
    homes = members.batches_of(connection, [row.id for row in deliveries])
    accepted = _accepted(connection, set(homes.values()))
    requests = _requests(connection, list(accepted.values()))
    return [
        _received(row, accepted[homes[row.id]], requests.get(homes[row.id]))
        for row in deliveries
        if homes.get(row.id) in accepted
    ]


def _accepted(connection: Connection, batches: set[int]) -> dict[int, Row[Any]]:
    query: Select[Any] = select(batch.c.id, batch.c.language, batch.c.mask, batch.c.split_by)
    accepted = query.where(batch.c.id.in_(batches), batch.c.state == BatchState.ACCEPTED)
    return {row.id: row for row in connection.execute(accepted)}


def _requests(connection: Connection, batches: list[Row[Any]]) -> dict[int, Row[Any]]:
    """The accepted request of each batch: the last of its own, else the one after which it was split off."""
    columns: Select[Any] = select(attempt.c.id, attempt.c.batch_id, attempt.c.hash, attempt.c.finished_at)
    own = columns.where(attempt.c.batch_id.in_([row.id for row in batches]), attempt.c.state == AttemptState.ACCEPTED)
    found = {row.batch_id: row for row in connection.execute(own.order_by(attempt.c.id))}
    before = {row.id: row.split_by for row in batches if row.id not in found and row.split_by is not None}
    origins = {row.id: row for row in connection.execute(columns.where(attempt.c.id.in_(set(before.values()))))}
    return found | {home: origins[number] for home, number in before.items() if number in origins}


def _received(planned: Row[Any], home: Row[Any], request: Row[Any] | None) -> ReceivedEdition:
    key = EditionKey(home.language, home.mask)
    issue_hash = planned.hash if request is None else request.hash
    at = None if request is None else request.finished_at
    return ReceivedEdition(Month.parse(planned.month), issue_hash, key, at or planned.created_at)
