"""What is done once a day, however many processes there are."""

import datetime as dt

from sqlalchemy import Connection, or_

from digest.storage.db.upsert import insert_or_update
from digest.storage.tables.calendar import chore


def begin(connection: Connection, name: str, today: dt.date) -> bool:
    """
    Take today's turn; False if it was taken already, today or on the next day. One of a later day does not count: the
    clock was ahead then.

    The turn is taken when the transaction is committed, together with what was done in it; until then others wait.
    """
    free = or_(chore.c.done_on < today, chore.c.done_on > today + dt.timedelta(days=1))
    statement = insert_or_update(connection, chore, "name", {"done_on": today}, free)
    values = {"name": name, "done_on": today}
    return connection.execute(statement.values(values).returning(chore.c.name)).one_or_none() is not None
