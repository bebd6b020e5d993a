"""One reader's letters, and what was told and done about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select, text

from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store.requests import Request, read_request
from newsletter.store.tables import (
    approval,
    attempt,
    delivery,
    delivery_event,
    dispatch,
    engagement,
    link,
    request,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One delivery.

    Attributes:
        at: when it was handed over, or when its dispatch began; aware, UTC.
        is_readable: whether it was made out, so that it can be read as sent.
    """

    delivery: int
    issue_number: int
    subject: str
    at: datetime
    outcome: DeliveryOutcome
    reason: ExclusionReason | None
    feedback: Feedback
    is_readable: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Something the provider told about a letter, or the reader did with it.

    Attributes:
        words: the receiving side's; or the address that was clicked.
        by_machine: surely no person opened or clicked.
    """

    at: datetime
    kind: EventKind
    issue_number: int
    words: str = ""
    by_machine: bool = False


def letters_of(connection: Connection, reader: int) -> tuple[Letter, ...]:
    """Every delivery of a reader, in the order of the issues; by two indexes, one for each end."""
    sent = select(dispatch.c.issue_number).distinct()
    mine = delivery.c.subscriber_id == reader
    holding = _letters().where(delivery.c.issue_number.in_(sent), mine, delivery.c.holds)
    let_go = _letters().where(mine, delivery.c.holds.is_(False))
    rows = [*connection.execute(holding), *connection.execute(let_go)]
    found = (
        Letter(
            row.id,
            row.issue_number,
            row.subject,
            row.at,
            row.outcome,
            row.reason,
            row.feedback,
            row.rendition_id is not None and row.outcome is not DeliveryOutcome.EXCLUDED,
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda letter: letter.delivery))


def told_about(connection: Connection, letters: Sequence[Letter]) -> tuple[Told, ...]:
    """What the provider told about letters, and opens and clicks that are kept by reader."""
    return tuple(_events(connection, letters)) + tuple(_engaged(connection, letters))


def requests_of(connection: Connection, reader: int) -> tuple[Request, ...]:
    """What was asked for under a reader's address and had to be proved, in order."""
    mine = select(request).where(request.c.subscriber_id == reader).order_by(request.c.id)
    return tuple(read_request(row) for row in connection.execute(mine))


def _letters() -> Select[Any]:
    at = func.coalesce(attempt.c.started_at, dispatch.c.started_at, dispatch.c.due_at)
    return (
        select(
            delivery.c.id,
            delivery.c.issue_number,
            delivery.c.outcome,
            delivery.c.reason,
            delivery.c.feedback,
            delivery.c.rendition_id,
            approval.c.subject,
            at.label("at"),
        )
        .join(dispatch, dispatch.c.id == delivery.c.dispatch_id)
        .join(approval, approval.c.id == dispatch.c.approval_id)
        .join(attempt, attempt.c.id == delivery.c.attempt_id, isouter=True)
    )


def _events(connection: Connection, letters: Sequence[Letter]) -> list[Told]:
    issues = {letter.delivery: letter.issue_number for letter in letters}
    happened = delivery_event.c
    rows = connection.execute(
        select(happened.delivery_id, happened.at, happened.kind, happened.reason)
        .where(happened.delivery_id.in_(issues), happened.delivery_id.is_not(None))
        .order_by(happened.id)
    )
    return [Told(row.at, row.kind, issues[row.delivery_id], row.reason) for row in rows]


def _engaged(connection: Connection, letters: Sequence[Letter]) -> list[Told]:
    mine = (
        (engagement.c.issue_number == letter.issue_number) & (engagement.c.who == letter.delivery)
        for letter in letters
    )
    rows = connection.execute(
        select(engagement, link.c.url)
        .join(link, link.c.id == engagement.c.link_id, isouter=True)
        .where(or_(text("1 = 0"), *mine), engagement.c.is_pseudonym.is_(False))
        .order_by(engagement.c.at)
    )
    return [Told(row.at, row.kind, row.issue_number, row.url or "", row.by_machine) for row in rows]
