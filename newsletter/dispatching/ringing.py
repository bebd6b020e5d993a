"""Which batches the engine is asked for, and in which order: dispatches take turns.

However many readers one dispatch has, another that is due beside it gets every second batch. Only
a few are rung ahead, so that whoever becomes due later need not wait behind all of them.

Where an allowance lets fewer go than wait, the order decides alone: first comes whose last turn is
the longest ago, and `allowance` notes turns in `dispatch.paced_until`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Row, Select, or_, select

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.warming import is_spent
from newsletter.model.ledger import BatchState, DispatchState, WaveState
from newsletter.model.ports import Engine
from newsletter.store.tables import batch, dispatch, throttle, wave
from newsletter.store.writing import its

READERS_AHEAD = 200_000  # of a dispatch
_FEWEST, _MOST = 200, 2_000  # batches ahead: enough for all workers until the next tick
_UNTIL_THE_NEXT = timedelta(seconds=2)  # tick
_NEVER = datetime.min.replace(tzinfo=UTC)

_SHARED: Select[Any] = select(throttle.c.not_before, throttle.c.paced_until)
_READY = (
    select(batch.c.id)
    .join(wave, wave.c.id == batch.c.wave_id)
    .where(batch.c.dispatch_id == its(batch.c.dispatch_id), batch.c.state == BatchState.READY)
    .where(wave.c.state == WaveState.OPEN)
    .order_by(batch.c.id)
)


def ring_waiting(desk: Desk, engine: Engine) -> int:
    """Ask the engine for batches that may go now; how many it was asked for."""
    with desk.store.read() as connection:
        now = desk.store.now(connection)
        if _all_wait(connection, desk.rules, now):
            return 0
        waiting = [_ready(connection, desk.rules, of) for of in _in_turn(connection, now)]
    ready = list(_by_turns(waiting))
    if ready:
        engine.ring(ready)
    return len(ready)


def _all_wait(connection: Connection, rules: Rules, now: datetime) -> bool:
    """Whether the provider or the site's allowance lets nobody go now."""
    shared = connection.execute(_SHARED).first()
    if shared is None:
        return False
    holds = [shared.not_before, shared.paced_until if rules.readers_per_hour else None]
    if any(until is not None and now < until for until in holds):
        return True
    return is_spent(connection, rules, now.date())


def _in_turn(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Dispatches that may send now, first whose last turn is the longest ago."""
    paced, held = dispatch.c.paced_until, dispatch.c.not_before
    sending: Select[Any] = (
        select(dispatch.c.id, dispatch.c.readers_per_hour, dispatch.c.batch_size, paced)
        .where(dispatch.c.state == DispatchState.SENDING)
        .where(or_(held.is_(None), held <= now), or_(paced.is_(None), paced <= now))
        .order_by(dispatch.c.id)
    )
    return sorted(connection.execute(sending), key=_last_turn)


def _last_turn(of: Row[Any]) -> datetime:
    """When it was: an allowance of its own moves `paced_until` on from there."""
    if of.paced_until is None:
        return _NEVER
    own = of.readers_per_hour
    last: datetime = of.paced_until - timedelta(hours=of.batch_size / own if own else 0)
    return last


def _ready(connection: Connection, rules: Rules, of: Row[Any]) -> Sequence[int]:
    most = _READY.limit(_most(rules, of))
    return connection.scalars(most, {"its_dispatch_id": of.id}).all()


def _most(rules: Rules, of: Row[Any]) -> int:
    """How many batches are rung ahead; under an allowance no more than it may let go meanwhile."""
    size: int = max(1, of.batch_size)
    rates = [rate for rate in (of.readers_per_hour, rules.readers_per_hour) if rate]
    if not rates:
        return min(max(READERS_AHEAD // size, _FEWEST), _MOST)
    readers: float = min(rates) * (_UNTIL_THE_NEXT / timedelta(hours=1))
    return min(1 + int(readers // size), _MOST)


def _by_turns(waiting: Sequence[Sequence[int]]) -> Iterator[int]:
    """The first of each, then the second of each."""
    for turn in zip_longest(*waiting):
        yield from (each for each in turn if each is not None)
