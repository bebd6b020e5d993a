"""Count an issue's deliveries: what was handed over, and what was heard of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, distinct, func, select, text, union

from newsletter.dispatching.counting import deliveries_of
from newsletter.feedback.numbers import Handed, Heard
from newsletter.model.consent import Channel, ConsentStep
from newsletter.model.event import EventKind
from newsletter.model.ledger import (
    HOLDING,
    DeliveryOutcome,
    Dispatch,
    ExclusionReason,
    Feedback,
)
from newsletter.store.tables import consent, delivery, delivery_event
from newsletter.store.tables.events import HURTING

W = TypeVar("W", bound=StrEnum)

# A complaint is counted as one; what the site did by itself is nobody's answer to a letter.
_NO_ANSWER = (Channel.COMPLAINT, Channel.ADMIN, Channel.IMPORT)
_ACCEPTED = delivery.c.outcome == DeliveryOutcome.ACCEPTED


def count(connection: Connection, dispatches: Sequence[Dispatch]) -> tuple[Handed, Heard]:
    """Count all dispatches of one issue, in one pass over the deliveries of each."""
    outcomes: Counter[DeliveryOutcome] = Counter()
    excluded: Counter[ExclusionReason] = Counter()
    feedback: Counter[Feedback] = Counter()
    for each in dispatches:
        found = iter(_count(connection, each.id))
        outcomes += _named(DeliveryOutcome, found)
        excluded += _named(ExclusionReason, found)
        feedback += _named(Feedback, found)
    issue = dispatches[0].issue_number
    held = sum(outcomes[word] for word in HOLDING)
    readers = held + (_refused(connection, issue) if outcomes[DeliveryOutcome.REJECTED] else 0)
    handed = Handed(outcomes, excluded, readers)
    complaints, left = _complaints(connection, issue), _left(connection, issue)
    anything = bool(feedback.total() - feedback[Feedback.NONE] or complaints)
    return handed, Heard(feedback, complaints, left, anything)


def _count(connection: Connection, dispatch_id: int) -> Sequence[int]:
    asked: list[ColumnElement[int]] = [
        *(func.count().filter(delivery.c.outcome == word) for word in DeliveryOutcome),
        *(func.count().filter(delivery.c.reason == word) for word in ExclusionReason),
        *(func.count().filter(_ACCEPTED, delivery.c.feedback == word) for word in Feedback),
    ]
    statement = select(*asked).where(deliveries_of(connection, dispatch_id))
    return tuple(connection.execute(statement).one())


def _named(words: type[W], found: Iterator[int]) -> Counter[W]:
    return Counter({word: count for word, count in zip(words, found, strict=False) if count})


def _refused(connection: Connection, issue: int) -> int:
    """Readers who were rejected and whom no other dispatch of the issue took up."""
    other = delivery.alias("other")
    taken_up = select(1).where(
        other.c.issue_number == issue,
        other.c.subscriber_id == delivery.c.subscriber_id,
        other.c.holds,
    )
    return _number(
        connection,
        select(func.count(distinct(delivery.c.subscriber_id))).where(
            delivery.c.issue_number == issue,
            delivery.c.outcome == DeliveryOutcome.REJECTED,
            ~taken_up.exists(),
        ),
    )


def _complaints(connection: Connection, issue: int) -> int:
    found = _told(issue, EventKind.COMPLAINED).subquery()
    return _number(connection, select(func.count()).select_from(found))


def _left(connection: Connection, issue: int) -> int:
    """By our own links, or by the provider's."""
    ours = (
        select(consent.c.delivery_id)
        .join(delivery, delivery.c.id == consent.c.delivery_id)
        .where(
            consent.c.delivery_id.is_not(None),
            consent.c.what == ConsentStep.WITHDRAWN,
            consent.c.channel.not_in(_NO_ANSWER),
            delivery.c.issue_number == issue,
        )
    )
    either = union(ours, _told(issue, EventKind.UNSUBSCRIBED)).subquery()
    return _number(connection, select(func.count()).select_from(either))


def _told(issue: int, kind: EventKind) -> Select[Any]:
    """Deliveries of an issue of which the provider told that, each once."""
    return (
        select(delivery_event.c.delivery_id)
        .join(delivery, delivery.c.id == delivery_event.c.delivery_id)
        .where(
            and_(text(HURTING), delivery_event.c.kind == kind),
            delivery.c.issue_number == issue,
        )
        .distinct()
    )


def _number(connection: Connection, statement: Select[Any]) -> int:
    return int(connection.execute(statement).scalar_one())
