"""Count deliveries by what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Counts:
    """Deliveries of a dispatch, counted three ways; what nobody has counts 0.

    Attributes:
        reasons: of those excluded.
    """

    outcomes: Counter[DeliveryOutcome]
    feedback: Counter[Feedback]
    reasons: Counter[ExclusionReason]


def count_all(connection: Connection, dispatch_id: int) -> Counts:
    """Count in one go over the deliveries, of which there may be millions."""
    counts = Counts(Counter(), Counter(), Counter())
    columns = (delivery.c.outcome, delivery.c.feedback, delivery.c.reason)
    for row in _count(connection, dispatch_id, *columns):
        outcome, feedback, reason, found = row
        counts.outcomes[outcome] += found
        counts.feedback[feedback] += found
        if reason is not None:
            counts.reasons[reason] += found
    return counts


def count_outcomes(connection: Connection, dispatch_id: int) -> Counter[DeliveryOutcome]:
    """Deliveries of a dispatch by outcome; an outcome nobody has counts 0."""
    return Counter({row[0]: row[1] for row in _count(connection, dispatch_id, delivery.c.outcome)})


def _count(
    connection: Connection, dispatch_id: int, *columns: ColumnElement[Any]
) -> Iterable[Sequence[Any]]:
    mine = deliveries_of(connection, dispatch_id)
    return connection.execute(select(*columns, func.count()).where(mine).group_by(*columns))
