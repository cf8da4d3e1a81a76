"""INSERT that knows what to do if its key is there already: the one statement that both dialects spell themselves."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into *table* that skips rows which would break a unique constraint."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_update(
    conn: Connection, table: Table, key: str, changes: Mapping[str, Any], where: ColumnElement[bool]
) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into *table* that makes *changes* to the row whose *key* is there already, if *where* holds for it."""
    if conn.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_update(index_elements=[key], set_=dict(changes), where=where)
    return postgresql.insert(table).on_conflict_do_update(index_elements=[key], set_=dict(changes), where=where)
