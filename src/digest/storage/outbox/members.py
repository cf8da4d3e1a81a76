"""The members of a batch: the deliveries of its range that were not moved elsewhere, and those moved to it."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select, update

from digest.delivery.states import BatchState, HandOver
from digest.storage.outbox.rows import BATCHES, BatchRow
from digest.storage.tables.outbox import batch, delivery

IDS_AT_ONCE = 1000  # fewer than the parameters that one statement may have

_FIRST: Select[Any] = (
    select(batch.c.id, batch.c.last_delivery)
    .where(batch.c.first_delivery <= bindparam("delivery"), batch.c.first_delivery <= batch.c.last_delivery)
    .order_by(batch.c.first_delivery.desc())
    .limit(1)
)


def of_batch(connection: Connection, batch_id: int) -> list[int]:
    """List the deliveries of a batch that have no state of their own, in order."""
    row = BatchRow(*connection.execute(BATCHES.where(batch.c.id == batch_id)).one())
    query = select(delivery.c.id).where(*inside(row), delivery.c.state.is_(None)).order_by(delivery.c.id)
    return list(connection.execute(query).scalars())


def inside(row: BatchRow) -> tuple[Any, ...]:
    """The SQL condition that a delivery is in the batch of *row*."""
    if row.span is None:
        return (delivery.c.batch_id == row.id,)
    return delivery.c.id.between(*row.span), delivery.c.batch_id.is_(None)


def batches_of(connection: Connection, deliveries: Collection[int]) -> dict[int, int]:
    """Map *deliveries* to their batches, without those that do not exist or were never in one."""
    found: dict[int, int] = {}
    wanted = sorted(set(deliveries))
    for start in range(0, len(wanted), IDS_AT_ONCE):
        some = wanted[start : start + IDS_AT_ONCE]
        first = last = None
        for delivery_id, moved in connection.execute(
            select(delivery.c.id, delivery.c.batch_id).where(delivery.c.id.in_(some)).order_by(delivery.c.id)
        ).all():
            if moved is None and (last is None or delivery_id > last):
                row = connection.execute(_FIRST, {"delivery": delivery_id}).one_or_none()
                first, last = (
                    (row.id, row.last_delivery)
                    if row is not None and row.last_delivery >= delivery_id
                    else (None, None)
                )
            home = moved if moved is not None else first
            if home is not None:
                found[delivery_id] = home
    return found


def by_batch(connection: Connection, deliveries: Collection[int]) -> dict[int, list[int]]:
    """Group *deliveries* by batch, in the order in which batches are locked."""
    homes: dict[int, list[int]] = {}
    for delivery_id, home in batches_of(connection, deliveries).items():
        homes.setdefault(home, []).append(delivery_id)
    return dict(sorted(homes.items()))  # in one order, so that two transactions never wait for each other


def states_of(connection: Connection, deliveries: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """Map *deliveries* to the state and reason of their batches; see `batches_of`."""
    homes = batches_of(connection, deliveries)
    query = select(batch.c.id, batch.c.state, batch.c.reason).where(batch.c.id.in_(set(homes.values())))
    found = {row.id: (row.state.value, row.reason) for row in connection.execute(query)}
    return {delivery_id: found[home] for delivery_id, home in homes.items()}


def edition_accepted(connection: Connection, batch_id: int) -> bool:
    """Whether any delivery of the same edition as the batch was accepted."""
    same = select(batch.c.campaign_id, batch.c.language, batch.c.mask).where(batch.c.id == batch_id).subquery()
    query = (
        select(batch.c.id)
        .join(same, and_(same.c.campaign_id == batch.c.campaign_id, same.c.language == batch.c.language))
        .where(same.c.mask == batch.c.mask, batch.c.state == BatchState.ACCEPTED, batch.c.size > 0)
    )
    return connection.execute(query.limit(1)).one_or_none() is not None


def reject(connection: Connection, home: BatchRow, rejected: Mapping[int, str]) -> int:
    """Reject single members of the batch *home*, each with its reason; return how many were in it."""
    refused = sum(_reject(connection, home, delivery_id, reason) for delivery_id, reason in rejected.items())
    if refused:
        connection.execute(update(batch).where(batch.c.id == home.id).values(size=batch.c.size - refused))
    return refused


def _reject(connection: Connection, home: BatchRow, delivery_id: int, reason: str) -> int:
    mine = (delivery.c.id == delivery_id, *inside(home), delivery.c.state.is_(None))
    return connection.execute(update(delivery).where(*mine).values(state=HandOver.REJECTED, reason=reason)).rowcount
