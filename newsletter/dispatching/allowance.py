"""The allowances: readers an hour of a dispatch and of the site, and the site's warm-up ramp.

What is the site's is shared by turns: each claim notes in `dispatch.paced_until` when it was, and
`ringing` asks first for whoever waits longest.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Update, select, update

from newsletter.dispatching.cutting import queued_in
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.warming import is_warmed_up, warm_up_lets
from newsletter.store.tables import batch, dispatch, throttle
from newsletter.store.writing import changed

LATE = timedelta(seconds=1)
"""Twice the time between two ticks, which ring only once the moment has come."""


def allowance_lets(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> bool:
    """Whether a batch may go now; the warm-up ramp may leave it fewer readers.

    Args:
        seen: the batch with what `claiming` reads beside it.
    """
    rules, today = desk.rules, now.date()
    is_warming_up = bool(rules.warm_up) and not is_warmed_up(connection, rules, today)
    if not rules.readers_per_hour and not seen.readers_per_hour and not is_warming_up:
        return True
    if _is_paced(desk, seen, now):
        return False
    if is_warming_up and not warm_up_lets(connection, rules, seen, today):
        return False
    return _pace_lets(desk, connection, seen, now)


def _is_paced(desk: Desk, seen: Row[Any], now: datetime) -> bool:
    paced = (
        seen.paced_until if seen.readers_per_hour else None,
        seen.shared_paced_until if desk.rules.readers_per_hour else None,
    )
    return any(until is not None and now < until for until in paced)


def _pace_lets(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> bool:
    """The site's and the dispatch's readers an hour, as a moment before which none may go.

    The site's first: whoever loses that race to another dispatch has not used up its own.
    """
    shared, own = desk.rules.readers_per_hour, seen.readers_per_hour
    last = connection.execute(select(batch.c.last_delivery).where(batch.c.id == seen.id))
    readers = queued_in(connection, seen.first_delivery, last.scalar_one())
    if shared:
        until = _after(seen.shared_paced_until, now, readers / shared)
        if not _move(connection, update(throttle), throttle, seen.shared_paced_until, until):
            return False
    until = _after(seen.paced_until, now, readers / own) if own else now  # its turn was now
    mine = update(dispatch).where(dispatch.c.id == seen.dispatch_id)
    return _move(connection, mine, dispatch, seen.paced_until, until)


def _after(seen: datetime | None, now: datetime, hours: float) -> datetime:
    """When the next may go; a claim that came a moment late costs the ones behind it nothing."""
    begins = now if seen is None else max(seen, now - LATE)
    return begins + timedelta(hours=hours)


def _move(
    connection: Connection, statement: Update, table: Any, seen: datetime | None, until: datetime
) -> bool:
    """Move the moment on, unless another sender just did."""
    same = table.c.paced_until.is_(None) if seen is None else table.c.paced_until == seen
    return changed(connection.execute(statement.where(same).values(paced_until=until)))
