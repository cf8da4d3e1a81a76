"""The gate of a transport, one row for all workers: a rate limit (GCRA, in recipients) and the breaker's state."""

import datetime as dt

from sqlalchemy import Connection, select, update

from digest.delivery.breaker import CLOSED, Breaker
from digest.storage.db.upsert import insert_new
from digest.storage.tables.outbox import gate

MOST_AT_ONCE = 2000  # recipients of the batches that one transaction claims
_COLUMNS = (gate.c.doubts, gate.c.shuts, gate.c.shut_at, gate.c.shut_until, gate.c.reason, gate.c.failing_since)


def read(connection: Connection, name: str) -> Breaker:
    """Read the breaker of the transport *name*."""
    row = connection.execute(select(*_COLUMNS).where(gate.c.name == name)).one_or_none()
    return CLOSED if row is None else Breaker(*row)


def lock(connection: Connection, name: str) -> Breaker:
    """Read the breaker and lock the gate until the end of the transaction."""
    connection.execute(insert_new(connection, gate).values(name=name, doubts=0, shuts=0))
    return Breaker(*connection.execute(select(*_COLUMNS).where(gate.c.name == name).with_for_update()).one())


def write(connection: Connection, name: str, new: Breaker) -> None:
    """Store the breaker. Call `lock` first: it creates the row."""
    values = {
        "doubts": new.doubts,
        "shuts": new.trips,
        "shut_at": new.tripped_at,
        "shut_until": new.tripped_until,
        "reason": new.reason,
        "failing_since": new.failing_since,
    }
    connection.execute(update(gate).where(gate.c.name == name).values(values))


def free_from(connection: Connection, name: str, per_second: float, now: dt.datetime) -> dt.datetime:
    """
    Return when the next recipients may go, at *per_second*; *now* or earlier means at once.

    No other worker takes this place until the end of the transaction; see `charge`.
    """
    lock(connection, name)
    found: dt.datetime | None = connection.execute(select(gate.c.free_at).where(gate.c.name == name)).scalar_one()
    longest = dt.timedelta(seconds=MOST_AT_ONCE / per_second)
    # further ahead than that, the clock was wrong when it was written
    return now if found is None or found > now + longest else found


def charge(connection: Connection, name: str, recipients: int, per_second: float, now: dt.datetime) -> None:
    """Count *recipients* who go now. Unused capacity is saved for at most one second."""
    begin = max(free_from(connection, name, per_second, now), now - dt.timedelta(seconds=1))
    until = begin + dt.timedelta(seconds=recipients / per_second)
    connection.execute(update(gate).where(gate.c.name == name).values(free_at=until))
