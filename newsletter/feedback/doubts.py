"""Calls that left readers unknown, and what has been asked about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, literal, or_, select

from newsletter.dispatching.restoring import OWNER as SUPPOSED
from newsletter.model.consent import ConsentStep
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Answer
from newsletter.store.tables import (
    asked,
    attempt,
    batch,
    consent,
    delivery,
    dispatch,
    evidence,
    subscriber,
)
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import insert_into

KEPT_FOR = timedelta(days=30)
"""The provider's log goes back so far (vendor)."""

_BY_DELIVERY = "delivery-"
# Only these answers, and none at all, leave readers unknown.
_LEAVES_UNKNOWN = (Answer.AMBIGUOUS, Answer.PARTLY)


@dataclass(frozen=True, slots=True)
class Doubt:
    """One call of whose readers some are unknown.

    Attributes:
        started_at: aware, UTC.
        over_at: when the call had ended, as far as is known.
        unknown: ids of its deliveries that are unknown, in order.
        proposed: how many of them are proposed absent.
        asked: delivery id -> when the provider's log was last searched for it.
        is_supposed: a backup was restored, and perhaps there was such a call after `started_at`.
    """

    attempt_id: int
    issue_number: int
    started_at: datetime
    over_at: datetime
    unknown: tuple[int, ...]
    proposed: int
    asked: Mapping[int, datetime]
    is_supposed: bool = False

    @property
    def last_asked(self) -> datetime | None:
        """When any of its readers was last asked about."""
        return max(self.asked.values(), default=None)


def doubts(
    connection: Connection, now: datetime, issue_number: int | None = None
) -> Iterator[Doubt]:
    """Every call with unknown readers, oldest first; of all issues, or of one."""
    statement: Select[Any] = (
        select(
            attempt.c.id,
            attempt.c.started_at,
            attempt.c.answered_at,
            attempt.c.owner,
            batch.c.first_delivery,
            batch.c.last_delivery,
            dispatch.c.issue_number,
        )
        .join(batch, batch.c.id == attempt.c.batch_id)
        .join(dispatch, dispatch.c.id == batch.c.dispatch_id)
        .where(or_(attempt.c.answer.is_(None), attempt.c.answer.in_(_LEAVES_UNKNOWN)))
        .where(attempt.c.started_at > now - KEPT_FOR)
        .order_by(attempt.c.id)
    )
    if issue_number is not None:
        statement = statement.where(dispatch.c.issue_number == issue_number)
    rows = connection.execute(statement).all()
    searched = _searched(connection) if rows else {}
    for row in rows:
        if unknown := _unknown(connection, row):
            yield _doubt(connection, row, unknown, searched)


