"""Batches and their members: a batch is a range of deliveries, less those that were moved elsewhere."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from digest.delivery.states import BATCH, BatchState, CampaignState, Skipped, step
from digest.storage.tables import batch, campaign, delivery

IDS_AT_ONCE = 1000  # below what one statement may hold of parameters

_NO_RANGE = {"first_delivery": None, "last_delivery": None}  # an empty one would hide the batch behind it
_FIRST: Select[Any] = (
    select(batch.c.id, batch.c.last_delivery)
    .where(batch.c.first_delivery <= bindparam("delivery"), batch.c.first_delivery <= batch.c.last_delivery)
    .order_by(batch.c.first_delivery.desc())
    .limit(1)
)


def locked(conn: Connection, batch_id: int) -> Row[Any]:
    """The batch, which nobody else changes until the end of the transaction."""
    return conn.execute(select(batch).where(batch.c.id == batch_id).with_for_update()).one()


def members(conn: Connection, batch_id: int) -> list[int]:
    """The deliveries of a batch that have no state of their own, in order."""
    row = conn.execute(select(batch).where(batch.c.id == batch_id)).one()
    query = select(delivery.c.id).where(*inside(row), delivery.c.state.is_(None)).order_by(delivery.c.id)
    return list(conn.execute(query).scalars())


def inside(row: Row[Any]) -> tuple[Any, ...]:
    """The condition that a delivery is in the batch of *row*."""
    if row.first_delivery is None:
        return (delivery.c.batch_id == row.id,)
    return delivery.c.id.between(row.first_delivery, row.last_delivery), delivery.c.batch_id.is_(None)


def batches_of(conn: Connection, deliveries: Collection[int]) -> dict[int, int]:
    """The batch of each of *deliveries*; those that are not there, or never were in one, are left out."""
    found: dict[int, int] = {}
    wanted = sorted(set(deliveries))
    for start in range(0, len(wanted), IDS_AT_ONCE):
        some = wanted[start : start + IDS_AT_ONCE]
        first = last = None
        for number, moved in conn.execute(
            select(delivery.c.id, delivery.c.batch_id).where(delivery.c.id.in_(some)).order_by(delivery.c.id)
        ).all():
            if moved is None and (last is None or number > last):
                row = conn.execute(_FIRST, {"delivery": number}).one_or_none()
                first, last = (
                    (row.id, row.last_delivery) if row is not None and row.last_delivery >= number else (None, None)
                )
            home = moved if moved is not None else first
            if home is not None:
                found[number] = home
    return found


def states_of(conn: Connection, deliveries: Collection[int]) -> dict[int, tuple[str, str | None]]:
    """State and reason that each of *deliveries* has from its batch; see `batches_of`."""
    homes = batches_of(conn, deliveries)
    query = select(batch.c.id, batch.c.state, batch.c.reason).where(batch.c.id.in_(set(homes.values())))
    found = {row.id: (row.state.value, row.reason) for row in conn.execute(query)}
    return {number: found[home] for number, home in homes.items()}


def move(conn: Connection, old: Row[Any], some: Sequence[int], **values: Any) -> int:
    """
    Move some members of a batch to a new batch of the same edition, and take them off the old one's size.

    Args:
        old: The batch as `locked` gave it.
        some: Members of *old*, in order; not empty.
        values: What is special about the new batch: its state, where it comes from.

    Returns:
        The new batch.
    """
    span = _span(conn, old, some)
    if span is None:
        new = insert_batch(conn, old, size=0, **values)
        add(conn, old, new, some)
        return new
    shrink(
        conn,
        old,
        *((some[-1] + 1, old.last_delivery) if span[0] == old.first_delivery else (old.first_delivery, some[0] - 1)),
        by=len(some),
    )
    return insert_batch(conn, old, size=len(some), first_delivery=span[0], last_delivery=span[1], **values)


def add(conn: Connection, old: Row[Any], new: int, some: Sequence[int]) -> None:
    """Move some members of *old* to the batch *new*, which names its members one by one."""
    for start in range(0, len(some), IDS_AT_ONCE):
        these = delivery.c.id.in_(some[start : start + IDS_AT_ONCE])
        conn.execute(update(delivery).where(these).values(batch_id=new))
    change(conn, old.id, size=batch.c.size - len(some))
    change(conn, new, size=batch.c.size + len(some))


def shrink(conn: Connection, row: Row[Any], first: int, last: int, *, by: int) -> None:
    """Give a batch the shorter range *first* to *last*, with *by* members less; none if nothing is left of it."""
    span = {"first_delivery": first, "last_delivery": last} if first <= last else _NO_RANGE
    change(conn, row.id, size=batch.c.size - by, **span)


def insert_batch(conn: Connection, like: Row[Any], **values: Any) -> int:
    """Add a batch of the same campaign and edition as *like*, with the campaign's next number."""
    # the numbers of a campaign are given out one at a time
    conn.execute(select(campaign.c.id).where(campaign.c.id == like.campaign_id).with_for_update())
    last = conn.execute(select(func.max(batch.c.number)).where(batch.c.campaign_id == like.campaign_id)).scalar_one()
    common = {
        "campaign_id": like.campaign_id,
        "number": last + 1,
        "language": like.language,
        "mask": like.mask,
        "state": BatchState.WAITING,
        "depth": like.depth,
    }
    new: int = conn.execute(insert(batch).values(common | values).returning(batch.c.id)).scalar_one()
    return new


def release(conn: Connection, row: Row[Any]) -> None:
    """Let a batch wait again; of a cancelled campaign it is skipped, and one that lost everybody is closed."""
    query = select(campaign.c.state).where(campaign.c.id == row.campaign_id).with_for_update()
    cancelled = conn.execute(query).scalar_one() is CampaignState.CANCELLED
    size = conn.execute(select(batch.c.size).where(batch.c.id == row.id)).scalar_one()
    state = step(BATCH, row.state, BatchState.WAITING)
    if not size:
        change(conn, row.id, state=BatchState.ACCEPTED)
    elif cancelled:
        change(conn, row.id, state=step(BATCH, state, BatchState.SKIPPED), reason=Skipped.CANCELLED.value)
    else:
        change(conn, row.id, state=state)


def change(conn: Connection, batch_id: int, **values: Any) -> None:
    conn.execute(update(batch).where(batch.c.id == batch_id).values(values))


def _span(conn: Connection, old: Row[Any], some: Sequence[int]) -> tuple[int, int] | None:
    """The range that the new batch can have: when *some* are the first or the last members of a range."""
    if old.first_delivery is not None:
        everyone = members(conn, old.id)
        if list(some) == everyone[: len(some)]:
            return old.first_delivery, some[-1]
        if list(some) == everyone[-len(some) :]:
            return some[0], old.last_delivery
    return None
