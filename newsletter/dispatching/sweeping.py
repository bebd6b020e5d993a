"""Take back what dead or silent senders held.

A claim from which nothing left is ready again. What was `sending` perhaps left: it becomes
unknown, and only evidence or a person moves it on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.saying import say_lost
from newsletter.model.ledger import BatchState, DeliveryOutcome
from newsletter.store.tables import attempt, batch, delivery
from newsletter.store.writing import batch_step, changed, delivery_step

_HELD: Select[Any] = select(
    batch.c.id,
    batch.c.dispatch_id,
    batch.c.state,
    batch.c.fence,
    batch.c.owner,
    batch.c.lease_until,
    batch.c.attempt_id,
    batch.c.first_delivery,
    batch.c.last_delivery,
).where(batch.c.state.in_([BatchState.CLAIMED, BatchState.SENDING]))


def sweep(desk: Desk) -> int:
    """Take back every batch whose lease ended or whose owner is known to be dead; how many."""
    with desk.store.read() as connection:
        now = desk.store.now(connection)
        held = list(connection.execute(_HELD.order_by(batch.c.id)))
    return sum(_take_back(desk, each) for each in held if _is_lost(desk, each, now))


def _is_lost(desk: Desk, held: Row[Any], now: datetime) -> bool:
    return held.lease_until is None or held.lease_until <= now or desk.roster.is_dead(held.owner)


def _take_back(desk: Desk, held: Row[Any]) -> bool:
    """One batch a transaction; the fence tells whether it is still what we saw."""
    with desk.store.write() as connection:
        if held.state is BatchState.CLAIMED:
            return _to_ready(connection, held)
        if not _to_unknown(connection, held):
            return False
        say_lost(connection, held.dispatch_id, held.id, held.attempt_id, held.owner)
        desk.crash_point("sweeping")
        return True


def _to_ready(connection: Connection, held: Row[Any]) -> bool:
    statement = batch_step(BatchState.READY, BatchState.CLAIMED).where(
        batch.c.id == held.id, batch.c.fence == held.fence
    )
    won = changed(connection.execute(statement.values(owner="", lease_until=None)))
    if won:
        say_lost(connection, held.dispatch_id, held.id, None, held.owner)
    return won


def _to_unknown(connection: Connection, held: Row[Any]) -> bool:
    statement = batch_step(BatchState.UNKNOWN, BatchState.SENDING).where(
        batch.c.id == held.id,
        batch.c.fence == held.fence,
        batch.c.attempt_id == held.attempt_id,
    )
    if not changed(connection.execute(statement.values(lease_until=None))):
        return False
    connection.execute(
        delivery_step(DeliveryOutcome.UNKNOWN, DeliveryOutcome.SENDING).where(
            delivery.c.id.between(held.first_delivery, held.last_delivery),
            delivery.c.attempt_id == held.attempt_id,
        )
    )
    connection.execute(
        update(attempt)
        .where(attempt.c.id == held.attempt_id, attempt.c.answered_at.is_(None))
        .values(reason="the sender ended or its lease did, before an answer was written down")
    )
    return True
