"""The warm-up ramp: a new sender's readers a day, more from day to day of sending.

Mailbox providers distrust an address that sends much at once and was never seen before. So a
site hands over at most `Rules.warm_up[n - 1]` readers on the n-th day (UTC) on which it sends
issues. Days without issues do not count. After the last day of the ramp there is no such limit.

Readers count when their batch is claimed, and no more when it turns out that nothing left us.
Who dies in between has counted too much: the ramp errs to the careful side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from newsletter.dispatching.cutting import carve
from newsletter.dispatching.rules import Rules
from newsletter.model.ledger import BatchState
from newsletter.store.tables import batch, dispatch, throttle


@dataclass(frozen=True, slots=True)
class Ramp:
    """What is left of the warm-up.

    Attributes:
        ahead: readers at most on a day of sending and on those that follow it, while it lasts.
    """

    ahead: tuple[int, ...]


_RAMP: Select[Any] = select(throttle.c.day, throttle.c.day_readers, throttle.c.warm_up_days)


def is_warmed_up(connection: Connection, rules: Rules, today: date) -> bool:
    """Whether no ramp holds readers back any more."""
    return _left(connection.execute(_RAMP).one(), rules, today) is None


def read_ramp(connection: Connection, rules: Rules, day: date) -> Ramp | None:
    """What the ramp lets go from a day on, if that is the next day of sending; None without one."""
    row = connection.execute(_RAMP).one()
    left = _left(row, rules, day)
    if left is None:
        return None
    nth: int = row.warm_up_days + _is_new(row, day)
    return Ramp((left, *rules.warm_up[nth:]))


def is_spent(connection: Connection, rules: Rules, today: date) -> bool:
    """Whether the ramp lets nobody go before the next day."""
    return bool(rules.warm_up) and _left(connection.execute(_RAMP).one(), rules, today) == 0


def warm_up_lets(connection: Connection, rules: Rules, seen: Row[Any], today: date) -> bool:
    """Leave a ready batch no more readers than the ramp still has; False when it has none.

    The transaction then holds the ramp until its end: `count_readers` belongs into it.

    Args:
        seen: the batch: `id`, `fence`, `dispatch_id`.
    """
    if not _hold(connection, seen):
        return False  # another is at it; the next tick rings again
    left = _left(connection.execute(_RAMP.with_for_update()).one(), rules, today)
    if left:
        carve(connection, seen.id, left)
    return left is None or left > 0


def count_readers(connection: Connection, rules: Rules, readers: int, today: date) -> date | None:
    """Count readers who were claimed; returns the day they count on, None without a ramp."""
    row = connection.execute(_RAMP).one()
    if _left(row, rules, today) is None:
        return None
    is_new = _is_new(row, today)
    day: date = today if is_new else row.day
    counted = readers if is_new else row.day_readers + readers
    nth = row.warm_up_days + is_new
    connection.execute(update(throttle).values(day=day, day_readers=counted, warm_up_days=nth))
    return day


def give_back(connection: Connection, day: date | None, readers: int) -> None:
    """Count readers no more who were claimed on that day and did not leave us."""
    if day is None or not readers:
        return
    still = (throttle.c.day == day, throttle.c.day_readers >= readers)
    fewer = throttle.c.day_readers - readers
    connection.execute(update(throttle).where(*still).values(day_readers=fewer))


def _hold(connection: Connection, seen: Row[Any]) -> bool:
    """Lock batch and dispatch before the ramp, as whoever writes an answer down does.

    Without waiting: resuming and cancelling lock the two the other way round.
    """
    ours = select(batch.c.id).where(
        batch.c.id == seen.id, batch.c.state == BatchState.READY, batch.c.fence == seen.fence
    )
    its_dispatch = select(dispatch.c.id).where(dispatch.c.id == seen.dispatch_id)
    return all(
        connection.execute(each.with_for_update(skip_locked=True, key_share=True)).first()
        for each in (ours, its_dispatch)
    )


def _left(row: Row[Any], rules: Rules, today: date) -> int | None:
    """How many more readers may go today; None when the ramp is over."""
    is_new = _is_new(row, today)
    nth: int = row.warm_up_days + is_new
    if nth > len(rules.warm_up):
        return None
    used: int = 0 if is_new else row.day_readers
    return max(0, rules.warm_up[nth - 1] - used)


def _is_new(row: Row[Any], today: date) -> bool:
    """Whether nobody counted today yet; a clock set back begins no day anew."""
    return row.day is None or row.day < today
