"""What became of each request. Matched by attempt, whenever it comes: nothing that is learnt late is thrown away.

An attempt that is proven accepted makes its batch accepted, whatever was decided about it meanwhile; if another attempt
had been accepted before, the members were handed over twice, and the batch says so.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, func, select, update

from digest.delivery.states import ATTEMPT, AttemptState, BatchState, step
from digest.storage.outbox import attempts, batches, members
from digest.storage.tables.outbox import attempt, batch

# What every answer asks is composed once: composing costs more than asking.
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
_TAKEN_ATTEMPT = (
    update(attempt)
    .where(attempt.c.id == bindparam("which"))
    .values(state=AttemptState.ACCEPTED, finished_at=bindparam("now"), message_id=bindparam("message"))
)
_TAKEN_BATCH = update(batch).where(batch.c.id == bindparam("which")).values(state=BatchState.ACCEPTED)


@dataclass(frozen=True)
class Taken:
    """The provider took an attempt. `rejected`: deliveries that it refused, each with its reason."""

    attempt_id: int
    message_id: str | None
    rejected: Mapping[int, str]


def record_all_accepted(connection: Connection, answers: Iterable[Taken], now: dt.datetime) -> None:
    """Write down many acceptances; see `record_accepted`."""
    by_attempt = {answer.attempt_id: answer for answer in answers}
    plain = [number for number, answer in by_attempt.items() if not answer.rejected]
    found = connection.execute(_UNDER_WAY, {"attempts": plain}).all() if plain else []
    if found:
        said = [{"which": number, "now": now, "message": by_attempt[number].message_id} for number, _ in found]
        connection.execute(_TAKEN_ATTEMPT, said)
        connection.execute(_TAKEN_BATCH, [{"which": number} for _, number in found])
    for number in by_attempt.keys() - {number for number, _ in found}:
        one = by_attempt[number]
        record_accepted(connection, number, message_id=one.message_id, rejected=one.rejected, now=now)


def record_accepted(
    connection: Connection, attempt_id: int, *, message_id: str | None, rejected: Mapping[int, str], now: dt.datetime
) -> bool:
    """
    Write down that the provider took an attempt, from its answer or from later evidence. Twice changes nothing.

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
    Write down that an attempt was certainly not taken: the batch waits again. Twice changes nothing.

    Args:
        rejected: Deliveries that are refused for their own sake: they do not wait.

    Returns:
        How many were rejected; None if it was settled otherwise meanwhile, or another attempt has reached the same
        people: that stays, and only its detail tells.

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
        return None  # another attempt has reached them: that one refused somebody takes nothing back
    refused = members.reject(connection, home, rejected or {})
    if attempts.is_latest(home, attempt_id):
        batches.release(connection, home)
    return refused


def record_never_requested(
    connection: Connection, attempt_id: int, *, owner: str, began: dt.datetime, detail: str, now: dt.datetime
) -> bool:
    """
    Write down that no request was made for an attempt that *owner* claimed at *began*: the batch waits again.

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
    Write down that nobody knows whether an attempt was taken: it is not handed over again until that is settled.

    Args:
        doubtful: Whom the doubt is about; the other members were certainly not taken and wait again. None: everybody.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile that stays.
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
    # whoever was split off by this attempt, or after it, was in it
    here = func.coalesce(batch.c.dropped_by, 0) != attempt_id
    query = select(batch.c.id).where(batch.c.parent_id == batch_id, batch.c.split_by >= attempt_id, here)
    return all(
        [
            first,
            *(_prove(connection, child, attempt_id, rejected) for child in connection.execute(query).scalars().all()),
        ]
    )
