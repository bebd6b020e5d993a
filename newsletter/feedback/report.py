"""Report an issue: every number about it, and what they come to in plain words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.errors import NotFound
from newsletter.feedback.clicks import count_engaged
from newsletter.feedback.engaged import is_counted
from newsletter.feedback.handed import count
from newsletter.feedback.numbers import Report
from newsletter.feedback.sentences import sentences
from newsletter.feedback.usual import earlier_shares
from newsletter.model.ledger import Dispatch
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import approval


def report_of(
    connection: Connection, issue_number: int, now: datetime, *, counts_engagement: bool = True
) -> Report:
    """Count everything that is known about an issue.

    Args:
        connection: reads only.
        now: aware; stands in the report.
        counts_engagement: whether the site counts opens and clicks; where it does no more,
            what it counted before is told.

    Raises:
        NotFound: the issue was never sent.
    """
    dispatches = [each for each in dispatches_of(connection, issue_number) if each.started_at]
    if not dispatches:
        raise NotFound(
            f"Issue {issue_number} was never sent, so there is nothing to report. "
            f"Where it stands: newsletter status {issue_number}"
        )
    first, begun = dispatches[0], dispatches[0].started_at
    assert begun is not None
    handed, heard = count(connection, dispatches)
    engaged = None
    if counts_engagement or is_counted(connection, issue_number):
        engaged = count_engaged(connection, issue_number, begun)
    earlier = earlier_shares(connection, first, now)
    return Report(
        issue_number=issue_number,
        subject=_subject(connection, dispatches[-1]),
        at=now,
        state=dispatches[-1].state.value,
        first_sent_at=begun,
        handed=handed,
        heard=heard,
        engaged=engaged,
        sentences=sentences(handed, heard, engaged, earlier),
    )


def _subject(connection: Connection, of: Dispatch) -> str:
    subject: str = connection.execute(
        select(approval.c.subject).where(approval.c.id == of.approval_id)
    ).scalar_one()
    return subject
