"""Readers whose outcome nobody knows: show the evidence, take a person's decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.dispatching.cutting import add_batch
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.locking import lock_batches, lock_dispatches
from newsletter.dispatching.settling import close_unknown, reopen_wave
from newsletter.dispatching.unknown import deliveries_of_call, unknown_calls
from newsletter.errors import LedgerError
from newsletter.model.ledger import (
    BatchState,
    DeliveryOutcome,
    DispatchState,
    Resolution,
)
from newsletter.store.decisions import record_decision
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import batch, dispatch
from newsletter.store.writing import delivery_step, dispatch_step

Calls = Sequence[tuple[Row[Any], int]]
"""Attempts, and how many readers each left unknown."""


def resolve(
    desk: Desk,
    issue_number: int,
    decision: Resolution,
    *,
    by: str,
    only_absent: bool = False,
    seen: int | None = None,
) -> int:
    """Take a person's decision on the unknown readers of an issue; returns how many.

    Of an issue one dispatch goes out at a time: where several have unknown readers, `send again`
    is about those of the earliest, and the others are unknown until it is decided anew.

    Args:
        by: who decides; kept with what they were shown.
        only_absent: leave alone whoever is not proposed absent.
        seen: how many they were told it is about; None when nobody counted.

    Raises:
        LedgerError: it is about others than they were told; or `send again` while a mail may
            still be on its way: within the patience after an attempt, or while its sender may
            live; or while a follow-up is under way.
    """
    with desk.store.write() as connection:
        _lock(connection, issue_number)
        found = unknown_calls(connection, issue_number, only_absent=only_absent)
        _require_as_seen(found, seen)
        if not found:
            return 0
        if decision is Resolution.SEND_AGAIN:
            _require_may_go_again(desk, connection, found)
            earliest = min(row.dispatch_id for row, _ in found)
            found = [(row, each) for row, each in found if row.dispatch_id == earliest]
            total = sum(_send_again(connection, row, only_absent) for row, _ in found)
            _take_up(connection, earliest)
        else:
            total = sum(_assume_sent(connection, row, only_absent) for row, _ in found)
        for row, _ in found:
            close_unknown(connection, row.id)
        _record(desk, connection, issue_number, decision, by, found, only_absent=only_absent)
        return total


def why_not_again(desk: Desk, issue_number: int, *, only_absent: bool = False) -> str:
    """Why unknown readers of an issue may not be sent it again now; empty when they may."""
    with desk.store.read() as connection:
        found = unknown_calls(connection, issue_number, only_absent=only_absent)
        try:
            _require_may_go_again(desk, connection, found)
        except LedgerError as problem:
            return str(problem)
    return ""


def _lock(connection: Connection, issue_number: int) -> None:
    """Everything that is about to change, in the order in which all lock."""
    of_issue = select(dispatch.c.id).where(dispatch.c.issue_number == issue_number)
    lock_batches(connection, batch.c.dispatch_id.in_(of_issue), batch.c.state == BatchState.UNKNOWN)
    lock_dispatches(connection, dispatch.c.issue_number == issue_number)


def _require_as_seen(found: Calls, seen: int | None) -> None:
    readers = sum(each for _, each in found)
    if seen is not None and readers != seen:
        raise LedgerError(
            f"Meanwhile it is about {readers:,} instead of {seen:,}. Look again, then decide."
        )


def _require_may_go_again(desk: Desk, connection: Connection, found: Calls) -> None:
    _require_quiet(desk, connection, found)
    for dispatch_id in sorted({row.dispatch_id for row, _ in found}):
        state = _state_of(connection, dispatch_id)
        if state is DispatchState.CANCELLED:
            raise LedgerError(
                f"Dispatch {dispatch_id} was cancelled. Assume its unknown readers were mailed, "
                "or mail them with a new issue."
            )
        if state is DispatchState.SENT:
            _require_no_follow_up(connection, dispatch_id)


def _require_quiet(desk: Desk, connection: Connection, found: Calls) -> None:
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
            *deliveries_of_call(row, only_absent)
        )
    ).rowcount
    if moved:
        add_batch(connection, row, row.first_delivery, row.last_delivery, row.id)
        reopen_wave(connection, row.wave_id)
    return moved


def _take_up(connection: Connection, dispatch_id: int) -> None:
    """A dispatch that had ended is sending again."""
    if _state_of(connection, dispatch_id) is DispatchState.SENT:
        again = dispatch_step(DispatchState.SENDING, DispatchState.SENT)
        connection.execute(again.where(dispatch.c.id == dispatch_id).values(ended_at=None))


def _state_of(connection: Connection, dispatch_id: int) -> DispatchState:
    found = select(dispatch.c.state).where(dispatch.c.id == dispatch_id)
    state: DispatchState = connection.execute(found).scalar_one()
    return state


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
            *deliveries_of_call(row, only_absent)
        )
    ).rowcount


def _record(
    desk: Desk,
    connection: Connection,
    issue_number: int,
    decision: Resolution,
    by: str,
    found: Calls,
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
