"""What the two dialects spell in their own ways: INSERT on a key that is there already, and a list of values."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Table, Text, any_, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into *table* that skips rows which would break a unique constraint."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def insert_or_update(
    connection: Connection, table: Table, key: str, changes: Mapping[str, Any], where: ColumnElement[bool]
) -> postgresql.Insert | sqlite.Insert:
    """An INSERT into *table* that makes *changes* to the row whose *key* is there already, if *where* holds for it."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_update(index_elements=[key], set_=dict(changes), where=where)
    return postgresql.insert(table).on_conflict_do_update(index_elements=[key], set_=dict(changes), where=where)


def is_one_of(connection: Connection, column: Column[str], values: Collection[str]) -> ColumnElement[bool]:
    """Whether *column* is among *values*; one parameter however many they are, which IN would take apart."""
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))
    return column == any_(literal(list(values), ARRAY(Text)))
