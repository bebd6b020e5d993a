"""What people decided, and what they were shown when they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from newsletter.store.tables import decision


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about an issue.

    Attributes:
        what: `send_again`, `assume_sent`, or another word of who recorded it.
        at: aware, UTC.
    """

    what: str
    by: str
    at: datetime
    readers: int


def decisions_of(
    connection: Connection, issue_number: int, whats: Sequence[str]
) -> tuple[Decision, ...]:
    """What was decided of that kind about an issue, the newest first."""
    rows = connection.execute(
        select(decision.c.what, decision.c.by, decision.c.at, decision.c.readers)
        .where(decision.c.issue_number == issue_number, decision.c.what.in_(whats))
        .order_by(decision.c.id.desc())
    )
    return tuple(Decision(row.what, row.by, row.at, row.readers) for row in rows)


def record_decision(
    connection: Connection,
    what: str,
    *,
    by: str,
    at: datetime,
    issue_number: int,
    dispatch_id: int | None = None,
    readers: int = 0,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """Keep a person's decision: who, when, what, about how many, on what evidence."""
    connection.execute(
        insert(decision).values(
            what=what,
            by=by,
            at=at,
            issue_number=issue_number,
            dispatch_id=dispatch_id,
            readers=readers,
            evidence=dict(evidence or {}),
        )
    )


def last_decision(connection: Connection, dispatch_id: int, what: str) -> datetime | None:
    """When somebody last decided that about a dispatch; None when nobody did."""
    moment: datetime | None = connection.execute(
        select(func.max(decision.c.at)).where(
            decision.c.dispatch_id == dispatch_id, decision.c.what == what
        )
    ).scalar()
    return moment


def last_evidence(connection: Connection, dispatch_id: int, what: str) -> Mapping[str, Any] | None:
    """What was shown when somebody last decided that about a dispatch; None when nobody did."""
    found: Mapping[str, Any] | None = connection.execute(
        select(decision.c.evidence)
        .where(decision.c.dispatch_id == dispatch_id, decision.c.what == what)
        .order_by(decision.c.id.desc())
        .limit(1)
    ).scalar()
    return found
