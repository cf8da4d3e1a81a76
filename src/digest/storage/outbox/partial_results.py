"""Results of single recipients of a request that goes on, recorded before the next recipient's mail goes out."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection

from digest.delivery.states import AttemptState, BatchState
from digest.storage.outbox import attempts, batches, members
from digest.storage.outbox.rows import BATCHES, BatchRow
from digest.storage.tables.outbox import batch


def record_partial(
    connection: Connection,
    attempt_id: int,
    results: Mapping[int, str | None],
    *,
    lease_until: dt.datetime,
    lease_uptime: float | None = None,
) -> bool:
    """
    Record the results of single recipients of an attempt that goes on, and renew its lease.

    Args:
        results: By delivery: None for accepted, else the reason for the rejection.
        lease_uptime: When the lease ends, in seconds since this machine started; None if the system does not report it.

    Returns:
        False if the attempt no longer belongs to this worker, which then must send nothing more of it.

    Raises:
        NotFound: There is no such attempt.
    """
    row = attempts.lock(connection, attempt_id)
    home = batches.lock(connection, row.batch_id)
    members.reject(connection, home, {number: reason for number, reason in results.items() if reason is not None})
    # if the lease was lost meanwhile, they may have been moved to another batch
    taken = [number for number, reason in results.items() if reason is None]
    for number, some in members.by_batch(connection, taken).items():
        _take_of(connection, number, attempt_id, some)
    attempts.change(connection, attempt_id, lease_until=lease_until, lease_uptime=lease_uptime)
    return row.state is AttemptState.SENDING


def _take_of(connection: Connection, batch_id: int, attempt_id: int, some: Collection[int]) -> None:
    home = batches.lock(connection, batch_id)
    taken = sorted(set(members.of_batch(connection, batch_id)).intersection(some))
    if not taken or (home.state is BatchState.ACCEPTED and home.attempt_id == attempt_id):
        return
    if home.state is BatchState.ACCEPTED:
        batches.change(connection, batch_id, duplicates=min(home.duplicates + len(taken), home.size))
    else:
        _take(connection, home, attempt_id, taken)


def _take(connection: Connection, home: BatchRow, attempt_id: int, taken: Sequence[int]) -> None:
    """Move accepted members to the accepted batch of this attempt, extending its range if they follow it."""
    query = BATCHES.where(
        batch.c.parent_id == home.id, batch.c.attempt_id == attempt_id, batch.c.state == BatchState.ACCEPTED
    )
    found = connection.execute(query.order_by(batch.c.id.desc()).limit(1)).one_or_none()
    beside = None if found is None else BatchRow(*found)
    if (
        beside is None
        or home.span is None
        or not _follows(home, beside)
        or list(taken) != members.of_batch(connection, home.id)[: len(taken)]
    ):
        values = {"parent_id": home.id, "split_by": attempts.latest(connection, home), "attempt_id": attempt_id}
        batches.split_off(connection, home, taken, state=BatchState.ACCEPTED, **values)
        return
    batches.change(connection, beside.id, last_delivery=taken[-1], size=batch.c.size + len(taken))
    batches.shrink(connection, home, taken[-1] + 1, home.span[1], by=len(taken))


def _follows(home: BatchRow, beside: BatchRow) -> bool:
    """Whether the range of *home* begins right after that of *beside*."""
    return home.span is not None and beside.span is not None and home.span[0] == beside.span[1] + 1
