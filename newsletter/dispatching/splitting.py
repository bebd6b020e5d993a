"""Halve a batch that was refused as a whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row

from newsletter.dispatching.cutting import add_batch, cut_at, queued_in
from newsletter.dispatching.desk import Desk
from newsletter.model.ledger import BatchState
from newsletter.store.tables import batch
from newsletter.store.writing import batch_step


def split(desk: Desk, connection: Connection, seen: Row[Any], refusal: str) -> None:
    """The batch becomes `split`, two ready halves take its readers, in this transaction.

    Args:
        seen: the batch; its readers are queued again and more than one.
        refusal: the words it was refused with, to compare halves by.
    """
    first, last = seen.first_delivery, seen.last_delivery
    at = cut_at(connection, first, last, queued_in(connection, first, last) // 2)
    assert at is not None
    connection.execute(
        batch_step(BatchState.SPLIT, BatchState.SENDING)
        .where(batch.c.id == seen.id)
        .values(refusal=refusal, owner="", lease_until=None)
    )
    add_batch(connection, seen, first, at - 1, parent=seen.id)
    desk.crash_point("splitting")
    add_batch(connection, seen, at, last, parent=seen.id)
