"""The canary: a few readers who get an issue first."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from newsletter.dispatching.cutting import carve, queued_in
from newsletter.dispatching.waves import make_wave
from newsletter.model.ledger import BatchState, Dispatch
from newsletter.store.tables import batch, wave

NAME = "canary"
_SLICES = 10


def carve_canary(connection: Connection, of: Dispatch) -> None:
    """Move about a tenth of the canary out of each of ten batches, spread over the first wave.

    Readers stand in the order in which they joined; a canary of the oldest alone would sing of
    nothing new. When the first wave is no larger than the canary, it is the canary.
    """
    first = connection.execute(
        select(wave).where(wave.c.dispatch_id == of.id).order_by(wave.c.due_at, wave.c.id)
    ).first()
    if first is None:
        return
    batches = _batches(connection, first.id)
    readers = {name: queued_in(connection, low, high) for name, low, high in batches}
    if sum(readers.values()) <= of.canary:
        connection.execute(update(wave).where(wave.c.id == first.id).values(canary=True))
        return
    canary = make_wave(connection, of.id, NAME, first.due_at, canary=True)
    for batch_id, count in _shares(readers, of.canary):
        carve(connection, batch_id, count)
        connection.execute(update(batch).where(batch.c.id == batch_id).values(wave_id=canary))


def _batches(connection: Connection, wave_id: int) -> list[tuple[int, int, int]]:
    rows = connection.execute(
        select(batch.c.id, batch.c.first_delivery, batch.c.last_delivery)
        .where(batch.c.wave_id == wave_id, batch.c.state == BatchState.READY)
        .order_by(batch.c.first_delivery)
    )
    return [(row.id, row.first_delivery, row.last_delivery) for row in rows]


def _shares(readers: dict[int, int], canary: int) -> list[tuple[int, int]]:
    """How many readers to take from which batch, spread evenly, `canary` in all."""
    ids = list(readers)
    step = max(1, len(ids) // _SLICES)
    order = ids[::step] + [each for at, each in enumerate(ids) if at % step]
    slices = min(_SLICES, len(ids[::step]))
    shares: list[tuple[int, int]] = []
    left = canary
    for batch_id in order:
        wanted = -(-canary // slices)
        share = min(left, wanted, readers[batch_id])
        if share:
            shares.append((batch_id, share))
        left -= share
        if not left:
            break
    return shares
