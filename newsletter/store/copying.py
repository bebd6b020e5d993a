"""A whole database into another one: SQLite into PostgreSQL, or any into any.

The source is marked as moved before the first row is read, so nothing is written there any
more. A copy that was cut short goes on where it stopped: rows that are there are left alone.
At the end both sides are counted and their rows compared by checksum; only then does the new
database become usable, under a site id of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from hashlib import blake2b
from secrets import token_hex
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    Select,
    Table,
    delete,
    func,
    insert,
    select,
    text,
    update,
)

from newsletter.errors import DatabaseRefused, LedgerError
from newsletter.store.store import Store
from newsletter.store.tables import identity, metadata, site, throttle, tick
from newsletter.store.upgrading import require_known
from newsletter.store.writing import insert_into

CHUNK = 5_000
_UNFINISHED = "unfinished copy of "
# One row each, which opening the new database has made already: taken over at the end.
OF_THE_SITE = (site, identity, throttle, tick)

Told = Callable[[str, int, int], None]
"""Called with a table's name, rows done and rows in all."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did.

    Attributes:
        rows: table -> rows, equal on both sides.
        site_id: of the new database; the old one stays known there.
    """

    rows: Mapping[str, int]
    site_id: str


def copy_database(source: Store, target: Store, *, name: str, told: Told) -> Copied:
    """Copy everything; the source refuses from then on.

    Args:
        source, target: open, whatever mark they carry.
        name: of the target, for people, without a password.
        told: hears of progress.

    Raises:
        DatabaseRefused: the target holds another site, the source went elsewhere before, or a
            newer program's holds more than this one knows of.
        LedgerError: the two sides differ after all.
    """
    require_known(source)
    _mark(source, target, name)
    tables = [table for table in metadata.sorted_tables if table not in OF_THE_SITE]
    for table in tables:
        _copy_table(source, target, table, told)
    rows = {str(table.name): _compare(source, target, table) for table in tables}
    return Copied(rows, _hand_over(source, target))


def abandon_copy(source: Store) -> str:
    """Take the mark off a source whose copy is not to be; returns where it was going."""
    with source.write() as connection:
        name = connection.scalars(select(site.c.moved_to)).one()
        connection.execute(update(site).values(moved_to=None, moved_at=None))
    return name or ""


def _mark(source: Store, target: Store, name: str) -> None:
    whose = f"{_UNFINISHED}{source.site_id}"
    with target.write() as connection:
        mark = connection.scalars(select(site.c.moved_to)).one()
        if mark != whose:
            _require_empty(connection, mark)
            connection.execute(update(site).values(moved_to=whose, moved_at=target.now(connection)))
    with source.write() as connection:
        before = connection.scalars(select(site.c.moved_to)).one()
        if before not in (None, name):
            raise DatabaseRefused(f"This database was moved to {before} before.")
        connection.execute(update(site).values(moved_to=name, moved_at=source.now(connection)))


def _require_empty(connection: Connection, mark: str | None) -> None:
    if mark is not None:
        raise DatabaseRefused(f"The new database is marked: {mark}. Take an empty one.")
    for table in metadata.sorted_tables:
        if table in OF_THE_SITE:
            continue
        if connection.execute(select(*table.primary_key).limit(1)).first() is not None:
            raise DatabaseRefused(
                f"The new database is not empty: it has rows in {table.name}. Take an empty one."
            )


def _copy_table(source: Store, target: Store, table: Table, told: Told) -> None:
    with source.read() as reading:
        total = _count(reading, table)
        done = 0
        with closing(chunks(reading, table, _begun(target, table))) as parts:
            for chunk in parts:
                with target.write() as writing:
                    writing.execute(insert_into(writing, table).on_conflict_do_nothing(), chunk)
                done += len(chunk)
                told(table.name, min(done, total), total)


def _begun(target: Store, table: Table) -> int | None:
    """Where to go on in a table that is numbered; None where rows are compared one by one."""
    number = _number_of(table)
    if number is None:
        return None
    with target.read() as connection:
        newest: int | None = connection.scalar(select(func.max(number)))
    return newest


def _number_of(table: Table) -> Column[Any] | None:
    keys = list(table.primary_key)
    return keys[0] if len(keys) == 1 and isinstance(keys[0].type, Integer) else None


def chunks(
    connection: Connection, table: Table, after: int | None
) -> Generator[Sequence[dict[str, Any]]]:
    """All rows, in the order of their numbers, where they have them."""
    statement: Select[Any] = select(table).order_by(*table.primary_key)
    number = _number_of(table)
    if number is not None and after is not None:
        statement = statement.where(number > after)
    with connection.execution_options(yield_per=CHUNK).execute(statement) as rows:
        for part in rows.partitions(CHUNK):
            yield [dict(row._mapping) for row in part]


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _compare(source: Store, target: Store, table: Table) -> int:
    """Rows of both sides; raises LedgerError where they differ."""
    sides = []
    for store in (source, target):
        with store.read() as connection:
            sides.append(checksum(connection, table))
    if sides[0] != sides[1]:
        raise LedgerError(
            f"The copy differs in {table.name}: {sides[0][0]:,} rows there, {sides[1][0]:,} here. "
            "Empty the new database and copy again."
        )
    return sides[0][0]


def checksum(connection: Connection, table: Table) -> tuple[int, int]:
    """How many rows, and a checksum that no order changes."""
    count, total = 0, 0
    for chunk in chunks(connection, table, None):
        for row in chunk:
            packed = orjson.dumps(list(row.values()), default=_plain)
            total ^= int.from_bytes(blake2b(packed, digest_size=16).digest())
        count += len(chunk)
    return count, total


def _plain(value: Any) -> Any:
    """What orjson does not know: bytes, and words of ours."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, Enum):
        return value.value
    raise TypeError(type(value).__name__)


def _hand_over(source: Store, target: Store) -> str:
    """The site's own rows, a new site id, and no mark: the new database may be used."""
    with source.read() as connection:
        own = {table: _rows(connection, table) for table in OF_THE_SITE}
    with target.write() as connection:
        for table in reversed(OF_THE_SITE):
            connection.execute(delete(table))
        for table in OF_THE_SITE:
            if own[table]:
                connection.execute(insert(table), own[table])
        connection.execute(update(site).values(moved_to=None, moved_at=None))
        new = renew_site_id(connection, target.now(connection))
        if not target.is_sqlite:
            _go_on_counting(connection)
    return new


def renew_site_id(connection: Connection, now: datetime) -> str:
    """From now on mails carry another site id; the old one stays known, for late events."""
    new = token_hex(4)
    retired = update(identity).where(identity.c.retired_at.is_(None))
    connection.execute(retired.values(retired_at=now))
    connection.execute(insert(identity).values(site_id=new, since=now))
    return new


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in connection.execute(select(table))]


def _go_on_counting(connection: Connection) -> None:
    """PostgreSQL's sequences know nothing of numbers that were given."""
    for table in metadata.sorted_tables:
        number = _number_of(table)
        if number is None:
            continue
        named = text("SELECT pg_get_serial_sequence(:table, :column)")
        sequence = connection.scalar(named, {"table": table.name, "column": number.name})
        if sequence is not None:
            newest = connection.scalar(select(func.max(number))) or 0
            connection.execute(
                text("SELECT setval(CAST(:sequence AS regclass), :next, false)"),
                {"sequence": sequence, "next": newest + 1},
            )
