"""Cut a batch in two: for a probe, a canary, or halves."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from newsletter.model.ledger import BatchState, DeliveryOutcome
from newsletter.store.tables import batch, delivery


def queued_in(connection: Connection, first: int, last: int) -> int:
    """How many deliveries of a range still wait to be sent."""
    return int(
        connection.execute(
            select(func.count()).select_from(delivery).where(*_queued(first, last))
        ).scalar_one()
    )


def cut_at(connection: Connection, first: int, last: int, readers: int) -> int | None:
    """The id of the delivery behind the first `readers` that wait; None when there is none."""
    found: int | None = connection.execute(
        select(delivery.c.id)
        .where(*_queued(first, last))
        .order_by(delivery.c.id)
        .offset(readers)
        .limit(1)
    ).scalar()
    return found


def carve(connection: Connection, batch_id: int, readers: int) -> int | None:
    """Leave a ready batch its first `readers`; the others get a ready batch of their own.

    Returns the new batch's id, or None when the batch has no more than that.
    """
    row = connection.execute(select(batch).where(batch.c.id == batch_id)).one()
    at = cut_at(connection, row.first_delivery, row.last_delivery, readers)
    if at is None:
        return None
    connection.execute(update(batch).where(batch.c.id == batch_id).values(last_delivery=at - 1))
    return add_batch(connection, row, at, row.last_delivery)


def add_batch(
    connection: Connection, like: Row[Any], first: int, last: int, parent: int | None = None
) -> int:
    """A ready batch for the range, of the same dispatch, wave and rendition as another."""
    values = {
        "dispatch_id": like.dispatch_id,
        "wave_id": like.wave_id,
        "rendition_id": like.rendition_id,
        "parent_id": parent,
        "state": BatchState.READY,
        "first_delivery": first,
        "last_delivery": last,
    }
    made = connection.execute(insert(batch).values(**values).returning(batch.c.id))
    return int(made.scalar_one())


def _queued(first: int, last: int) -> tuple[Any, Any]:
    return (
        delivery.c.id.between(first, last),
        delivery.c.outcome == DeliveryOutcome.QUEUED,
    )
