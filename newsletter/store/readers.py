"""One reader at a time: find, lock, change, scrub.

`lock_reader` comes first in every transaction that changes one: on PostgreSQL it keeps a second
yes or no of the same person waiting, on SQLite the write transaction itself does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, bindparam, delete, insert, select, update

from newsletter.model.ledger import Step, Steps, require_step
from newsletter.store.tables import interest, subscriber, subscriber_tag, suppression
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import insert_or_ignore

_S = Status

STATUS_STEPS: Steps[Status] = Steps(
    "Subscriber",
    (
        Step(_S.PENDING, _S.CONFIRMED, "a mail's link, or an import with proof of a yes"),
        Step(_S.PENDING, _S.UNSUBSCRIBED, "a no before any yes"),
        Step(_S.PENDING, _S.ERASED),
        Step(_S.CONFIRMED, _S.UNSUBSCRIBED, "by whatever channel, at once"),
        Step(_S.CONFIRMED, _S.ERASED),
        Step(_S.UNSUBSCRIBED, _S.CONFIRMED, "undo, or a double opt-in asked for after the no"),
        Step(_S.UNSUBSCRIBED, _S.PENDING, "undo of a no that came before any yes"),
        Step(_S.UNSUBSCRIBED, _S.ERASED),
    ),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """A subscriber's row.

    Attributes:
        interests: slugs; None for one who never chose and so wants all.
        paused_until, confirmed_at: aware, UTC.
    """

    id: int
    email: str
    first_name: str
    status: Status
    attributes: Mapping[str, str]
    interests: tuple[str, ...] | None
    zone: str
    paused_until: datetime | None
    created_at: datetime
    confirmed_at: datetime | None


def find_reader(connection: Connection, reader_id: int) -> Reader | None:
    """The reader of that id."""
    return _one(connection, _by_id(lock=False), reader_id)


def reader_at(connection: Connection, email: str) -> Reader | None:
    """The reader of that normalised address."""
    return _one(connection, _by_email(lock=False), email)


def lock_reader(connection: Connection, reader_id: int) -> Reader | None:
    """The same as `find_reader`, and nobody else changes the reader before this commits."""
    return _one(connection, _by_id(lock=True), reader_id)


def lock_address(connection: Connection, email: str, now: datetime) -> Reader:
    """The reader of that address, locked; one who is not known is made, as pending."""
    row = {"email": email, "status": Status.PENDING, "created_at": now, "attributes": {}}
    insert_or_ignore(connection, subscriber, row)
    reader = _one(connection, _by_email(lock=True), email)
    assert reader is not None
    return reader


def set_status(connection: Connection, reader: Reader, target: Status, **values: Any) -> None:
    """Take one step of STATUS_STEPS; raises IllegalStep for any other."""
    require_step(STATUS_STEPS, reader.status, target)
    change_reader(connection, reader.id, status=target, **values)


def change_reader(connection: Connection, reader_id: int, **values: Any) -> None:
    """Write columns of the row."""
    connection.execute(_change(), {"reader": reader_id, **values})


def scrub_reader(connection: Connection, reader: Reader) -> None:
    """Take the person out of the row; its number stays, for the deliveries that carry it."""
    connection.execute(delete(subscriber_tag).where(subscriber_tag.c.subscriber_id == reader.id))
    set_status(
        connection,
        reader,
        Status.ERASED,
        email=f"erased:{reader.id}",
        first_name="",
        attributes={},
        interests=None,
        zone="",
        paused_until=None,
    )


def tags_of(connection: Connection, reader_id: int) -> tuple[str, ...]:
    """A reader's tags, sorted."""
    mine = subscriber_tag.c.subscriber_id == reader_id
    found = select(subscriber_tag.c.tag).where(mine).order_by(subscriber_tag.c.tag)
    return tuple(connection.scalars(found))


def change_tags(connection: Connection, reader_id: int, tags: Sequence[str]) -> None:
    """Give a reader these tags and no others."""
    connection.execute(delete(subscriber_tag).where(subscriber_tag.c.subscriber_id == reader_id))
    if tags:
        rows = [{"subscriber_id": reader_id, "tag": tag} for tag in dict.fromkeys(tags)]
        connection.execute(insert(subscriber_tag), rows)


def suppression_of(connection: Connection, email: str) -> Row[Any] | None:
    """Why an address is suppressed, with `reason` and `at`; None when it is not."""
    return connection.execute(_suppression_of(), {"address": email}).first()


def end_suppression(connection: Connection, email: str) -> None:
    """Let an address be mailed again."""
    connection.execute(delete(suppression).where(suppression.c.email == email))


def _one(connection: Connection, query: Select[Any], which: int | str) -> Reader | None:
    row = connection.execute(query, {"which": which}).first()
    return None if row is None else _read(connection, row)


# Putting a statement together costs more than running it, so each is put together once.


@cache
def _by_id(*, lock: bool) -> Select[Any]:
    found = select(subscriber).where(subscriber.c.id == bindparam("which"))
    return found.with_for_update() if lock else found


@cache
def _by_email(*, lock: bool) -> Select[Any]:
    found = select(subscriber).where(subscriber.c.email == bindparam("which"))
    return found.with_for_update() if lock else found


@cache
def _change() -> Update:
    return update(subscriber).where(subscriber.c.id == bindparam("reader"))


@cache
def _suppression_of() -> Select[Any]:
    return select(suppression).where(suppression.c.email == bindparam("address"))


@cache
def _slugs() -> Select[str, int]:
    return select(interest.c.slug, interest.c.bit).order_by(interest.c.bit)


def _read(connection: Connection, row: Row[Any]) -> Reader:
    return Reader(
        id=row.id,
        email=row.email,
        first_name=row.first_name,
        status=row.status,
        attributes=row.attributes,
        interests=_interests(connection, row.interests),
        zone=row.zone,
        paused_until=row.paused_until,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
    )


def _interests(connection: Connection, mask: int | None) -> tuple[str, ...] | None:
    if mask is None:
        return None
    rows = connection.execute(_slugs())
    return tuple(row.slug for row in rows if mask >> row.bit & 1)
