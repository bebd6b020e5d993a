"""Where every issue stands, in one look: the newest approval and the newest dispatch of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from newsletter.model.ledger import BatchState, DeliveryOutcome, DispatchState
from newsletter.model.review import LinkFor
from newsletter.store.tables import approval, batch, delivery, dispatch
from newsletter.store.tables.reviews import personal_link


@dataclass(frozen=True, slots=True)
class Placed:
    """The newest dispatch of an issue that counts; those taken off the calendar do not.

    Attributes:
        approval_id: the approval whose bytes it sends.
        due_at: aware, UTC.
        wall_time, zone: as the person gave them; see `Dispatch`.
        frozen: its readers so far.
        uncertain: readers of whom nobody knows whether they were mailed.
    """

    id: int
    approval_id: int
    state: DispatchState
    reason: str
    due_at: datetime
    wall_time: str
    zone: str
    frozen: int
    ended_at: datetime | None
    uncertain: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """One issue, as far as the database knows it.

    Attributes:
        approval_id: its newest approval.
        by, at: who gave that, and when.
        findings: how many of each severity it was approved with.
        placed: its newest dispatch that counts, or None.
    """

    number: int
    approval_id: int
    slug: str
    subject: str
    by: str
    at: datetime
    findings: Mapping[str, int]
    placed: Placed | None


def places(connection: Connection) -> Mapping[int, Place]:
    """Every issue that was ever approved, by number: one look at it all, and one at doubts."""
    newest = select(func.max(approval.c.id)).group_by(approval.c.issue_number)
    counts = or_(dispatch.c.frozen > 0, dispatch.c.state != DispatchState.CANCELLED)
    last = select(func.max(dispatch.c.id)).where(counts).group_by(dispatch.c.issue_number)
    mine = and_(dispatch.c.issue_number == approval.c.issue_number, dispatch.c.id.in_(last))
    rows = connection.execute(
        select(
            approval.c.id.label("approval_id"),
            approval.c.issue_number,
            approval.c.slug,
            approval.c.subject,
            approval.c.by,
            approval.c.at,
            approval.c.findings,
            dispatch.c.id.label("dispatch_id"),
            dispatch.c.approval_id.label("sends"),
            dispatch.c.state,
            dispatch.c.reason,
            dispatch.c.due_at,
            dispatch.c.wall_time,
            dispatch.c.zone,
            dispatch.c.frozen,
            dispatch.c.ended_at,
        )
        .select_from(approval.outerjoin(dispatch, mine))
        .where(approval.c.id.in_(newest))
    ).all()
    doubts = _doubts(connection)
    return {row.issue_number: _place(row, doubts) for row in rows}


def _place(row: Any, doubts: Mapping[int, int]) -> Place:
    values = row._mapping
    placed = None
    if values["dispatch_id"] is not None:
        placed = Placed(
            values["dispatch_id"],
            values["sends"],
            values["state"],
            values["reason"],
            values["due_at"],
            values["wall_time"],
            values["zone"],
            values["frozen"],
            values["ended_at"],
            doubts.get(values["dispatch_id"], 0),
        )
    return Place(
        number=values["issue_number"],
        approval_id=values["approval_id"],
        slug=values["slug"],
        subject=values["subject"],
        by=values["by"],
        at=values["at"],
        findings=_counted(values["findings"]),
        placed=placed,
    )


def _counted(findings: list[dict[str, str]]) -> Mapping[str, int]:
    counted: dict[str, int] = {}
    for each in findings:
        counted[each["severity"]] = counted.get(each["severity"], 0) + 1
    return counted


def _doubts(connection: Connection) -> Mapping[int, int]:
    """Uncertain readers by dispatch; looks only inside batches that are uncertain."""
    mine = and_(
        delivery.c.id.between(batch.c.first_delivery, batch.c.last_delivery),
        delivery.c.attempt_id == batch.c.attempt_id,
        delivery.c.outcome == DeliveryOutcome.UNKNOWN,
    )
    rows = connection.execute(
        select(batch.c.dispatch_id, func.count())
        .select_from(batch.join(delivery, mine))
        .where(batch.c.state == BatchState.UNKNOWN)
        .group_by(batch.c.dispatch_id)
    )
    return {row[0]: row[1] for row in rows}


def asked_about(connection: Connection, now: datetime) -> frozenset[int]:
    """The numbers of issues of which somebody was asked for approval and has not answered.

    Args:
        now: aware, in database time.
    """
    waits = (
        personal_link.c.kind == LinkFor.APPROVAL,
        personal_link.c.answer.is_(None),
        personal_link.c.revoked_at.is_(None),
        personal_link.c.expires_at > now,
    )
    return frozenset(connection.scalars(select(personal_link.c.issue_number).where(*waits)))
