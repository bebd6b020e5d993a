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

from sqlalchemy import ColumnElement, Connection, and_, case, func, not_, select, text

from newsletter.store.audience import resting, suppressed, wanted
from newsletter.store.roster import Entry, listed, read_entries
from newsletter.store.tables import interest, subscriber, subscriber_tag, suppression
from newsletter.store.tables.subscribers import NAMED, Status

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
        attributes: (slug, value) pairs that must all hold.
    """

    text: str = ""
    anywhere: bool = False
    standing: Standing | None = None
    interest: str = ""
    tag: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, the newest readers first.

    Attributes:
        following: give it as `below` to get the next page; 0 when this is the last.
        count: from here on, up to `MOST_COUNTED` and one more, which means: more.
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
    here = and_(subscriber.c.status != Status.ERASED, *_conditions(connection, wanted, now))
    found = select(subscriber.c.id).where(here).order_by(subscriber.c.id.desc())
    if below:
        found = found.where(subscriber.c.id < below)
    ids = connection.scalars(found.limit(MOST_COUNTED + 1)).all()
    shown = listed().where(subscriber.c.id.in_(ids[:most])).order_by(subscriber.c.id.desc())
    entries = read_entries(connection, connection.execute(shown).all())
    return Page(tuple(entries), ids[most - 1] if len(ids) > most else 0, len(ids))


def standings(connection: Connection, now: datetime) -> dict[Standing, int]:
    """How many readers stand where; who is paused or suppressed may be counted twice."""
    by_status = select(subscriber.c.status, func.count()).group_by(subscriber.c.status)
    known = {row[0]: int(row[1]) for row in connection.execute(by_status)}
    # As cases, not as conditions: no database may think of reading all confirmed readers for it.
    confirmed = func.coalesce(func.sum(case((subscriber.c.status == Status.CONFIRMED, 1))), 0)
    kept_away = select(func.count(), confirmed).join_from(
        suppression, subscriber, subscriber.c.email == suppression.c.email
    )
    suppressed_in_all, not_mailable = connection.execute(kept_away).one()
    paused = select(confirmed).where(resting(now))
    return {
        Standing.MAILABLE: known.get(Status.CONFIRMED, 0) - int(not_mailable),
        Standing.PENDING: known.get(Status.PENDING, 0),
        Standing.UNSUBSCRIBED: known.get(Status.UNSUBSCRIBED, 0),
        Standing.SUPPRESSED: int(suppressed_in_all),
        Standing.PAUSED: int(connection.execute(paused).scalar_one()),
    }


def tags_used(connection: Connection, most: int) -> tuple[str, ...]:
    """Tags that readers have, in the order of the alphabet; no more than that.

    Leaps from one to the next by the index, however many readers share one.
    """
    return tuple(_leap(connection, most))


def begins_with(
    connection: Connection, column: ColumnElement[str], words: str
) -> ColumnElement[bool]:
    """Whether a text begins like that, byte by byte, as an index can answer it."""
    if connection.dialect.name == "sqlite":
        return and_(column >= words, column < words + _LAST)
    return and_(column.op("~>=~")(words), column.op("~<~")(words + _LAST))


def _conditions(connection: Connection, wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.text and wanted.anywhere:
        found.append(subscriber.c.id.in_(_with_in_it(connection, wanted.text)))
    elif wanted.text:
        found.append(subscriber.c.id.in_(_beginning(connection, wanted.text)))
    if wanted.standing is not None:
        found.append(_stands(wanted.standing, now))
    if wanted.interest:
        found.append(_wants(connection, wanted.interest))
    if wanted.tag:
        tagged = select(subscriber_tag.c.subscriber_id)
        found.append(subscriber.c.id.in_(tagged.where(subscriber_tag.c.tag == wanted.tag)))
    for slug, value in wanted.attributes:
        found.append(subscriber.c.attributes[slug].as_string() == value)
    return found


def _beginning(connection: Connection, words: str) -> Any:
    """Ids by three indexes; names are looked up as people may have written them."""
    spellings = dict.fromkeys(
        (words, words.lower(), words.capitalize(), words.title(), words.upper())
    )
    names = [
        and_(text(NAMED), begins_with(connection, subscriber.c.first_name, each))
        for each in spellings
    ]
    tags = [begins_with(connection, subscriber_tag.c.tag, each) for each in spellings]
    by_address = begins_with(connection, subscriber.c.email, words.lower())
    return (
        select(subscriber.c.id)
        .where(by_address)
        .union(
            *(select(subscriber.c.id).where(each) for each in names),
            *(select(subscriber_tag.c.subscriber_id).where(each) for each in tags),
        )
    )


def _with_in_it(connection: Connection, words: str) -> Any:
    """Ids; every address and name is read, but from their indexes alone."""
    find = func.instr if connection.dialect.name == "sqlite" else func.strpos
    by_address = find(subscriber.c.email, words.lower()) > 0
    by_name = find(func.lower(subscriber.c.first_name), func.lower(words)) > 0
    names = select(subscriber.c.id).where(text(NAMED), by_name)
    return select(subscriber.c.id).where(by_address).union(names)


def _stands(standing: Standing, now: datetime) -> ColumnElement[bool]:
    match standing:
        case Standing.MAILABLE:
            return and_(subscriber.c.status == Status.CONFIRMED, not_(suppressed()))
        case Standing.SUPPRESSED:
            return subscriber.c.email.in_(select(suppression.c.email))
        case Standing.PAUSED:
            resters = select(subscriber.c.id).where(resting(now)).correlate(None)
            return and_(subscriber.c.status == Status.CONFIRMED, subscriber.c.id.in_(resters))
    return subscriber.c.status == Status(standing)


def _wants(connection: Connection, slug: str) -> ColumnElement[bool]:
    bit = connection.execute(select(interest.c.bit).where(interest.c.slug == slug)).scalar()
    if bit is None:  # nobody ever chose it, and whoever chose nothing wants it
        return subscriber.c.interests.is_(None)
    return wanted(1 << int(bit)) != 0


def _leap(connection: Connection, most: int) -> Iterator[str]:
    tag = connection.execute(select(func.min(subscriber_tag.c.tag))).scalar()
    for _ in range(most):
        if tag is None:
            return
        yield tag
        behind = select(func.min(subscriber_tag.c.tag)).where(subscriber_tag.c.tag > tag)
        tag = connection.execute(behind).scalar()
