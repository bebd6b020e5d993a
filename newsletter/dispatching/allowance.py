"""The allowances: readers an hour of a dispatch and of the site, and the site's warm-up ramp."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Update, select, update

from newsletter.dispatching.cutting import queued_in
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.warming import is_warmed_up, warm_up_lets
from newsletter.store.tables import batch, dispatch, throttle
from newsletter.store.writing import changed


def allowance_lets(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> bool:
    """Whether a batch may go now; the warm-up ramp may leave it fewer readers.

    Args:
        seen: the batch with what `claiming` reads beside it.
    """
    rules = desk.rules
    if not rules.readers_per_hour and not seen.readers_per_hour and not rules.warm_up:
        return True
    if _is_paced(desk, seen, now):
        return False
    today = now.date()
    is_warming_up = bool(rules.warm_up) and not is_warmed_up(connection, rules, today)
    if is_warming_up and not warm_up_lets(connection, rules, seen, today):
        return False
    return _pace_lets(desk, connection, seen, now)


def _is_paced(desk: Desk, seen: Row[Any], now: datetime) -> bool:
    if not desk.rules.readers_per_hour and not seen.readers_per_hour:
        return False
    paced = (seen.paced_until, seen.shared_paced_until)
    return any(until is not None and now < until for until in paced)


def _pace_lets(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> bool:
    """The site's and the dispatch's readers an hour, as a moment before which none may go."""
    shared, own = desk.rules.readers_per_hour, seen.readers_per_hour
    if not shared and not own:
        return True
    last = connection.execute(select(batch.c.last_delivery).where(batch.c.id == seen.id))
    readers = queued_in(connection, seen.first_delivery, last.scalar_one())
    if own:
        statement = update(dispatch).where(dispatch.c.id == seen.dispatch_id)
        if not _pace(connection, statement, dispatch, seen.paced_until, now, readers / own):
            return False
    if shared:
        return _pace(
            connection, update(throttle), throttle, seen.shared_paced_until, now, readers / shared
        )
    return True


def _pace(
    connection: Connection,
    statement: Update,
    table: Any,
    seen: datetime | None,
    now: datetime,
    hours: float,
) -> bool:
    """Move the moment on by what these readers use up, unless another sender just did."""
    same = table.c.paced_until.is_(None) if seen is None else table.c.paced_until == seen
    until = now + timedelta(hours=hours)
    return changed(connection.execute(statement.where(same).values(paced_until=until)))
