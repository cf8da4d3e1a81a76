"""Settling attempts without an answer: by evidence, or as a person decides."""

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
    Settle an open attempt by complete evidence: the deliveries that it reached are accepted, the others wait again.

    Args:
        taken: The deliveries that it reached.

    Raises:
        NotFound: There is no such attempt.

    If it was settled meanwhile, nothing changes.
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
    """Move an open attempt's times back to these if they are later: the clock was ahead when they were written."""
    row = attempts.lock(connection, attempt_id)
    if row.state is AttemptState.SENDING:
        attempts.change(connection, attempt_id, lease_until=min(row.lease_until, lease_until))
    elif row.state is AttemptState.IN_DOUBT and row.finished_at is not None:
        attempts.change(connection, attempt_id, finished_at=min(row.finished_at, finished_at))


def resend(connection: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Send an attempt in doubt again; False if it is no longer in doubt."""
    if attempts.lock(connection, attempt_id).state is not AttemptState.IN_DOUBT:
        return False
    record_not_accepted(connection, attempt_id, detail=detail, now=now)
    return True


def assume_sent(connection: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Count an attempt in doubt as accepted; False if it is no longer in doubt."""
    if attempts.lock(connection, attempt_id).state is not AttemptState.IN_DOUBT:
        return False
    attempts.change(connection, attempt_id, detail=detail)
    record_accepted(connection, attempt_id, message_id=None, rejected={}, now=now)
    return True


def give_up(connection: Connection, attempt_id: int, *, detail: str, now: dt.datetime) -> bool:
    """Count an attempt in doubt as skipped; False if it is no longer in doubt."""
    row = attempts.lock(connection, attempt_id)
    if row.state is not AttemptState.IN_DOUBT:
        return False
    attempts.change(connection, attempt_id, state=AttemptState.NOT_ACCEPTED, finished_at=now, detail=detail)
    home = batches.lock(connection, row.batch_id)
    if attempts.is_latest(home, attempt_id):
        batches.change(connection, home.id, state=BatchState.SKIPPED, reason=Skipped.GIVEN_UP.value)
    return True
