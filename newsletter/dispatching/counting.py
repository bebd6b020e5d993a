"""Count deliveries by what became of them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select

from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store.tables import delivery, dispatch


def deliveries_of(connection: Connection, dispatch_id: int) -> ColumnElement[bool]:
    """The condition for all deliveries of a dispatch: a range of the primary key."""
    row = connection.execute(
        select(dispatch.c.first_delivery, dispatch.c.last_delivery).where(
            dispatch.c.id == dispatch_id
        )
    ).one()
    return and_(
        delivery.c.id.between(row.first_delivery, row.last_delivery),
        delivery.c.dispatch_id == dispatch_id,
    )


def count_outcomes(connection: Connection, dispatch_id: int) -> Counter[DeliveryOutcome]:
    """Deliveries of a dispatch by outcome; an outcome nobody has counts 0."""
    return _count(connection, dispatch_id, delivery.c.outcome)


def count_feedback(connection: Connection, dispatch_id: int) -> Counter[Feedback]:
    """Deliveries of a dispatch by feedback."""
    return _count(connection, dispatch_id, delivery.c.feedback)


def count_reasons(connection: Connection, dispatch_id: int) -> Counter[ExclusionReason]:
    """Excluded deliveries of a dispatch by reason."""
    counted = _count(connection, dispatch_id, delivery.c.reason)
    del counted[None]
    return counted


def _count(connection: Connection, dispatch_id: int, column: ColumnElement[Any]) -> Counter[Any]:
    mine = deliveries_of(connection, dispatch_id)
    rows = connection.execute(select(column, func.count()).where(mine).group_by(column))
    return Counter({row[0]: row[1] for row in rows})
