"""Report an issue: every number about it, and what they come to in plain words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.errors import NotFound
from newsletter.feedback.handed import count
from newsletter.feedback.numbers import Report
from newsletter.model.ledger import Dispatch
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import approval


def report_of(connection: Connection, issue_number: int, now: datetime) -> Report:
    """Count everything that is known about an issue.

    Args:
        connection: reads only.
        now: aware; stands in the report.

    Raises:
        NotFound: the issue was never sent.
    """
    dispatches = [each for each in dispatches_of(connection, issue_number) if each.started_at]
    if not dispatches:
        raise NotFound(
            f"Issue {issue_number} was never sent, so there is nothing to report. "
            f"Where it stands: newsletter status {issue_number}"
        )
    handed, heard = count(connection, dispatches)
    return Report(
        issue_number=issue_number,
        subject=_subject(connection, dispatches[-1]),
        at=now,
        state=dispatches[-1].state.value,
        first_sent_at=dispatches[0].started_at,
        handed=handed,
        heard=heard,
        engaged=None,
        sentences=(),
    )


def _subject(connection: Connection, of: Dispatch) -> str:
    subject: str = connection.execute(
        select(approval.c.subject).where(approval.c.id == of.approval_id)
    ).scalar_one()
    return subject
