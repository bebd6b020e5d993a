"""Readers whose outcome nobody knows: show the evidence, take a person's decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, or_, select

from newsletter.dispatching.cutting import add_batch
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.locking import lock_batches, lock_dispatches
from newsletter.dispatching.settling import close_unknown, reopen_wave
from newsletter.errors import LedgerError
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import (
    BatchState,
    DeliveryOutcome,
    DispatchState,
    Resolution,
)
from newsletter.model.transport import Answer
from newsletter.store.decisions import record_decision
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import attempt, batch, delivery, dispatch, evidence
from newsletter.store.writing import delivery_step, dispatch_step


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


def list_unknown(desk: Desk, issue_number: int) -> tuple[Unknown, ...]:
    """Every call of an issue that left readers unknown, oldest first."""
    with desk.store.read() as connection:
        found = _unknown(connection, issue_number)
        return tuple(_told(row, readers, _evidence(connection, row)) for row, readers in found)


def resolve(
    desk: Desk,
    issue_number: int,
    decision: Resolution,
    *,
    by: str,
    only_absent: bool = False,
) -> int:
    """Take a person's decision on the unknown readers of an issue; returns how many.

    Args:
        by: who decides; kept with what they were shown.
        only_absent: leave alone whoever is not proposed absent.

    Raises:
        LedgerError: `send again` while a mail may still be on its way: within the patience
            after an attempt, or while its sender may live; or while a follow-up is under way.
    """
    with desk.store.write() as connection:
        _lock(connection, issue_number)
        found = _unknown(connection, issue_number, only_absent=only_absent)
        if not found:
            return 0
        if decision is Resolution.SEND_AGAIN:
            _require_quiet(desk, connection, found)
            total = sum(_send_again(connection, row, only_absent) for row, _ in found)
            _take_up(connection, {row.dispatch_id for row, _ in found})
        else:
            total = sum(_assume_sent(connection, row, only_absent) for row, _ in found)
        for row, _ in found:
            close_unknown(connection, row.id)
        _record(desk, connection, issue_number, decision, by, found, only_absent=only_absent)
        return total


def _lock(connection: Connection, issue_number: int) -> None:
    """Everything that is about to change, in the order in which all lock."""
    of_issue = select(dispatch.c.id).where(dispatch.c.issue_number == issue_number)
    lock_batches(connection, batch.c.dispatch_id.in_(of_issue), batch.c.state == BatchState.UNKNOWN)
    lock_dispatches(connection, dispatch.c.issue_number == issue_number)


def _unknown(
    connection: Connection, issue_number: int, *, only_absent: bool = False
) -> list[tuple[Row[Any], int]]:
    """Attempts with readers still unknown, and how many of them each has."""
    rows = connection.execute(_UNKNOWN.where(dispatch.c.issue_number == issue_number)).all()
    counted = ((row, _count(connection, row, only_absent)) for row in rows)
    return [(row, readers) for row, readers in counted if readers]


def _count(connection: Connection, row: Row[Any], only_absent: bool) -> int:
    statement = select(func.count()).select_from(delivery).where(*_mine(row, only_absent))
    statement = statement.where(delivery.c.outcome == DeliveryOutcome.UNKNOWN)
    return int(connection.execute(statement).scalar_one())


def _mine(row: Row[Any], only_absent: bool) -> tuple[ColumnElement[bool], ...]:
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
        .where(*_mine(row, False), evidence.c.attempt_id == row.attempt_id)
        .where(
            or_(
                evidence.c.kind != EvidenceKind.ABSENT,
                delivery.c.outcome == DeliveryOutcome.UNKNOWN,
            )
        )
        .group_by(evidence.c.kind)
    )
    return {row.kind: row.readers for row in rows}


def _require_quiet(
    desk: Desk, connection: Connection, found: Sequence[tuple[Row[Any], int]]
) -> None:
    now = desk.store.now(connection)
    for row, _ in found:
        age = now - row.started_at
        if age < desk.rules.patience:
            wait = desk.rules.patience - age
            raise LedgerError(
                f"Attempt {row.attempt_id} was made {_minutes(age)} ago; its mails may still be on "
                f"their way. Sending again is possible in {_minutes(wait)}."
            )
        if row.answered_at is None and _may_live(desk, row.owner, age):
            raise LedgerError(
                f"The process that made attempt {row.attempt_id} ({row.owner}) may still be "
                "running. End it first, then send again."
            )


def _may_live(desk: Desk, owner: str, age: timedelta) -> bool:
    """Known to run; or on another machine, and not long enough ago to be sure it does not."""
    if desk.roster.is_alive(owner):
        return True
    return not desk.roster.is_dead(owner) and age < desk.rules.foreign_patience


def _minutes(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    return f"{minutes} minute{'s' if minutes > 1 else ''}"


def _send_again(connection: Connection, row: Row[Any], only_absent: bool) -> int:
    """Unknown readers wait again, in a batch of their own over the same range."""
    moved = connection.execute(
        delivery_step(DeliveryOutcome.QUEUED, DeliveryOutcome.UNKNOWN).where(
            *_mine(row, only_absent)
        )
    ).rowcount
    if moved:
        add_batch(connection, row, row.first_delivery, row.last_delivery, row.id)
        reopen_wave(connection, row.wave_id)
    return moved


def _take_up(connection: Connection, dispatches: set[int]) -> None:
    """Dispatches that had ended are sending again; a cancelled one can not be."""
    for dispatch_id in sorted(dispatches):
        state = connection.execute(
            select(dispatch.c.state).where(dispatch.c.id == dispatch_id)
        ).scalar_one()
        if state is DispatchState.CANCELLED:
            raise LedgerError(
                f"Dispatch {dispatch_id} was cancelled. Assume its unknown readers were mailed, "
                "or mail them with a new issue."
            )
        if state is not DispatchState.SENT:
            continue
        _require_no_follow_up(connection, dispatch_id)
        again = dispatch_step(DispatchState.SENDING, DispatchState.SENT)
        connection.execute(again.where(dispatch.c.id == dispatch_id).values(ended_at=None))


def _require_no_follow_up(connection: Connection, dispatch_id: int) -> None:
    issue = connection.execute(
        select(dispatch.c.issue_number).where(dispatch.c.id == dispatch_id)
    ).scalar_one()
    for other in dispatches_of(connection, issue):
        if other.state not in (DispatchState.SENT, DispatchState.CANCELLED):
            raise LedgerError(
                f"Dispatch {other.id} of issue {issue} is {other.state}. "
                "Send again after it has ended."
            )


def _assume_sent(connection: Connection, row: Row[Any], only_absent: bool) -> int:
    return connection.execute(
        delivery_step(DeliveryOutcome.ACCEPTED, DeliveryOutcome.UNKNOWN).where(
            *_mine(row, only_absent)
        )
    ).rowcount


def _record(
    desk: Desk,
    connection: Connection,
    issue_number: int,
    decision: Resolution,
    by: str,
    found: Sequence[tuple[Row[Any], int]],
    *,
    only_absent: bool,
) -> None:
    record_decision(
        connection,
        decision.value,
        by=by,
        at=desk.store.now(connection),
        issue_number=issue_number,
        readers=sum(readers for _, readers in found),
        evidence={
            "only_absent": only_absent,
            "attempts": [
                {"attempt": row.attempt_id, "readers": readers, "reason": row.reason}
                for row, readers in found
            ],
        },
    )


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
