"""What someone asked for and has yet to prove by a link in a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, delete, insert, or_, select, update
from sqlalchemy.sql.dml import ReturningInsert

from newsletter.model.consent import RequestKind
from newsletter.store.many import is_among
from newsletter.store.tables import request
from newsletter.store.writing import changed


@dataclass(frozen=True, slots=True)
class Request:
    """One of them.

    Attributes:
        made_at, expires_at: aware, UTC.
        is_spent: used, or overtaken by a no.
        details: what was typed; applies only when proved.
    """

    id: int
    subscriber: int
    kind: RequestKind
    made_at: datetime
    expires_at: datetime
    is_spent: bool
    details: Mapping[str, Any]


def open_request(
    connection: Connection,
    kind: RequestKind,
    subscriber: int,
    made_at: datetime,
    expires_at: datetime,
    details: Mapping[str, Any],
) -> int:
    """Write it down; returns its id, which the link names."""
    row = {
        "kind": kind,
        "subscriber_id": subscriber,
        "made_at": made_at,
        "expires_at": expires_at,
        "details": dict(details),
    }
    return int(connection.execute(_insert(), row).scalar_one())


def find_request(
    connection: Connection, kind: RequestKind, subscriber: int, request_id: int
) -> Request | None:
    """The request a link names; None unless kind and reader agree."""
    row = connection.execute(
        select(request).where(
            request.c.id == request_id,
            request.c.subscriber_id == subscriber,
            request.c.kind == kind,
        )
    ).first()
    return None if row is None else read_request(row)


def read_request(row: Row[Any]) -> Request:
    """A row of the table as a value."""
    spent = row.used_at is not None or row.voided_at is not None
    return Request(
        row.id, row.subscriber_id, row.kind, row.made_at, row.expires_at, spent, row.details
    )


def use_request(connection: Connection, request_id: int, now: datetime) -> bool:
    """Use it up; tells whether it was still to be used: of two at once only one hears yes."""
    unused = (request.c.used_at.is_(None), request.c.voided_at.is_(None))
    return changed(
        connection.execute(
            update(request)
            .where(request.c.id == request_id, request.c.expires_at > now, *unused)
            .values(used_at=now)
        )
    )


def void_requests(connection: Connection, subscriber: int, now: datetime) -> None:
    """A no was said, then: nothing asked for before it can become a yes any more.

    Fresh links stay good: with one, a reader who left may still look at their data.
    """
    connection.execute(_void_of_one(), {"reader": subscriber, "now": now})


def void_all_requests(connection: Connection, subscribers: Sequence[int], now: datetime) -> None:
    """The same for many readers."""
    theirs = is_among(connection, request.c.subscriber_id, subscribers)
    connection.execute(_void().where(theirs), {"now": now})


@cache  # putting a statement together costs more than running it
def _insert() -> ReturningInsert[int]:
    return insert(request).returning(request.c.id)


@cache
def _void_of_one() -> Update:
    return _void().where(request.c.subscriber_id == bindparam("reader"))


def _void() -> Update:
    now = bindparam("now", type_=request.c.made_at.type)
    open_ones = (
        request.c.kind != RequestKind.FRESH,
        request.c.made_at <= now,
        request.c.used_at.is_(None),
        request.c.voided_at.is_(None),
    )
    return update(request).where(*open_ones).values(voided_at=now)


def forget_requests(connection: Connection, subscriber: int, address: str) -> None:
    """Take away everything a reader ever typed, and whoever wanted to move to their address."""
    moving_there = and_(
        request.c.kind == RequestKind.ADDRESS_CHANGE,
        request.c.details["new_email"].as_string() == address,
    )
    connection.execute(
        delete(request).where(or_(request.c.subscriber_id == subscriber, moving_there))
    )


def prune_requests(connection: Connection, before: datetime) -> int:
    """Take away those that ended before that; returns how many."""
    return connection.execute(delete(request).where(request.c.expires_at < before)).rowcount
