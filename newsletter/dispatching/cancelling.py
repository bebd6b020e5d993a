"""Cancel what is left of a dispatch or wave, some batches a transaction.

The state that stops all claims is committed first; what follows may be killed anywhere and is
taken up by the next tick.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from newsletter.model.ledger import (
    BatchState,
    DeliveryOutcome,
    DispatchState,
    ExclusionReason,
    WaveState,
)
from newsletter.store import Store
from newsletter.store.tables import batch, delivery, dispatch, wave
from newsletter.store.writing import batch_step, changed, delivery_step

_AT_ONCE = 20  # batches a transaction
# While freezing goes on, more readers may still be placed in a cancelled wave's batches.
_CANCELLED_WAVE = and_(
    wave.c.state == WaveState.CANCELLED, dispatch.c.cursor >= dispatch.c.frontier
)
_LEFT: Select[Any] = (
    select(batch.c.id, batch.c.first_delivery, batch.c.last_delivery)
    .join(dispatch, dispatch.c.id == batch.c.dispatch_id)
    .join(wave, wave.c.id == batch.c.wave_id)
    .where(batch.c.state.in_([BatchState.READY, BatchState.CLAIMED]))
    .where(or_(dispatch.c.state == DispatchState.CANCELLED, _CANCELLED_WAVE))
    .order_by(batch.c.id)
    .limit(_AT_ONCE)
)


def cancel_rest(store: Store) -> int:
    """Cancel every batch of cancelled dispatches and waves, and exclude its readers; how many."""
    total = 0
    while True:
        with store.read() as connection:
            found = connection.execute(_LEFT).first()
        if found is None:
            return total
        with store.write() as connection:
            total += _cancel_some(connection)


def _cancel_some(connection: Connection) -> int:
    return sum(
        _cancel(connection, each.id, each.first_delivery, each.last_delivery)
        for each in connection.execute(_LEFT).all()
    )


def _cancel(connection: Connection, batch_id: int, first: int, last: int) -> int:
    statement = batch_step(BatchState.CANCELLED).where(batch.c.id == batch_id)
    if not changed(connection.execute(statement.values(owner="", lease_until=None))):
        return 0
    connection.execute(
        delivery_step(DeliveryOutcome.EXCLUDED, DeliveryOutcome.QUEUED)
        .where(delivery.c.id.between(first, last))
        .values(reason=ExclusionReason.CANCELLED)
    )
    return 1
