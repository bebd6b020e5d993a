"""Readers as a list that is leafed through: found, narrowed down, counted, a page at a time.

A search goes by how an address, a first name or a tag begins, so that an index answers it however
many readers there are. One that looks anywhere in them reads every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select, true

from newsletter.store.audience import resting, suppressed, wanted
from newsletter.store.roster import Entry, listed, read_entries
from newsletter.store.tables import interest, subscriber, subscriber_tag, suppression
from newsletter.store.tables.subscribers import Status

MOST_COUNTED = 10_000
"""How far a narrowed-down list is counted; beyond, "more than" says enough."""
_LAST = "\U0010ffff"  # no text goes on behind it


class Standing(StrEnum):
    """Where a reader stands, as people ask for it."""

    MAILABLE = "mailable"  # said yes, and neither bounced nor complained
    PENDING = "pending"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    PAUSED = "paused"  # by the reader's own wish, for a while


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which readers; what is empty does not narrow.

    Attributes:
        text: how their address, first name or a tag begins.
        anywhere: look for `text` anywhere in address and first name instead.
        interest: a slug; those who never chose want everything.
        attribute: (slug, value).
    """

    text: str = ""
    anywhere: bool = False
    standing: Standing | None = None
    interest: str = ""
    tag: str = ""
    attribute: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, the newest readers first.

    Attributes:
        following: give it as `below` to get the next page; 0 when this is the last.
        count: of the whole list, up to `MOST_COUNTED` and one more, which means: more.
    """

    entries: tuple[Entry, ...]
    following: int
    count: int


def page_of(
    connection: Connection, wanted: Wanted, now: datetime, *, below: int = 0, most: int = 50
) -> Page:
    """One page.

    Args:
        now: aware; who rests at that moment is paused.
        below: only readers with a smaller id; 0 begins with the newest.
        most: readers a page.
    """
    conditions = _conditions(connection, wanted, now)
    query = listed().where(*conditions).order_by(subscriber.c.id.desc()).limit(most + 1)
    if below:
        query = query.where(subscriber.c.id < below)
    found = read_entries(connection, connection.execute(query).all())
    following = found[most - 1].id if len(found) > most else 0
    return Page(tuple(found[:most]), following, _count(connection, conditions))


def standings(connection: Connection, now: datetime) -> dict[Standing, int]:
    """How many readers stand where; who is paused or suppressed may be counted twice."""
    by_status = select(subscriber.c.status, func.count()).group_by(subscriber.c.status)
    known = {row[0]: int(row[1]) for row in connection.execute(by_status)}
    kept_away = (
        select(func.count())
        .select_from(suppression)
        .join(subscriber, subscriber.c.email == suppression.c.email)
    )
    confirmed = kept_away.where(subscriber.c.status == Status.CONFIRMED)
    paused = select(func.count()).select_from(subscriber).where(resting_now(now))
    return {
        Standing.MAILABLE: known.get(Status.CONFIRMED, 0) - _number(connection, confirmed),
        Standing.PENDING: known.get(Status.PENDING, 0),
        Standing.UNSUBSCRIBED: known.get(Status.UNSUBSCRIBED, 0),
        Standing.SUPPRESSED: _number(connection, kept_away),
        Standing.PAUSED: _number(connection, paused),
    }


def tags_used(connection: Connection, most: int) -> tuple[str, ...]:
    """Tags that readers have, in the order of the alphabet; no more than that.

    Leaps from one to the next by the index, however many readers share one.
    """
    return tuple(_leap(connection, most))


def begins_with(
    connection: Connection, column: ColumnElement[str], text: str
) -> ColumnElement[bool]:
    """Whether a text begins like that, byte by byte, as an index can answer it."""
    if connection.dialect.name == "sqlite":
        return and_(column >= text, column < text + _LAST)
    return and_(column.op("~>=~")(text), column.op("~<~")(text + _LAST))


def resting_now(now: datetime) -> ColumnElement[bool]:
    """Whether a reader who would get letters asked for a pause that still lasts."""
    return and_(subscriber.c.status == Status.CONFIRMED, resting(now))


def _conditions(connection: Connection, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text and wanted.anywhere:
        found.append(_has_in_it(wanted.text))
    elif wanted.text:
        found.append(subscriber.c.id.in_(_beginning(connection, wanted.text)))
    if wanted.standing is not None:
        found.append(_stands(wanted.standing, now))
    if wanted.interest:
        found.append(_wants(connection, wanted.interest))
    if wanted.tag:
        tagged = select(subscriber_tag.c.subscriber_id)
        found.append(subscriber.c.id.in_(tagged.where(subscriber_tag.c.tag == wanted.tag)))
    if wanted.attribute is not None:
        slug, value = wanted.attribute
        found.append(subscriber.c.attributes[slug].as_string() == value)
    return found


def _beginning(connection: Connection, text: str) -> Any:
    """Ids by three indexes; names are looked up as people may have written them."""
    spellings = dict.fromkeys((text, text.lower(), text.capitalize(), text.title(), text.upper()))
    names = [begins_with(connection, subscriber.c.first_name, each) for each in spellings]
    tags = [begins_with(connection, subscriber_tag.c.tag, each) for each in spellings]
    by_address = begins_with(connection, subscriber.c.email, text.lower())
    return (
        select(subscriber.c.id)
        .where(by_address)
        .union(
            *(select(subscriber.c.id).where(each) for each in names),
            *(select(subscriber_tag.c.subscriber_id).where(each) for each in tags),
        )
    )


def _has_in_it(text: str) -> ColumnElement[bool]:
    return or_(
        subscriber.c.email.icontains(text, autoescape=True),
        subscriber.c.first_name.icontains(text, autoescape=True),
    )


def _stands(standing: Standing, now: datetime) -> ColumnElement[bool]:
    match standing:
        case Standing.MAILABLE:
            return and_(subscriber.c.status == Status.CONFIRMED, not_(suppressed()))
        case Standing.SUPPRESSED:
            return suppressed()
        case Standing.PAUSED:
            return resting_now(now)
    return subscriber.c.status == Status(standing)


def _wants(connection: Connection, slug: str) -> ColumnElement[bool]:
    bit = connection.execute(select(interest.c.bit).where(interest.c.slug == slug)).scalar()
    if bit is None:  # nobody ever chose it, and whoever chose nothing wants it
        return subscriber.c.interests.is_(None)
    return wanted(1 << int(bit)) != 0


def _count(connection: Connection, conditions: list[ColumnElement[bool]]) -> int:
    here = and_(true(), subscriber.c.status != Status.ERASED, *conditions)
    some = select(subscriber.c.id).where(here).limit(MOST_COUNTED + 1).subquery()
    return _number(connection, select(func.count()).select_from(some))


def _number(connection: Connection, counted: Select[Any]) -> int:
    return int(connection.execute(counted).scalar_one())


def _leap(connection: Connection, most: int) -> Iterator[str]:
    tag = connection.execute(select(func.min(subscriber_tag.c.tag))).scalar()
    for _ in range(most):
        if tag is None:
            return
        yield tag
        behind = select(func.min(subscriber_tag.c.tag)).where(subscriber_tag.c.tag > tag)
        tag = connection.execute(behind).scalar()
