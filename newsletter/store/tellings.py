"""Who was told of which notice: waiting -> telling -> told, failed or unknown.

`telling` is committed before anything leaves. Whoever dies in between leaves a line whose fate
nobody knows; it becomes unknown and is not told again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, exists, literal, select, update

from newsletter.model.notice import Notice, TellingState
from newsletter.store.notices import notice_of
from newsletter.store.tables import notice, telling
from newsletter.store.writing import changed, insert_into

LEASE = timedelta(minutes=3)  # longer than any way takes to time out
NEWS = timedelta(days=1)  # what could not be told for so long is none any more
_DIED = "whoever told it died before there was an answer"
_TOO_OLD = "it could not be told for a day"


@dataclass(frozen=True, slots=True)
class Telling:
    """A notice that this process alone may tell now.

    Attributes:
        tries: how often it was tried, this time included.
    """

    notice: Notice
    way: str
    tries: int


@dataclass(frozen=True, slots=True)
class TellingEnd:
    """What became of one try.

    Attributes:
        state: WAITING means that nothing left us, or that it was clearly not taken.
        not_before: with WAITING, when it may be tried again.
        reason: without secrets.
    """

    state: TellingState
    reason: str = ""
    not_before: datetime | None = None


def line_up(connection: Connection, ways: Iterable[str], now: datetime) -> None:
    """Every notice that is still news waits to be told by every way, once."""
    for way in ways:
        has_one = exists().where(telling.c.notice_id == notice.c.id, telling.c.way == way)
        news = select(
            notice.c.id,
            literal(way),
            literal(TellingState.WAITING, telling.c.state.type),
            notice.c.at,
        ).where(notice.c.at > now - NEWS, ~has_one)
        columns = ["notice_id", "way", "state", "not_before"]
        insert = insert_into(connection, telling).from_select(columns, news)
        connection.execute(insert.on_conflict_do_nothing())


def give_up(connection: Connection, now: datetime) -> None:
    """Lines whose teller died are unknown; those that waited for a day have failed."""
    connection.execute(
        update(telling)
        .where(telling.c.state == TellingState.TELLING, telling.c.lease_until < now)
        .values(state=TellingState.UNKNOWN, lease_until=None, reason=_DIED)
    )
    is_old = exists().where(notice.c.id == telling.c.notice_id, notice.c.at <= now - NEWS)
    connection.execute(
        update(telling)
        .where(telling.c.state == TellingState.WAITING, is_old)
        .values(state=TellingState.FAILED, reason=literal(f"{_TOO_OLD}. ") + telling.c.reason)
    )


def claim_telling(connection: Connection, ways: Iterable[str], now: datetime) -> Telling | None:
    """Take the oldest that may be told now by one of these ways."""
    row = connection.execute(
        select(telling.c.way, telling.c.tries, *notice.c)
        .join(notice, notice.c.id == telling.c.notice_id)
        .where(telling.c.state == TellingState.WAITING, telling.c.not_before <= now)
        .where(telling.c.way.in_(list(ways)))
        .order_by(notice.c.id, telling.c.way)
        .limit(1)
        .with_for_update(of=telling, skip_locked=True)
    ).first()
    if row is None:
        return None
    mine = and_(telling.c.notice_id == row.id, telling.c.way == row.way)
    taken = update(telling).where(mine, telling.c.state == TellingState.WAITING)
    values = {
        "state": TellingState.TELLING,
        "lease_until": now + LEASE,
        "tries": row.tries + 1,
    }
    if not changed(connection.execute(taken.values(**values))):
        return None
    return Telling(notice_of(row), row.way, row.tries + 1)


def end_telling(connection: Connection, of: Telling, end: TellingEnd) -> bool:
    """Write down what became of a try; False when it was given up meanwhile."""
    values: dict[str, Any] = {"state": end.state, "reason": end.reason, "lease_until": None}
    if end.not_before is not None:
        values["not_before"] = end.not_before
    mine = and_(telling.c.notice_id == of.notice.id, telling.c.way == of.way)
    return changed(
        connection.execute(
            update(telling).where(mine, telling.c.state == TellingState.TELLING).values(**values)
        )
    )
