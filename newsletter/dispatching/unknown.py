"""Calls that left readers unknown: which, how many of their readers still are, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from newsletter.dispatching.desk import Desk
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Answer
from newsletter.store import Store
from newsletter.store.tables import (
    approval,
    attempt,
    batch,
    delivery,
    dispatch,
    evidence,
    subscriber,
)
from newsletter.store.tables.subscribers import Status


@dataclass(frozen=True, slots=True)
class UncertainIssue:
    """An issue of whose readers some are unknown.

    Attributes:
        readers: how many.
        since: when the oldest of the calls was made; aware, UTC.
    """

    number: int
    subject: str
    readers: int
    since: datetime


@dataclass(frozen=True, slots=True)
class UnknownReader:
    """One of them.

    Attributes:
        email: empty once erased.
        is_absent: a day later the provider's log does not have them.
    """

    subscriber: int
    email: str
    is_absent: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """One call whose outcome nobody knows, and what is known of it.

    Attributes:
        readers: how many of its deliveries are still unknown.
        started_at: aware, UTC.
        answer: what was answered, or None when nothing was written down.
        reason: the words of the network or the provider.
        owner: which process made the call.
        evidence: deliveries of the call for which there is evidence, by its kind; ABSENT counts
            only those that are still unknown.
    """

    batch_id: int
    dispatch_id: int
    attempt_id: int
    readers: int
    started_at: datetime
    answer: Answer | None
    reason: str
    owner: str
    evidence: Mapping[EvidenceKind, int] = field(default_factory=dict)

    @property
    def absent(self) -> int:
        """Of its unknown readers, those the provider's log does not have after a day."""
        return self.evidence.get(EvidenceKind.ABSENT, 0)


_UNKNOWN: Select[Any] = (
    select(
        batch.c.id,
        batch.c.dispatch_id,
        batch.c.wave_id,
        batch.c.rendition_id,
        batch.c.first_delivery,
        batch.c.last_delivery,
        attempt.c.id.label("attempt_id"),
        attempt.c.started_at,
        attempt.c.answered_at,
        attempt.c.answer,
        attempt.c.reason,
        attempt.c.owner,
    )
    .join(attempt, attempt.c.batch_id == batch.c.id)
    .join(dispatch, dispatch.c.id == batch.c.dispatch_id)
    .order_by(attempt.c.id)
)


# Only these answers, and none at all, leave readers unknown.
_LEAVES_UNKNOWN = (Answer.AMBIGUOUS, Answer.PARTLY)
_NEWEST = select(func.max(approval.c.id)).group_by(approval.c.issue_number)
_ISSUES: Select[Any] = (
    select(approval.c.issue_number, approval.c.subject)
    .where(
        approval.c.id.in_(_NEWEST),
        approval.c.issue_number.in_(
            select(dispatch.c.issue_number)
            .join(batch, batch.c.dispatch_id == dispatch.c.id)
            .join(attempt, attempt.c.batch_id == batch.c.id)
            .where(or_(attempt.c.answer.is_(None), attempt.c.answer.in_(_LEAVES_UNKNOWN)))
        ),
    )
    .order_by(approval.c.issue_number.desc())
)


def list_unknown(desk: Desk, issue_number: int) -> tuple[Unknown, ...]:
    """Every call of an issue that left readers unknown, oldest first."""
    with desk.store.read() as connection:
        found = unknown_calls(connection, issue_number)
        return tuple(_told(row, readers, _evidence(connection, row)) for row, readers in found)


def uncertain_issues(store: Store) -> tuple[UncertainIssue, ...]:
    """Every issue with unknown readers, the newest first."""
    with store.read() as connection:
        rows = connection.execute(_ISSUES).all()
        found = ((row, unknown_calls(connection, row.issue_number)) for row in rows)
        return tuple(
            UncertainIssue(
                row.issue_number,
                row.subject,
                sum(readers for _, readers in calls),
                calls[0][0].started_at,
            )
            for row, calls in found
            if calls
        )


def unknown_readers(
    connection: Connection, issue_number: int, most: int
) -> tuple[UnknownReader, ...]:
    """The first of an issue's unknown readers, in the order of its calls."""
    found: list[UnknownReader] = []
    for row, _ in unknown_calls(connection, issue_number):
        found += _readers(connection, row, most - len(found))
        if len(found) >= most:
            break
    return tuple(found)


def unknown_calls(
    connection: Connection, issue_number: int, *, only_absent: bool = False
) -> list[tuple[Row[Any], int]]:
    """Attempts with readers still unknown, oldest first, and how many of them each has."""
    rows = connection.execute(_UNKNOWN.where(dispatch.c.issue_number == issue_number)).all()
    counted = ((row, _count(connection, row, only_absent)) for row in rows)
    return [(row, readers) for row, readers in counted if readers]


def _readers(connection: Connection, row: Row[Any], most: int) -> list[UnknownReader]:
    absent = _is_proposed_absent().label("is_absent")
    rows = connection.execute(
        select(delivery.c.subscriber_id, subscriber.c.email, subscriber.c.status, absent)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(*deliveries_of_call(row, False), delivery.c.outcome == DeliveryOutcome.UNKNOWN)
        .order_by(delivery.c.id)
        .limit(most)
    )
    return [
        UnknownReader(
            each.subscriber_id,
            "" if each.status is Status.ERASED else each.email,
            bool(each.is_absent),
        )
        for each in rows
    ]


def _count(connection: Connection, row: Row[Any], only_absent: bool) -> int:
    statement = (
        select(func.count()).select_from(delivery).where(*deliveries_of_call(row, only_absent))
    )
    statement = statement.where(delivery.c.outcome == DeliveryOutcome.UNKNOWN)
    return int(connection.execute(statement).scalar_one())


def deliveries_of_call(row: Row[Any], only_absent: bool) -> tuple[ColumnElement[bool], ...]:
    """What makes a delivery one of a call's."""
    mine = (
        delivery.c.id.between(row.first_delivery, row.last_delivery),
        delivery.c.attempt_id == row.attempt_id,
    )
    return (*mine, _is_proposed_absent()) if only_absent else mine


def _is_proposed_absent() -> ColumnElement[bool]:
    return exists().where(
        evidence.c.delivery_id == delivery.c.id,
        evidence.c.attempt_id == delivery.c.attempt_id,
        evidence.c.kind == EvidenceKind.ABSENT,
    )


def _evidence(connection: Connection, row: Row[Any]) -> dict[EvidenceKind, int]:
    """Deliveries of a call by what is known of them beyond its answer."""
    rows = connection.execute(
        select(evidence.c.kind, func.count().label("readers"))
        .join(delivery, delivery.c.id == evidence.c.delivery_id)
        .where(*deliveries_of_call(row, False), evidence.c.attempt_id == row.attempt_id)
        .where(
            or_(
                evidence.c.kind != EvidenceKind.ABSENT,
                delivery.c.outcome == DeliveryOutcome.UNKNOWN,
            )
        )
        .group_by(evidence.c.kind)
    )
    return {row.kind: row.readers for row in rows}


def _told(row: Row[Any], readers: int, found: Mapping[EvidenceKind, int]) -> Unknown:
    return Unknown(
        batch_id=row.id,
        dispatch_id=row.dispatch_id,
        attempt_id=row.attempt_id,
        readers=readers,
        started_at=row.started_at,
        answer=row.answer,
        reason=row.reason,
        owner=row.owner,
        evidence=found,
    )
