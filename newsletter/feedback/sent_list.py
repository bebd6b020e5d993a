"""Every issue that was sent, with the figures it is remembered by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from newsletter.store.tables import approval, dispatch


@dataclass(frozen=True, slots=True)
class Sent:
    """An issue that was sent, or is being sent.

    Attributes:
        subject: of what was sent last.
        begun: when its first dispatch began; aware, UTC.
    """

    number: int
    subject: str
    begun: datetime


def count_sent(connection: Connection) -> int:
    """How many issues were ever begun."""
    found = select(func.count(dispatch.c.issue_number.distinct()))
    return int(connection.execute(found.where(dispatch.c.started_at.is_not(None))).scalar_one())


def sent_list(connection: Connection, most: int, after: int = 0) -> Sequence[Sent]:
    """Issues that were begun, the newest first.

    Args:
        most: how many.
        after: how many of the newest are left out.
    """
    begun = (
        select(
            dispatch.c.issue_number,
            func.min(dispatch.c.started_at).label("begun"),
            func.max(dispatch.c.id).label("last"),
        )
        .where(dispatch.c.started_at.is_not(None))
        .group_by(dispatch.c.issue_number)
        .subquery()
    )
    rows = connection.execute(
        select(begun.c.issue_number, approval.c.subject, begun.c.begun)
        .join_from(begun, dispatch, dispatch.c.id == begun.c.last)
        .join(approval, approval.c.id == dispatch.c.approval_id)
        .order_by(begun.c.begun.desc(), begun.c.issue_number.desc())
        .limit(most)
        .offset(after)
    )
    return [Sent(*row) for row in rows]
