"""INSERT that leaves a row alone if its key is there already: the one statement that both dialects spell themselves."""

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into *table* that skips rows which would break a unique constraint."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
