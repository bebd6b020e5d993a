"""Many lines of proof in one statement: a list brings a million.

What all lines of a group share is bound once; what differs goes in as one JSON text, which the
database takes apart itself. A parameter a cell cost three times as much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, insert, literal, select

from newsletter.store.many import as_text, rows_of
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
        _insert(connection, dict(zip(shared, values, strict=True)), as_text(own))


def _insert(connection: Connection, shared: Mapping[str, Any], own: str) -> None:
    table, cells = rows_of(connection, "own", len(_OWN))
    if connection.dialect.name != "sqlite":
        cells = [cast(cells[0], BigInteger), *cells[1:]]
    constants = [literal(value, consent.c[name].type) for name, value in shared.items()]
    connection.execute(
        insert(consent).from_select(
            [*_OWN, *shared], select(*cells, *constants).select_from(table)
        ),
        {"own": own},
    )
