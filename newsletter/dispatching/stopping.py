"""Stop a dispatch without a person: pause it, or hand it to review, with the reason."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from newsletter.dispatching.announcing import announce_pause, announce_review
from newsletter.dispatching.saying import say_stuck
from newsletter.model.ledger import DispatchState
from newsletter.model.notice import NoticeKind
from newsletter.store.tables import dispatch
from newsletter.store.writing import changed, dispatch_step


def pause_by_itself(
    connection: Connection,
    dispatch_id: int,
    reason: str,
    now: datetime,
    kind: NoticeKind = NoticeKind.PAUSED,
) -> bool:
    """Pause a dispatch that is sending; False when it is in another state.

    Args:
        kind: what people are told it is: PAUSED, or KEY_REFUSED.
    """
    paused = changed(
        connection.execute(
            dispatch_step(DispatchState.PAUSED, DispatchState.SENDING)
            .where(dispatch.c.id == dispatch_id)
            .values(paused_from=DispatchState.SENDING, reason=reason)
        )
    )
    if paused:
        announce_pause(connection, dispatch_id, reason, now, kind)
        say_stuck(connection, dispatch_id, DispatchState.PAUSED.value, reason)
    return paused


def put_into_review(connection: Connection, dispatch_id: int, reason: str, now: datetime) -> bool:
    """Hand a dispatch to a person; False when its state does not allow it."""
    handed = changed(
        connection.execute(
            dispatch_step(DispatchState.NEEDS_REVIEW)
            .where(dispatch.c.id == dispatch_id)
            .values(reason=reason)
        )
    )
    if handed:
        announce_review(connection, dispatch_id, reason, now)
        say_stuck(connection, dispatch_id, DispatchState.NEEDS_REVIEW.value, reason)
    return handed
