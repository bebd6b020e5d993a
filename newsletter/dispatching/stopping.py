"""Stop a dispatch without a person: pause it, or hand it to review, with the reason."""

from __future__ import annotations

from sqlalchemy import Connection

from newsletter.model.ledger import DispatchState
from newsletter.store.tables import dispatch
from newsletter.store.writing import changed, dispatch_step


def pause_by_itself(connection: Connection, dispatch_id: int, reason: str) -> bool:
    """Pause a dispatch that is sending; False when it is in another state."""
    return changed(
        connection.execute(
            dispatch_step(DispatchState.PAUSED, DispatchState.SENDING)
            .where(dispatch.c.id == dispatch_id)
            .values(paused_from=DispatchState.SENDING, reason=reason)
        )
    )


def put_into_review(connection: Connection, dispatch_id: int, reason: str) -> bool:
    """Hand a dispatch to a person; False when its state does not allow it."""
    return changed(
        connection.execute(
            dispatch_step(DispatchState.NEEDS_REVIEW)
            .where(dispatch.c.id == dispatch_id)
            .values(reason=reason)
        )
    )
