"""How often something may happen, for all processes together: one row a key (GCRA)."""

import datetime as dt

from sqlalchemy import Connection, case, delete, or_, select

from digest.storage.db.upsert import insert_or_update
from digest.storage.tables.calendar import page_limit

_MICROSECOND = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def take(connection: Connection, key: str, *, count: int, per: dt.timedelta, now: dt.datetime) -> bool:
    """Count one event of *key*; False, and nothing counted, if it is more than *count* in *per*.

    Up to *count* may come at once; then one each *per* / *count*. What was counted while the clock was ahead by more
    than *per* is forgotten, so that nobody waits longer than that.
    """
    moment, space = (now - _EPOCH) // _MICROSECOND, per // _MICROSECOND // count
    ahead = page_limit.c.arrival > moment + space * count  # no event at or before *moment* leads so far
    later = case((ahead, moment), (page_limit.c.arrival > moment, page_limit.c.arrival), else_=moment) + space
    room = or_(page_limit.c.arrival <= moment + space * (count - 1), ahead)
    statement = insert_or_update(connection, page_limit, "key", {"arrival": later}, room)
    values = {"key": key, "arrival": moment + space}
    return connection.execute(statement.values(values).returning(page_limit.c.key)).one_or_none() is not None


def opens_at(connection: Connection, key: str, *, count: int, per: dt.timedelta, now: dt.datetime) -> dt.datetime:
    """When `take` counts the next event of *key*; *now* if it would at once."""
    arrival = connection.execute(select(page_limit.c.arrival).where(page_limit.c.key == key)).scalar_one_or_none()
    space = per // _MICROSECOND // count
    opens = _EPOCH + _MICROSECOND * ((arrival or 0) - space * (count - 1))
    return max(now, opens)


def forget(connection: Connection, now: dt.datetime) -> int:
    """Delete rows that limit nothing any more; how many."""
    moment = (now - _EPOCH) // _MICROSECOND
    return connection.execute(delete(page_limit).where(page_limit.c.arrival <= moment)).rowcount
