"""A database as one file of SQLite, whatever it is in, as it was at one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, delete, insert

from newsletter.errors import LedgerError
from newsletter.store.copying import OF_THE_SITE, checksum, chunks
from newsletter.store.store import Store
from newsletter.store.tables import metadata
from newsletter.store.upgrading import require_known


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database that may be in use, as of one moment (SQLite's online backup).

    Raises LedgerError when the copy is damaged; the source then is too.
    """
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as copy:
        reading.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
        found = copy.execute("PRAGMA quick_check(5)").fetchall()
    if found != [("ok",)]:
        raise LedgerError(f"The database is damaged: {'; '.join(row[0] for row in found)}.")


def copy_rows(source: Store, target: Store) -> Mapping[str, int]:
    """Copy every row, as of one moment, into a database that was just made.

    Returns table -> rows. Raises LedgerError where the two differ after all, and DatabaseRefused
    where a newer program's database holds more than this one knows of.
    """
    require_known(source)
    rows: dict[str, int] = {}
    with source.engine.connect() as plain:
        reading = plain.execution_options(isolation_level="REPEATABLE READ")
        with reading.begin(), target.write() as writing:
            for table in reversed(OF_THE_SITE):
                writing.execute(delete(table))
            for table in metadata.sorted_tables:
                for chunk in chunks(reading, table, None):
                    writing.execute(insert(table), chunk)
                rows[table.name] = _same(reading, writing, table.name)
    return rows


def _same(reading: Connection, writing: Connection, name: str) -> int:
    table = metadata.tables[name]
    there, here = checksum(reading, table), checksum(writing, table)
    if there != here:
        told = f"{there[0]:,} rows there, {here[0]:,} here"
        raise LedgerError(f"The backup differs in {name}: {told}.")
    return there[0]
