"""Thousands of values in one statement: as one JSON text, which the database takes apart.

A bound parameter for each value costs more than the work that is asked for, and a database takes
only so many of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    select,
)

_CACHE_KIB = 96 * 1024
_PAGES_BETWEEN = 32_768  # 128 MB of log between two copyings into the database


def is_among(
    connection: Connection, column: ColumnElement[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """Whether a column holds one of many texts or numbers."""
    told = bindparam(None, orjson.dumps(list(values)).decode(), type_=Text, unique=True)
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(told).table_valued("value").c.value))
    each = func.json_array_elements_text(cast(told, JSON)).table_valued("value").c.value
    return column.in_(select(cast(each, column.type)))


def rows_of(
    connection: Connection, name: str, width: int
) -> tuple[TableValuedAlias, Sequence[ColumnElement[Any]]]:
    """Rows of a bound JSON text `[[...], ...]` as a table, and its cells.

    A cell that is an object or an array stays JSON; others are texts on PostgreSQL, to be cast.
    """
    told = bindparam(name, type_=Text)
    if connection.dialect.name == "sqlite":
        table = func.json_each(told).table_valued("value")
        return table, [func.json_extract(table.c.value, f"$[{at}]") for at in range(width)]
    table = func.json_array_elements(cast(told, JSON)).table_valued("value")
    return table, [table.c.value.op("->>")(at) for at in range(width)]


def as_text(rows: Sequence[Sequence[Any]]) -> str:
    """Rows as the JSON text that `rows_of` takes apart."""
    return orjson.dumps(rows).decode()


def make_room(connection: Connection) -> None:
    """Let this connection work on many scattered rows; SQLite only, and till it is closed.

    What it changes stands in indexes in no order. With a small cache it writes the same pages
    again and again, and copies each into the database after every transaction.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA cache_size=-{_CACHE_KIB}")
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={_PAGES_BETWEEN}")
