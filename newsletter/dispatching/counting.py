"""Count deliveries by what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, select

from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store.tables import delivery, dispatch

W = TypeVar("W", bound=StrEnum)


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
    """Count in one go over the deliveries, of which there may be millions.

    A second go counts by feedback and reason, if any has one: while an issue goes out none may.
    """
    outcomes = _asked(delivery.c.outcome, DeliveryOutcome)
    told = func.count().filter(delivery.c.feedback != Feedback.NONE)
    *found, excluded, heard = _count(
        connection, dispatch_id, *outcomes, func.count(delivery.c.reason), told
    )
    counted = _counter(DeliveryOutcome, iter(found))
    if not excluded and not heard:
        silent = Counter({Feedback.NONE: sum(found)} if any(found) else {})
        return Counts(counted, silent, Counter())
    feedback = _asked(delivery.c.feedback, Feedback)
    reasons = _asked(delivery.c.reason, ExclusionReason)
    more = iter(_count(connection, dispatch_id, *feedback, *reasons))
    return Counts(counted, _counter(Feedback, more), _counter(ExclusionReason, more))


def count_outcomes(connection: Connection, dispatch_id: int) -> Counter[DeliveryOutcome]:
    """Deliveries of a dispatch by outcome; an outcome nobody has counts 0."""
    asked = _asked(delivery.c.outcome, DeliveryOutcome)
    return _counter(DeliveryOutcome, iter(_count(connection, dispatch_id, *asked)))


def _asked(column: ColumnElement[Any], words: type[StrEnum]) -> list[ColumnElement[int]]:
    """A count for each word; grouping would sort all rows, and keep them in memory to do so."""
    return [func.count().filter(column == word) for word in words]


def _count(connection: Connection, dispatch_id: int, *asked: ColumnElement[int]) -> Sequence[int]:
    statement = select(*asked).where(deliveries_of(connection, dispatch_id))
    return tuple(connection.execute(statement).one())


def _counter(words: type[W], found: Iterator[int]) -> Counter[W]:
    """The next counts, by word; those of 0 are left out."""
    return Counter({word: count for word, count in zip(words, found, strict=False) if count})
