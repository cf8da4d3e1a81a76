"""Attempts: what is recorded about a request."""

from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from digest.delivery.states import AttemptState, BatchState
from digest.errors import NotFound
from digest.storage.outbox.rows import ATTEMPTS, AttemptRow, BatchRow
from digest.storage.tables.outbox import attempt

OPEN = (AttemptState.SENDING, AttemptState.IN_DOUBT)
"""States in which the result of a request is not known."""

_ATTEMPT = ATTEMPTS.where(attempt.c.id == bindparam("attempt")).with_for_update()
_NEWEST: Select[Any] = select(func.coalesce(func.max(attempt.c.id), 0))


def newest(connection: Connection) -> int:
    """The id of the newest attempt; 0 if there is none."""
    attempt_id: int = connection.execute(_NEWEST).scalar_one()
    return attempt_id


def lock(connection: Connection, attempt_id: int) -> AttemptRow:
    """Lock an attempt until the end of the transaction.

    Raises:
        NotFound: There is no such attempt.
    """
    row = connection.execute(_ATTEMPT, {"attempt": attempt_id}).one_or_none()
    if row is None:
        raise NotFound(f"there is no attempt {attempt_id}")
    return AttemptRow(*row)


def change(connection: Connection, attempt_id: int, **values: Any) -> None:
    connection.execute(update(attempt).where(attempt.c.id == attempt_id).values(values))


def add_detail(connection: Connection, row: AttemptRow, words: str) -> None:
    """Add *words* to the detail of an attempt, unless they are there already."""
    if words not in (row.detail or ""):
        change(connection, row.id, detail="; ".join(filter(None, [row.detail, words])))


def latest(connection: Connection, home: BatchRow) -> int:
    """The last attempt that included members of the batch *home*; 0 if there is none."""
    own = connection.execute(select(func.max(attempt.c.id)).where(attempt.c.batch_id == home.id)).scalar_one()
    return max(own or 0, home.split_by or 0)


def is_latest(home: BatchRow, attempt_id: int) -> bool:
    """Whether the batch *home* has its state from this attempt."""
    return home.attempt_id == attempt_id and home.state in {BatchState.SENDING, BatchState.IN_DOUBT}
