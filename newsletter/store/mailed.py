"""What was sent: to one reader, and to all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from newsletter.model.ledger import DispatchState
from newsletter.store.tables import approval, delivery, dispatch, system_mail


def issues_of(connection: Connection, subscriber: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Issues a reader was sent or is about to be: `issue_number`, `subject`, `outcome`, `feedback`.

    Goes by the index over deliveries that hold their reader, an entry an issue.
    """
    sent = select(dispatch.c.issue_number).distinct()
    return connection.execute(
        select(
            delivery.c.issue_number,
            approval.c.subject,
            delivery.c.outcome,
            delivery.c.feedback,
        )
        .join(dispatch, dispatch.c.id == delivery.c.dispatch_id)
        .join(approval, approval.c.id == dispatch.c.approval_id)
        .where(
            delivery.c.issue_number.in_(sent),
            delivery.c.subscriber_id == subscriber,
            delivery.c.holds,
        )
        .order_by(delivery.c.issue_number)
    ).all()


def mails_of(connection: Connection, subscriber: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The program's own mails to a reader: `name`, `state`, `queued_at`, `ended_at`."""
    return connection.execute(
        select(
            system_mail.c.name,
            system_mail.c.state,
            system_mail.c.queued_at,
            system_mail.c.ended_at,
        )
        .where(system_mail.c.subscriber_id == subscriber)
        .order_by(system_mail.c.id)
    ).all()


def latest_sent(connection: Connection) -> Row[*tuple[Any, ...]] | None:
    """The issue that went out last: `slug` and `subject`; None before the first."""
    return connection.execute(
        select(approval.c.slug, approval.c.subject)
        .join(dispatch, dispatch.c.approval_id == approval.c.id)
        .where(dispatch.c.state == DispatchState.SENT)
        .order_by(dispatch.c.issue_number.desc(), dispatch.c.id.desc())
        .limit(1)
    ).first()
