"""Many lines of proof in one statement: a list brings a million.

What all lines of a group share is bound once; what differs goes in as one JSON text, which the
database takes apart itself. A parameter a cell cost three times as much.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
)

from newsletter.store.tables import consent

_OWN = ("subscriber_id", "address", "address_hash", "ip", "user_agent", "token_sha256", "note")
"""Columns that differ from line to line; the others are few values in a list."""


def insert_lines(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of `consent`, all with the same columns."""
    groups: defaultdict[tuple[Any, ...], list[list[Any]]] = defaultdict(list)
    shared = [name for name in rows[0] if name not in _OWN] if rows else []
    for row in rows:
        groups[tuple(row[name] for name in shared)].append([row[name] for name in _OWN])
    for values, own in groups.items():
        _insert(connection, dict(zip(shared, values, strict=True)), json.dumps(own))


def _insert(connection: Connection, shared: Mapping[str, Any], own: str) -> None:
    cells, table = _cells(connection)
    constants = [literal(value, consent.c[name].type) for name, value in shared.items()]
    connection.execute(
        insert(consent).from_select(
            [*_OWN, *shared], select(*cells, *constants).select_from(table)
        ),
        {"own": own},
    )


def _cells(connection: Connection) -> tuple[Sequence[ColumnElement[Any]], TableValuedAlias]:
    """The columns of `_OWN`, taken out of the bound JSON text."""
    if connection.dialect.name == "sqlite":
        each = func.json_each(bindparam("own", type_=Text)).table_valued("value")
        found = [func.json_extract(each.c.value, f"$[{at}]") for at in range(len(_OWN))]
        return found, each
    rows = func.json_array_elements(cast(bindparam("own", type_=Text), JSON))
    table = rows.table_valued("value")
    texts = [table.c.value.op("->>")(at) for at in range(len(_OWN))]
    return [cast(texts[0], BigInteger), *texts[1:]], table
