"""The ledger after a backup was restored: what may have happened since, nobody knows.

What was under way when the backup was made perhaps went on afterwards. So whoever still waited
in a wave that was due is unknown from here on: evidence or a person settles it, as always, and
nobody is mailed twice by a restore. Nothing goes on by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from newsletter.dispatching.stopping import put_into_review
from newsletter.model.ledger import BatchState, DeliveryOutcome, DispatchState, WaveState
from newsletter.store.tables import attempt, batch, delivery, dispatch, site, throttle, wave
from newsletter.store.writing import batch_step, delivery_step

OWNER = "restored"
"""Stands where the sender's name stands, in attempts that a restore had to suppose."""

HELD = "you: a backup was restored, so ask the provider first: newsletter reconcile"
ID_GAP = 2**36
"""So many delivery ids are left out: those given after the backup name other mails."""

_FOR_EVER = timedelta(days=36_500)
_BEGUN = (DispatchState.PREPARING, DispatchState.SENDING, DispatchState.PAUSED)
_UNDER_WAY = (BatchState.READY, BatchState.CLAIMED, BatchState.SENDING)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a restore left to a person.

    Attributes:
        dispatches: their ids, in review now.
        uncertain: readers who perhaps were mailed after the backup.
    """

    dispatches: tuple[int, ...]
    uncertain: int


def suppose_sent_since(connection: Connection, made_at: datetime, now: datetime) -> Reviewed:
    """Put every unended dispatch into review, and suppose nothing of what was under way.

    Args:
        made_at: when the backup was made, aware, UTC.
    """
    uncertain = sum(
        _to_unknown(connection, each, made_at) for each in _perhaps_sent(connection, now)
    )
    unended = (DispatchState.SCHEDULED, *_BEGUN)
    found = connection.execute(
        select(dispatch.c.id, dispatch.c.due_at).where(dispatch.c.state.in_(unended))
    ).all()
    for each in found:
        put_into_review(connection, each.id, _reason(each.due_at, made_at, now), now)
    connection.execute(update(site).values(next_delivery=site.c.next_delivery + ID_GAP))
    return Reviewed(tuple(each.id for each in found), uncertain)


def hold_until_asked(connection: Connection, now: datetime) -> None:
    """Send nothing at all until the provider was asked."""
    connection.execute(update(throttle).values(not_before=now + _FOR_EVER, reason=HELD))


def release_after_asking(connection: Connection) -> bool:
    """The provider was asked: sending may go on. Tells whether a restore had held it."""
    held = update(throttle).where(throttle.c.reason == HELD)
    return connection.execute(held.values(not_before=None, reason="")).rowcount > 0


def _perhaps_sent(connection: Connection, now: datetime) -> list[Row[Any]]:
    """Batches that another process may have sent after the backup."""
    reached = or_(
        wave.c.state == WaveState.OPEN,
        and_(wave.c.state == WaveState.WAITING, wave.c.due_at <= now),
    )
    rows = connection.execute(
        select(batch)
        .join(wave, wave.c.id == batch.c.wave_id)
        .join(dispatch, dispatch.c.id == batch.c.dispatch_id)
        .where(dispatch.c.state.in_(_BEGUN), batch.c.state.in_(_UNDER_WAY), reached)
        .order_by(batch.c.id)
    )
    return list(rows)


def _to_unknown(connection: Connection, of: Row[Any], made_at: datetime) -> int:
    """One batch and its readers; returns how many of them are unknown now."""
    waiting = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)
    mine = and_(
        delivery.c.dispatch_id == of.dispatch_id,
        delivery.c.id.between(of.first_delivery, of.last_delivery),
        delivery.c.outcome.in_(waiting),
    )
    readers = connection.execute(select(func.count()).where(mine)).scalar_one()
    if not readers:
        return 0
    number = of.attempt_id if of.state is BatchState.SENDING else None
    number = number or _suppose_attempt(connection, of, readers, made_at)
    connection.execute(
        delivery_step(DeliveryOutcome.UNKNOWN, *waiting).where(mine).values(attempt_id=number)
    )
    connection.execute(
        batch_step(BatchState.UNKNOWN, of.state)
        .where(batch.c.id == of.id)
        .values(attempt_id=number, lease_until=None, fence=batch.c.fence + 1)
    )
    return int(readers)


def _suppose_attempt(connection: Connection, of: Row[Any], readers: int, made_at: datetime) -> int:
    """The call that perhaps was made after the backup; nothing is known of it."""
    made = insert(attempt).values(
        batch_id=of.id,
        fence=of.fence + 1,
        owner=OWNER,
        readers=readers,
        started_at=made_at,
        reason="a backup was restored: perhaps it was sent after that was made",
    )
    return int(connection.execute(made.returning(attempt.c.id)).scalar_one())


def _reason(due_at: datetime, made_at: datetime, now: datetime) -> str:
    backup = f"A backup of {made_at:%Y-%m-%d %H:%M} UTC was restored."
    if due_at <= now:
        return (
            f"{backup} This was due since then or before, and perhaps it went out. "
            "Ask the provider first: newsletter reconcile"
        )
    return f"{backup} Look whether the time still holds, and schedule it again."
