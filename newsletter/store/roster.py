"""Readers looked at from outside: lists of them, counts, and who waits to be asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

from newsletter.model.audience import Audience
from newsletter.model.consent import MailName
from newsletter.store.audience import matching
from newsletter.store.store import Store
from newsletter.store.tables import interest, subscriber, subscriber_tag, suppression, system_mail
from newsletter.store.tables.subscribers import Status

_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A reader as a list shows one.

    Attributes:
        interests: slugs; None for one who never chose and so wants all.
        suppressed: why the address is never mailed; empty when it may be.
        confirmed_at: aware, UTC.
    """

    id: int
    email: str
    first_name: str
    status: Status
    suppressed: str
    interests: tuple[str, ...] | None
    tags: tuple[str, ...]
    zone: str
    attributes: Mapping[str, str]
    created_at: datetime
    confirmed_at: datetime | None


def entries(
    store: Store, status: Status | None = None, audience: Audience | None = None
) -> Iterator[Entry]:
    """All readers but erased ones, in the order in which they came; a page in memory at a time.

    Each page is a short transaction of its own, so that nobody is kept from writing.

    Args:
        audience: only those who match the rule, confirmed or not; None means everyone.
    """
    last = 0
    while True:
        with store.read() as connection:
            query = listed().where(subscriber.c.id > last).order_by(subscriber.c.id).limit(_PAGE)
            if status is not None:
                query = query.where(subscriber.c.status == status)
            if audience is not None:
                query = query.where(matching(audience))
            page = read_entries(connection, connection.execute(query).all())
        if not page:
            return
        yield from page
        last = page[-1].id


def search(connection: Connection, text: str, most: int) -> tuple[Entry, ...]:
    """Readers whose address, first name or tag has that in it, whatever its capitals."""
    tagged = exists().where(
        subscriber_tag.c.subscriber_id == subscriber.c.id,
        subscriber_tag.c.tag.icontains(text, autoescape=True),
    )
    found = or_(
        subscriber.c.email.icontains(text, autoescape=True),
        subscriber.c.first_name.icontains(text, autoescape=True),
        tagged,
    )
    query = listed().where(found).order_by(subscriber.c.email).limit(most)
    return tuple(read_entries(connection, connection.execute(query).all()))


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How many readers there are, by status, reason of suppression, interest and tag.

    `mailable` are those who said yes and whose address neither bounced nor complained.
    """
    statuses = select(subscriber.c.status, func.count()).group_by(subscriber.c.status)
    reasons = select(suppression.c.reason, func.count()).group_by(suppression.c.reason)
    tags = select(subscriber_tag.c.tag, func.count()).group_by(subscriber_tag.c.tag)
    return {
        "status": {str(row[0]): row[1] for row in connection.execute(statuses)},
        "mailable": {"all": _count(connection, mailable()), **_by_interest(connection)},
        "suppressed": {row[0]: row[1] for row in connection.execute(reasons)},
        "tags": {row[0]: row[1] for row in connection.execute(tags)},
        "waiting": {"all": count_waiting(connection)},
    }


def count_waiting(connection: Connection) -> int:
    """How many readers wait to be asked whether they want letters."""
    return _count(connection, _waits())


def waiting_after(connection: Connection, last: int, most: int) -> Sequence[int]:
    """Ids of readers who wait to be asked, in order, behind that one."""
    query = select(subscriber.c.id).where(_waits(), subscriber.c.id > last)
    return connection.scalars(query.order_by(subscriber.c.id).limit(most)).all()


def mailable() -> ColumnElement[bool]:
    """Whether a reader said yes and the address may be mailed."""
    return and_(subscriber.c.status == Status.CONFIRMED, ~_is_suppressed())


def _waits() -> ColumnElement[bool]:
    """Pending, and never asked by a mail: a list brought them, or a person did."""
    asked = exists().where(
        system_mail.c.subscriber_id == subscriber.c.id, system_mail.c.name == MailName.CONFIRM
    )
    return and_(subscriber.c.status == Status.PENDING, ~asked, ~_is_suppressed())


def _is_suppressed() -> ColumnElement[bool]:
    return exists().where(suppression.c.email == subscriber.c.email)


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    found = select(func.count()).select_from(subscriber).where(which)
    return int(connection.execute(found).scalar_one())


def _by_interest(connection: Connection) -> dict[str, int]:
    """Those who never chose want everything."""
    bits = connection.execute(select(interest.c.slug, interest.c.bit).order_by(interest.c.bit))
    mask = subscriber.c.interests
    return {
        row.slug: _count(
            connection,
            and_(mailable(), or_(mask.is_(None), mask.op("&")(1 << row.bit) != 0)),
        )
        for row in bits.all()
    }


def listed() -> Select[Any]:
    """Everybody but erased ones, with why an address is suppressed."""
    return (
        select(subscriber, suppression.c.reason.label("suppressed"))
        .join(suppression, suppression.c.email == subscriber.c.email, isouter=True)
        .where(subscriber.c.status != Status.ERASED)
    )


def read_entries(connection: Connection, rows: Sequence[Row[Any]]) -> list[Entry]:
    """What `listed` found, with interests and tags."""
    names = [(row.slug, 1 << row.bit) for row in connection.execute(select(interest))]
    tags = _tags(connection, [row.id for row in rows])
    return [
        Entry(
            row.id,
            row.email,
            row.first_name,
            row.status,
            row.suppressed or "",
            None
            if row.interests is None
            else tuple(slug for slug, bit in names if row.interests & bit),
            tuple(tags.get(row.id, ())),
            row.zone,
            row.attributes,
            row.created_at,
            row.confirmed_at,
        )
        for row in rows
    ]


def _tags(connection: Connection, readers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    known = subscriber_tag.c
    query = select(subscriber_tag).where(known.subscriber_id.in_(readers)).order_by(known.tag)
    for row in connection.execute(query):
        found.setdefault(row.subscriber_id, []).append(row.tag)
    return found
