"""The bell: which notices a person of the studio has not seen yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, exists, func, select

from newsletter.model.notice import Notice
from newsletter.model.person import Person
from newsletter.store import Store
from newsletter.store.notices import notice_of
from newsletter.store.tables import notice, notice_read, person
from newsletter.store.writing import insert_into

RINGS_FOR = timedelta(days=30)
"""What is older was settled or will not be."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as one person sees it."""

    notice: Notice
    is_new: bool


def unread(store: Store, who: Person) -> int:
    """How many notices a person has not seen: none from before there was an account."""
    with store.read() as connection:
        new = _is_new(who.id, _since(store, connection, who))
        return int(connection.execute(select(func.count()).where(new)).scalar_one())


def told_to(store: Store, who: Person, most: int, before: int = 0) -> Sequence[Told]:
    """Notices, newest first.

    Args:
        most: how many.
        before: only those older than the notice of this id; 0 begins with the newest.
    """
    with store.read() as connection:
        is_new = _is_new(who.id, _since(store, connection, who)).label("is_new")
        asked = select(notice, is_new).order_by(notice.c.id.desc()).limit(most)
        if before:
            asked = asked.where(notice.c.id < before)
        return [Told(notice_of(row), bool(row.is_new)) for row in connection.execute(asked)]


def mark_seen(store: Store, who: Person, upto: int, only: int = 0) -> None:
    """Note that a person has seen notices; what came meanwhile stays new.

    Args:
        upto: the newest that was on the page.
        only: one alone; 0 marks all up to that.
    """
    with store.write(durable=False) as connection:
        new = _is_new(who.id, _since(store, connection, who))
        wanted = notice.c.id == only if only else notice.c.id <= upto
        now = store.now(connection)
        ids = connection.scalars(select(notice.c.id).where(new, wanted)).all()
        rows = [{"person_id": who.id, "notice_id": each, "at": now} for each in ids]
        if rows:
            connection.execute(insert_into(connection, notice_read).on_conflict_do_nothing(), rows)


def _since(store: Store, connection: Connection, who: Person) -> datetime:
    joined = connection.execute(select(person.c.made_at).where(person.c.id == who.id)).scalar()
    rings = store.now(connection) - RINGS_FOR
    return max(joined, rings) if joined else rings


def _is_new(person_id: int, since: datetime) -> ColumnElement[bool]:
    seen = exists().where(
        notice_read.c.notice_id == notice.c.id, notice_read.c.person_id == person_id
    )
    return (notice.c.at >= since) & ~seen
