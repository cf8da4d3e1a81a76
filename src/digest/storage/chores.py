"""What is done once a day, however many processes there are."""

import datetime as dt

from sqlalchemy import Connection

from digest.storage.tables import chore
from digest.storage.upsert import insert_or_update


def begin(conn: Connection, name: str, today: dt.date) -> bool:
    """
    Take today's turn; False if it was taken already, today or on a later day.

    The turn is taken when the transaction is committed, together with what was done in it; until then others wait.
    """
    statement = insert_or_update(conn, chore, "name", {"done_on": today}, chore.c.done_on < today)
    values = {"name": name, "done_on": today}
    return conn.execute(statement.values(values).returning(chore.c.name)).one_or_none() is not None
