"""Splitting batches: in halves, for people who have to wait, and for people whom the provider dropped."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from digest.delivery.states import BatchState
from digest.storage.outbox import attempts, batches, members
from digest.storage.outbox.results import record_not_accepted
from digest.storage.tables.outbox import batch

_BESIDE: Select[Any] = (  # the batch of people dropped before: events arrive one by one, but a request is for many
    select(batch.c.id)
    .where(
        batch.c.parent_id == bindparam("parent_id"),
        batch.c.split_by == bindparam("split_by"),
        batch.c.dropped_by == bindparam("dropped_by"),
        batch.c.state == BatchState.WAITING,
        batch.c.attempt_id.is_(None),
        batch.c.first_delivery.is_(None),
    )
    .limit(1)
    .with_for_update()
)


def halve(connection: Connection, attempt_id: int, *, detail: str, deeper: int, now: dt.datetime) -> None:
    """
    Replace a batch that was refused as a whole by two waiting halves.

    Args:
        deeper: 1 if this halving counts towards the limit on looking for the recipient at fault, else 0.

    Raises:
        NotFound: There is no such attempt.

    A batch of one, or one whose attempt was settled meanwhile, is left as `record_not_accepted` leaves it.
    """
    row = attempts.lock(connection, attempt_id)
    was_open = row.state in attempts.OPEN
    record_not_accepted(connection, attempt_id, detail=detail, now=now)
    home = batches.lock(connection, row.batch_id)
    everyone = members.of_batch(connection, home.id)
    if not was_open or home.state is not BatchState.WAITING or len(everyone) < 2:  # noqa: PLR2004
        return
    depth = home.depth + deeper
    for half in (everyone[: len(everyone) // 2], everyone[len(everyone) // 2 :]):
        batches.split_off(
            connection, batches.lock(connection, home.id), half, parent_id=home.id, split_by=attempt_id, depth=depth
        )
    batches.close(connection, home.id)


def put_off(connection: Connection, attempt_id: int, late: Collection[int], *, detail: str, now: dt.datetime) -> None:
    """
    Record that an attempt was not accepted because some of its people have to wait. They go last in the campaign, in a
    batch of their own; the others wait again as before.

    Args:
        late: Deliveries; those of other batches are ignored.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile, nothing changes.
    """
    row = attempts.lock(connection, attempt_id)
    record_not_accepted(connection, attempt_id, detail=detail, now=now)
    home = batches.lock(connection, row.batch_id)
    everyone = members.of_batch(connection, home.id)
    some = [number for number in everyone if number in late]
    if row.state not in attempts.OPEN or home.state is not BatchState.WAITING or not some:
        return
    batches.split_off(connection, home, some, parent_id=home.id, split_by=attempt_id)
    if len(some) == len(everyone):
        batches.close(connection, home.id)


def wait_again(connection: Connection, deliveries: Collection[int]) -> int:
    """
    Let accepted deliveries wait again: the provider accepted them and later dropped them unsent.

    Returns:
        How many wait now; others stay as they are. The caller may have to reopen the campaign.
    """
    moved = 0
    for home, some in members.by_batch(connection, deliveries).items():
        row = batches.lock(connection, home)
        own = sorted(set(members.of_batch(connection, home)).intersection(some))
        if row.state is BatchState.ACCEPTED and own:
            came = {"parent_id": home, "split_by": attempts.latest(connection, row), "dropped_by": row.attempt_id}
            beside = connection.execute(_BESIDE, came).scalar_one_or_none()
            batches.move_members(connection, row, beside or batches.insert_batch(connection, row, size=0, **came), own)
            moved += len(own)
    return moved
