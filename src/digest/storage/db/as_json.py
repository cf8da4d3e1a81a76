"""Many rows as one: each dialect's aggregate of rows into JSON text.

A thousand rows that come as a thousand steps of the driver cost a thousand turns of the interpreter lock, which the
threads that make requests want too. Put together by the database they come in one step, outside of that lock.
"""

from typing import Any

from sqlalchemy import ColumnElement, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class rows_as_json(FunctionElement[str]):  # noqa: N801  used in a statement like a function
    """The given columns of all rows, as the text of a JSON list of lists; in no order, and null or `[]` for no rows."""

    type = Text()
    inherit_cache = True
    name = "rows_as_json"

    def __init__(self, *columns: ColumnElement[Any]) -> None:
        super().__init__(*columns)


@compiles(rows_as_json, "sqlite")
def _on_sqlite(element: rows_as_json, compiler: Any, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(rows_as_json, "postgresql")
def _on_postgresql(element: rows_as_json, compiler: Any, **kw: Any) -> str:
    return f"CAST(json_agg(json_build_array({compiler.process(element.clauses, **kw)})) AS TEXT)"
