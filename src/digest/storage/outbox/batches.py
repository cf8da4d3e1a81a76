"""Batches: a range of deliveries for one request, without those that were moved elsewhere."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from digest.delivery.states import BATCH, BatchState, CampaignState, Skipped, step
from digest.storage.outbox.members import IDS_AT_ONCE, of_batch
from digest.storage.outbox.rows import BATCHES, BatchRow
from digest.storage.tables.outbox import batch, campaign, delivery

_NO_RANGE = {"first_delivery": None, "last_delivery": None}  # an empty range would hide the batch after it


def lock(connection: Connection, batch_id: int) -> BatchRow:
    """Lock a batch until the end of the transaction."""
    return BatchRow(*connection.execute(BATCHES.where(batch.c.id == batch_id).with_for_update()).one())


def split_off(connection: Connection, old: BatchRow, some: Sequence[int], **values: Any) -> int:
    """
    Move some members of a batch to a new batch of the same edition, and reduce the size of the old one.

    Args:
        old: The batch, from `lock`.
        some: Members of *old*, in order; not empty.
        values: Columns of the new batch that differ, such as its state and its origin.

    Returns:
        The id of the new batch.
    """
    span = _span(connection, old, some)
    if span is None:
        new = insert_batch(connection, old, size=0, **values)
        move_members(connection, old, new, some)
        return new
    shrink(
        connection,
        old,
        *((some[-1] + 1, old.last_delivery) if span[0] == old.first_delivery else (old.first_delivery, some[0] - 1)),
        by=len(some),
    )
    return insert_batch(connection, old, size=len(some), first_delivery=span[0], last_delivery=span[1], **values)


def move_members(connection: Connection, old: BatchRow, new: int, some: Sequence[int]) -> None:
    """Move some members of *old* to the batch *new*, which has no range: its deliveries point to it."""
    for start in range(0, len(some), IDS_AT_ONCE):
        these = delivery.c.id.in_(some[start : start + IDS_AT_ONCE])
        connection.execute(update(delivery).where(these).values(batch_id=new))
    change(connection, old.id, size=batch.c.size - len(some))
    change(connection, new, size=batch.c.size + len(some))


def shrink(connection: Connection, row: BatchRow, first: int, last: int, *, by: int) -> None:
    """Shorten the range of a batch to *first* to *last* and its size by *by*; an empty range becomes none."""
    span = {"first_delivery": first, "last_delivery": last} if first <= last else _NO_RANGE
    change(connection, row.id, size=batch.c.size - by, **span)


def insert_batch(connection: Connection, like: BatchRow, **values: Any) -> int:
    """Add a batch of the same campaign and edition as *like*, with the campaign's next number."""
    # two transactions must not take the same number
    connection.execute(select(campaign.c.id).where(campaign.c.id == like.campaign_id).with_for_update())
    last = connection.execute(
        select(func.max(batch.c.number)).where(batch.c.campaign_id == like.campaign_id)
    ).scalar_one()
    common = {
        "campaign_id": like.campaign_id,
        "number": last + 1,
        "language": like.language,
        "mask": like.mask,
        "state": BatchState.WAITING,
        "depth": like.depth,
        "first_claimed_at": like.first_claimed_at,
    }
    new: int = connection.execute(insert(batch).values(common | values).returning(batch.c.id)).scalar_one()
    return new


def release(connection: Connection, row: BatchRow) -> None:
    """Let a batch wait again. If its campaign is cancelled, it is skipped; if it has no members left, it is closed."""
    query = select(campaign.c.state).where(campaign.c.id == row.campaign_id).with_for_update()
    cancelled = connection.execute(query).scalar_one() is CampaignState.CANCELLED
    size = connection.execute(select(batch.c.size).where(batch.c.id == row.id)).scalar_one()
    state = step(BATCH, row.state, BatchState.WAITING)
    if not size:
        change(connection, row.id, state=BatchState.ACCEPTED)
    elif cancelled:
        change(connection, row.id, state=step(BATCH, state, BatchState.SKIPPED), reason=Skipped.CANCELLED.value)
    else:
        change(connection, row.id, state=state)


def release_some(connection: Connection, batch_id: int, attempt_id: int, untouched: Sequence[int]) -> None:
    """Move members that an attempt certainly did not reach to a new batch, which waits."""
    if untouched:
        home = lock(connection, batch_id)
        # earlier attempts included them too
        values = {"parent_id": home.id, "split_by": attempt_id - 1}
        new = split_off(connection, home, untouched, state=BatchState.IN_DOUBT, **values)
        release(connection, lock(connection, new))


def change(connection: Connection, batch_id: int, **values: Any) -> None:
    connection.execute(update(batch).where(batch.c.id == batch_id).values(values))


def close(connection: Connection, batch_id: int) -> None:
    """Close a batch whose members have all moved to other batches: it counts no one."""
    change(connection, batch_id, state=BatchState.ACCEPTED, **_NO_RANGE)


def _span(connection: Connection, old: BatchRow, some: Sequence[int]) -> tuple[int, int] | None:
    """The range of the new batch, if *some* are the first or the last members of the old range; else None."""
    if old.span is not None:
        first, last = old.span
        everyone = of_batch(connection, old.id)
        if list(some) == everyone[: len(some)]:
            return first, some[-1]
        if list(some) == everyone[-len(some) :]:
            return some[0], last
    return None
