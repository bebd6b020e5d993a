"""Readers in: one by one and by the hundred thousand.

Whoever said no stays a no: bringing an address in never touches the status of one that is
already known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    JSON,
    Connection,
    Select,
    case,
    cast,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from newsletter.errors import UsageError
from newsletter.store.interests import bits_of_interests, mask_of
from newsletter.store.many import as_text, is_among, rows_of
from newsletter.store.store import Store
from newsletter.store.tables import subscriber, subscriber_tag, suppression
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import insert_into

CHUNK = 5_000
_OWN = ("email", "first_name", "attributes", "interests", "zone")
_SAID_NO = (Status.UNSUBSCRIBED, Status.ERASED)


@dataclass(frozen=True, slots=True)
class NewReader:
    """One reader as brought in.

    Attributes:
        email: normalised.
        attributes: only those given; others stay as they are.
        interests: slugs, or None for one who never chose.
        zone: IANA name, or empty.
    """

    email: str
    first_name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    interests: tuple[str, ...] | None = None
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the readers brought in.

    Attributes:
        imported: new ones.
        updated: known ones whose details changed or stayed.
        suppressed: known ones who said no, bounced or complained; they stay unmailed.
    """

    imported: int = 0
    updated: int = 0
    suppressed: int = 0

    def __add__(self, other: Imported) -> Imported:
        return Imported(
            self.imported + other.imported,
            self.updated + other.updated,
            self.suppressed + other.suppressed,
        )


def import_readers(
    store: Store, readers: Iterable[NewReader], now: datetime, status: Status = Status.CONFIRMED
) -> Imported:
    """Bring readers in, a chunk a transaction; doing it again changes nothing.

    Args:
        readers: any number; consumed as it goes.
        now: when they joined, for new ones.
        status: what new ones become, PENDING or CONFIRMED.
    """
    total = Imported()
    for chunk in _chunks(readers):
        with store.write() as connection:
            total += _bring_in(connection, chunk, now, status)
    return total


def add_reader(
    store: Store, reader: NewReader, now: datetime, status: Status = Status.CONFIRMED
) -> int:
    """Bring one reader in; returns the id.

    Raises UsageError when the address said no, bounced or complained.
    """
    with store.write() as connection:
        if _bring_in(connection, [reader], now, status).suppressed:
            raise UsageError(
                f"{reader.email} unsubscribed, bounced or complained before. "
                "Only they can come back, by signing up."
            )
        return int(
            connection.execute(
                select(subscriber.c.id).where(subscriber.c.email == reader.email)
            ).scalar_one()
        )


def _chunks(readers: Iterable[NewReader]) -> Iterator[list[NewReader]]:
    iterator = iter(readers)
    while chunk := list(islice(iterator, CHUNK)):
        yield list({reader.email: reader for reader in chunk}.values())


def _bring_in(
    connection: Connection, readers: Sequence[NewReader], now: datetime, status: Status
) -> Imported:
    emails = [reader.email for reader in readers]
    known = _status_of(connection, emails)
    refused = {email for email, said in known.items() if said in _SAID_NO}
    refused |= _suppressed(connection, emails)
    upsert_readers(
        connection, [reader for reader in readers if reader.email not in refused], now, status
    )
    new = len(emails) - len(known.keys() | refused)
    return Imported(new, len(known.keys() - refused), len(refused))


def upsert_readers(
    connection: Connection, readers: Sequence[NewReader], now: datetime, status: Status
) -> None:
    """Write readers; of known ones only details change, and only those that are given.

    Whoever calls it knows that none of them said no.

    Args:
        readers: any number, each address once.
        status: what new ones become.
    """
    if not readers:
        return
    named = sorted({slug for reader in readers for slug in reader.interests or ()})
    bits = bits_of_interests(connection, named)
    insert = insert_into(connection, subscriber).from_select(*_selected(connection, now, status))
    new = insert.excluded
    keep = subscriber.c
    statement = insert.on_conflict_do_update(
        index_elements=[keep.email],
        set_={
            "first_name": case((new.first_name != "", new.first_name), else_=keep.first_name),
            "attributes": _merged(connection, new.attributes),
            "interests": func.coalesce(new.interests, keep.interests),
            "zone": case((new.zone != "", new.zone), else_=keep.zone),
        },
    )
    connection.execute(statement, {"readers": as_text([_row(each, bits) for each in readers])})
    _tag(connection, readers)


def _selected(
    connection: Connection, now: datetime, status: Status
) -> tuple[list[str], Select[Any]]:
    """Columns, and the rows of the bound text `readers` with what all of them share."""
    table, cells = rows_of(connection, "readers", len(_OWN))
    shared = {
        "status": status,
        "created_at": now,
        "confirmed_at": now if status is Status.CONFIRMED else None,
    }
    own = [
        cell if connection.dialect.name == "sqlite" else cast(cell, subscriber.c[name].type)
        for name, cell in zip(_OWN, cells, strict=True)
    ]
    constants = [literal(value, subscriber.c[name].type) for name, value in shared.items()]
    # SQLite needs the WHERE to see that ON CONFLICT does not belong to a join.
    return [*_OWN, *shared], select(*own, *constants).select_from(table).where(true())


def _row(reader: NewReader, bits: Mapping[str, int]) -> list[Any]:
    mask = None if reader.interests is None else mask_of(bits, reader.interests)
    return [reader.email, reader.first_name, dict(reader.attributes), mask, reader.zone]


def _merged(connection: Connection, new: Any) -> Any:
    """Known attributes with the new ones laid over them."""
    if connection.dialect.name == "sqlite":
        return func.json_patch(subscriber.c.attributes, new)
    return cast(cast(subscriber.c.attributes, JSONB).op("||")(cast(new, JSONB)), JSON)


def _tag(connection: Connection, readers: Sequence[NewReader]) -> None:
    pairs = [(reader.email, tag) for reader in readers for tag in reader.tags]
    if not pairs:
        return
    table, (email, tag) = rows_of(connection, "pairs", 2)
    source = select(subscriber.c.id, tag).select_from(
        table.join(subscriber, subscriber.c.email == email)
    )
    connection.execute(
        insert_into(connection, subscriber_tag)
        .from_select(["subscriber_id", "tag"], source.where(true()))
        .on_conflict_do_nothing(),
        {"pairs": as_text(pairs)},
    )


def _status_of(connection: Connection, emails: Sequence[str]) -> dict[str, Status]:
    rows = connection.execute(
        select(subscriber.c.email, subscriber.c.status).where(
            is_among(connection, subscriber.c.email, emails)
        )
    )
    return {row.email: row.status for row in rows}


def _suppressed(connection: Connection, emails: Sequence[str]) -> set[str]:
    return set(
        connection.scalars(
            select(suppression.c.email).where(is_among(connection, suppression.c.email, emails))
        )
    )
