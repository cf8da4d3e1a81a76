"""Results of requests, matched by attempt. A late result counts as much as a timely one.

If an attempt is proven accepted, its batch becomes accepted, whatever was decided about it meanwhile. If another
attempt had been accepted before, the members were handed over twice, and the batch records that.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, select, update

from digest.delivery.states import ATTEMPT, AttemptState, BatchState, step
from digest.storage.outbox import attempts, batches, members
from digest.storage.tables.outbox import attempt, batch

# These queries run for every answer. They are composed once, since composing costs more than running them.
_child = batch.alias("child")
_UNDER_WAY: Select[Any] = (
    select(attempt.c.id, attempt.c.batch_id)
    .join(batch, batch.c.id == attempt.c.batch_id)
    .where(
        attempt.c.id.in_(bindparam("attempts", expanding=True)),
        attempt.c.state == AttemptState.SENDING,
        batch.c.state == BatchState.SENDING,
        batch.c.attempt_id == attempt.c.id,
        ~exists().where(_child.c.parent_id == batch.c.id),
    )
    .with_for_update()
)
_ACCEPT_ATTEMPT = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"))
    .values(state=AttemptState.ACCEPTED, finished_at=bindparam("now"), message_id=bindparam("message"))
)
_ACCEPT_BATCH = update(batch).where(batch.c.id == bindparam("which")).values(state=BatchState.ACCEPTED)


@dataclass(frozen=True)
class AcceptedAttempt:
    """An attempt that the provider accepted. `rejected`: deliveries that it refused, each with its reason."""

    attempt_id: int
    message_id: str | None
    rejected: Mapping[int, str]


def record_all_accepted(connection: Connection, answers: Iterable[AcceptedAttempt], now: dt.datetime) -> None:
    """Record many accepted attempts; see `record_accepted`."""
    by_attempt = {answer.attempt_id: answer for answer in answers}
    plain = [attempt_id for attempt_id, answer in by_attempt.items() if not answer.rejected]
    found = connection.execute(_UNDER_WAY, {"attempts": plain}).all() if plain else []
    if found:
        rows = [{"which": one, "now": now, "message": by_attempt[one].message_id} for one, _ in found]
        connection.execute(_ACCEPT_ATTEMPT, rows)
        connection.execute(_ACCEPT_BATCH, [{"which": batch_id} for _, batch_id in found])
    for attempt_id in by_attempt.keys() - {one for one, _ in found}:
        one = by_attempt[attempt_id]
        record_accepted(connection, attempt_id, message_id=one.message_id, rejected=one.rejected, now=now)


def record_accepted(
    connection: Connection, attempt_id: int, *, message_id: str | None, rejected: Mapping[int, str], now: dt.datetime
) -> bool:
    """
    Record that the provider accepted an attempt, from its answer or from later evidence. Repeating it changes nothing.

    Args:
        rejected: Deliveries that it refused, each with its reason.

    Returns:
        False if another attempt of the same people had been accepted before: they were handed over twice.

    Raises:
        NotFound: There is no such attempt.
    """
    row = attempts.lock(connection, attempt_id)
    if row.state is not AttemptState.ACCEPTED:
        values = {} if message_id is None else {"message_id": message_id}
        state = step(ATTEMPT, row.state, AttemptState.ACCEPTED)
        attempts.change(connection, attempt_id, state=state, finished_at=now, **values)
    return _prove(connection, row.batch_id, attempt_id, rejected)


def record_not_accepted(
    connection: Connection,
    attempt_id: int,
    *,
    detail: str,
    now: dt.datetime,
    rejected: Mapping[int, str] | None = None,
) -> int | None:
    """
    Record that an attempt was certainly not accepted: the batch waits again. Repeating it changes nothing.

    Args:
        rejected: Deliveries that the provider refused individually: they do not wait again.

    Returns:
        How many were rejected. None if the attempt was settled meanwhile, or another attempt reached the same people:
        then only the detail changes.

    Raises:
        NotFound: There is no such attempt.
    """
    row = attempts.lock(connection, attempt_id)
    if row.state not in attempts.OPEN:
        attempts.add_detail(connection, row, f"not taken: {detail}")
        return None
    attempts.change(connection, attempt_id, state=AttemptState.NOT_ACCEPTED, finished_at=now, detail=detail)
    home = batches.lock(connection, row.batch_id)
    if home.state is BatchState.ACCEPTED:
        return None  # another attempt reached them, and a rejection here changes nothing about that
    refused = members.reject(connection, home, rejected or {})
    if attempts.is_latest(home, attempt_id):
        batches.release(connection, home)
    return refused


def record_never_requested(
    connection: Connection, attempt_id: int, *, owner: str, began: dt.datetime, detail: str, now: dt.datetime
) -> bool:
    """
    Record that no request was made for an attempt that *owner* claimed at *began*: the batch waits again.

    Returns:
        False if there is no such attempt, since its claim was not committed.
    """
    mine = (attempt.c.id == attempt_id, attempt.c.owner == owner, attempt.c.started_at == began)
    if connection.execute(select(attempt.c.id).where(*mine).with_for_update()).one_or_none() is None:
        return False
    record_not_accepted(connection, attempt_id, detail=detail, now=now)
    return True


def record_in_doubt(
    connection: Connection,
    attempt_id: int,
    *,
    detail: str,
    now: dt.datetime,
    doubtful: Collection[int] | None = None,
) -> None:
    """
    Record that it is unknown whether an attempt was accepted: its batch is not handed over again until it is settled.

    Args:
        doubtful: The members in doubt; the others were certainly not accepted and wait again. None: all members.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile, nothing changes.
    """
    row = attempts.lock(connection, attempt_id)
    if row.state not in attempts.OPEN:
        return
    attempts.change(connection, attempt_id, state=AttemptState.IN_DOUBT, finished_at=now, detail=detail)
    home = batches.lock(connection, row.batch_id)
    if not attempts.is_latest(home, attempt_id):
        return
    batches.change(connection, home.id, state=BatchState.IN_DOUBT)
    if doubtful is not None:
        batches.release_some(
            connection, home.id, attempt_id, [n for n in members.of_batch(connection, home.id) if n not in doubtful]
        )


def _prove(connection: Connection, batch_id: int, attempt_id: int, rejected: Mapping[int, str]) -> bool:
    home = batches.lock(connection, batch_id)
    first = True
    if home.state is not BatchState.ACCEPTED:
        batches.change(connection, batch_id, state=BatchState.ACCEPTED, attempt_id=attempt_id, reason=None)
        members.reject(connection, home, rejected)
    elif home.size and home.attempt_id != attempt_id:
        batches.change(connection, batch_id, duplicates=home.size)
        first = False
    # people who were split off by this attempt, or after it, were in it
    here = func.coalesce(batch.c.dropped_by, 0) != attempt_id
    query = select(batch.c.id).where(batch.c.parent_id == batch_id, batch.c.split_by >= attempt_id, here)
    return all(
        [
            first,
            *(_prove(connection, child, attempt_id, rejected) for child in connection.execute(query).scalars().all()),
        ]
    )
