"""Statements as the program really says them, and how a database would go about each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from newsletter.store import Store
from newsletter.store.freezing import placing
from newsletter.store.tables import metadata

_READS_OR_WRITES = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_SCAN = re.compile(r"^SCAN (\w+)(?:.* INDEX (\w+))?")
PARTIAL = frozenset(
    str(index.name)
    for table in metadata.tables.values()
    for index in table.indexes
    if index.dialect_options["sqlite"]["where"] is not None
)
"""Indexes of a few chosen rows: to read all of one is what it is for."""

_ALIASES = {"other": "delivery"}


@dataclass
class Said:
    """What was said on a store while somebody did something, each statement once.

    Attributes:
        doing: what is done now; nothing is noted while it is empty.
        heard: (what was done, statement) -> its parameters.
    """

    store: Store
    doing: str = ""
    heard: dict[tuple[str, str], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        event.listen(self.store.engine, "before_cursor_execute", self._listen)

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Note what is said until the end of the block."""
        self.doing = what
        try:
            yield
        finally:
            self.doing = ""

    def scans(self, tables: frozenset[str]) -> dict[tuple[str, str], str]:
        """Who reads the whole of one of these tables: (what was done, table) -> a statement."""
        found = {}
        with self.store.read() as connection:
            placing.create(connection)  # gone at the end of the transaction that said it
            for (doing, statement), parameters in self.heard.items():
                for table in self._scanned(connection, statement, parameters):
                    if table in tables:
                        found[doing, table] = statement
            placing.drop(connection)
        return found

    def _listen(
        self, connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any
    ) -> None:
        if self.doing and statement.lstrip().startswith(_READS_OR_WRITES):
            one = parameters[0] if isinstance(parameters, list) else parameters
            self.heard.setdefault((self.doing, statement), one)

    def _scanned(self, connection: Connection, statement: str, parameters: Any) -> Iterator[str]:
        if self.store.is_sqlite:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            scans = [found for row in rows if (found := _SCAN.match(row[3]))]
            yield from (_ALIASES.get(it[1], it[1]) for it in scans if it[2] not in PARTIAL)
            return
        rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        told = rows.scalar_one()
        yield from _scanned_in(json.loads(told) if isinstance(told, str) else told)


def _scanned_in(plan: Any) -> Iterator[str]:
    """Tables that a plan of PostgreSQL reads row by row, wherever in it."""
    for node in plan if isinstance(plan, list) else plan.values():
        if isinstance(node, list | dict):
            yield from _scanned_in(node)
    if isinstance(plan, dict) and plan.get("Node Type") == "Seq Scan":
        yield plan["Relation Name"]
