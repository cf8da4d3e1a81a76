"""Ends of attempts that no answer told: by evidence, or as somebody decides."""

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection

from digest.delivery.states import AttemptState, BatchState, Skipped
from digest.storage.outbox import attempts, batches, members
from digest.storage.outbox.results import record_accepted, record_not_accepted


def by_evidence(
    connection: Connection, attempt_id: int, *, taken: Collection[int], detail: str, now: dt.datetime
) -> None:
    """
    Settle an open attempt of which it is known exactly who was taken: those are accepted, the others wait again.

    Args:
        taken: Those of its deliveries that it reached.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile that stays.
    """
    row = attempts.lock(connection, attempt_id)
    if row.state not in attempts.OPEN:
        return
    everyone = members.of_batch(connection, row.batch_id)
    missing = [number for number in everyone if number not in taken]
    if missing == everyone:
        record_not_accepted(connection, attempt_id, detail=detail, now=now)
        return
    if missing:
        batches.release_some(connection, row.batch_id, attempt_id, missing)
    attempts.change(connection, attempt_id, detail=detail)
    record_accepted(connection, attempt_id, message_id=None, rejected={}, now=now)


def set_back(connection: Connection, attempt_id: int, *, lease_until: dt.datetime, finished_at: dt.datetime) -> None:
    """Let the lease of an open attempt end, and its doubt begin, then at the latest: the clock was ahead before."""
    row = attempts.lock(connection, attempt_id)
    if row.state is AttemptState.SENDING:
        attempts.change(connection, attempt_id, lease_until=min(row.lease_until, lease_until))
    elif row.state is AttemptState.IN_DOUBT and row.finished_at is not None:
        attempts.change(connection, attempt_id, finished_at=min(row.finished_at, finished_at))


def resend(connection: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Decide that an attempt in doubt goes again; False if it is not in doubt any more."""
    if attempts.lock(connection, attempt_id).state is not AttemptState.IN_DOUBT:
        return False
    record_not_accepted(connection, attempt_id, detail=detail, now=now)
    return True


def assume_sent(connection: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Decide that an attempt in doubt was taken; False if it is not in doubt any more."""
    if attempts.lock(connection, attempt_id).state is not AttemptState.IN_DOUBT:
        return False
    attempts.change(connection, attempt_id, detail=detail)
    record_accepted(connection, attempt_id, message_id=None, rejected={}, now=now)
    return True


def give_up(connection: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Decide that an attempt in doubt is left alone: skipped; False if it is not in doubt any more."""
    row = attempts.lock(connection, attempt_id)
    if row.state is not AttemptState.IN_DOUBT:
        return False
    attempts.change(connection, attempt_id, state=AttemptState.NOT_ACCEPTED, finished_at=now, detail=detail)
    home = batches.lock(connection, row.batch_id)
    if attempts.is_latest(home, attempt_id):
        batches.change(connection, home.id, state=BatchState.SKIPPED, reason=Skipped.GIVEN_UP.value)
    return True