def within_reach(connection: Connection, doubt: Doubt) -> tuple[int, ...]:
    """Its unknown deliveries whose readers have an address; of the erased no log can be asked."""
    return tuple(
        connection.scalars(
            select(delivery.c.id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(*_is_unknown(doubt.unknown[0], doubt.unknown[-1], doubt.attempt_id))
            .where(subscriber.c.status != Status.ERASED)
            .order_by(delivery.c.id)
        )
    )


def address_then(connection: Connection, delivery_id: int, moment: datetime) -> str:
    """The address a reader had at that moment, wherever they moved since; empty once erased."""
    reader = connection.execute(
        select(subscriber.c.id, subscriber.c.email)
        .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
        .where(delivery.c.id == delivery_id, subscriber.c.status != Status.ERASED)
    ).first()
    if reader is None:
        return ""
    left: str | None = connection.execute(
        select(consent.c.address)
        .where(consent.c.subscriber_id == reader.id)
        .where(consent.c.what == ConsentStep.ADDRESS_CHANGED, consent.c.at > moment)
        .order_by(consent.c.id)  # of a move two lines: from where, then to where
        .limit(1)
    ).scalar()
    return left or reader.email


def note_asked(connection: Connection, what: str, until: datetime, now: datetime) -> None:
    """Write down that the provider was asked now, and up to when its answer counts."""
    values = {"until": until, "asked_at": now}
    connection.execute(
        insert_into(connection, asked)
        .values(what=what, **values)
        .on_conflict_do_update(index_elements=[asked.c.what], set_=values)
    )


def note_searched(connection: Connection, delivery_id: int, now: datetime) -> None:
    """The log was searched for a delivery and does not have it."""
    note_asked(connection, f"{_BY_DELIVERY}{delivery_id}", now, now)


def forget_searched(connection: Connection, deliveries: Iterable[int]) -> None:
    """What was asked about deliveries that are settled is of no more use."""
    names = [f"{_BY_DELIVERY}{each}" for each in deliveries]
    for at in range(0, len(names), 500):
        connection.execute(delete(asked).where(asked.c.what.in_(names[at : at + 500])))


def forget_old(connection: Connection, now: datetime) -> None:
    """Questions that are older than the provider's log are of no more use."""
    about_one = or_(asked.c.what.like(f"{_BY_DELIVERY}%"), asked.c.what.like("mail-%"))
    connection.execute(delete(asked).where(about_one, asked.c.asked_at < now - KEPT_FOR))


def proved_mate(connection: Connection, doubt: Doubt) -> Row[Any] | None:
    """Evidence that some mail of the same call was taken."""
    statement: Select[Any] = (
        select(evidence.c.delivery_id, evidence.c.source, evidence.c.at)
        .join(delivery, delivery.c.id == evidence.c.delivery_id)
        .where(evidence.c.attempt_id == doubt.attempt_id)
        .where(evidence.c.kind.in_([EvidenceKind.EVENT, EvidenceKind.LOG]))
        .where(evidence.c.delivery_id.between(doubt.unknown[0] - 1_000, doubt.unknown[-1] + 1_000))
        .limit(1)
    )
    return connection.execute(statement).first()


def propose_absent(
    connection: Connection, doubt: Doubt, looked_for: Sequence[int], now: datetime
) -> int:
    """Propose that nobody of a call got it; returns how many deliveries are now proposed."""
    words = (
        f"{len(looked_for)} of {len(doubt.unknown)} unknown readers of the call were looked for "
        f"until {now:%Y-%m-%d %H:%M} UTC; the log has none of them"
    )
    rows = select(
        delivery.c.id,
        literal(doubt.attempt_id),
        literal(EvidenceKind.ABSENT, evidence.c.kind.type),
        literal("log"),
        literal(now, evidence.c.at.type),
        literal(words),
    ).where(*_is_unknown(doubt.unknown[0], doubt.unknown[-1], doubt.attempt_id))
    columns = ["delivery_id", "attempt_id", "kind", "source", "at", "words"]
    made = insert_into(connection, evidence).from_select(columns, rows).on_conflict_do_nothing()
    connection.execute(made)
    return len(doubt.unknown)


def _searched(connection: Connection) -> dict[int, datetime]:
    rows = connection.execute(
        select(asked.c.what, asked.c.until).where(asked.c.what.like(f"{_BY_DELIVERY}%"))
    )
    return {int(row.what.removeprefix(_BY_DELIVERY)): row.until for row in rows}


def _unknown(connection: Connection, row: Row[Any]) -> tuple[int, ...]:
    where = _is_unknown(row.first_delivery, row.last_delivery, row.id)
    return tuple(connection.scalars(select(delivery.c.id).where(*where).order_by(delivery.c.id)))


def _is_unknown(first: int, last: int, attempt_id: int) -> tuple[Any, Any, Any]:
    return (
        delivery.c.id.between(first, last),
        delivery.c.attempt_id == attempt_id,
        delivery.c.outcome == DeliveryOutcome.UNKNOWN,
    )


def _doubt(
    connection: Connection,
    row: Row[Any],
    unknown: tuple[int, ...],
    searched: Mapping[int, datetime],
) -> Doubt:
    proposed = connection.execute(
        select(func.count())
        .select_from(evidence)
        .join(delivery, delivery.c.id == evidence.c.delivery_id)
        .where(*_is_unknown(unknown[0], unknown[-1], row.id))
        .where(evidence.c.attempt_id == row.id, evidence.c.kind == EvidenceKind.ABSENT)
    ).scalar_one()
    return Doubt(
        attempt_id=row.id,
        issue_number=row.issue_number,
        started_at=row.started_at,
        over_at=row.answered_at or row.started_at,
        unknown=unknown,
        proposed=int(proposed),
        asked={each: searched[each] for each in unknown if each in searched},
        is_supposed=row.owner == SUPPOSED,
    )
