"""`Send now`, with a while to think better of it.

The dispatch is due a minute from now, in the ledger: so closing the browser changes nothing, and
taking it back is a step like any other, won or lost against the tick that would start it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.dispatching.moves import place_before, was_in_review
from newsletter.dispatching.planning import unschedule
from newsletter.dispatching.waves import RESCHEDULE
from newsletter.errors import LedgerError
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.store import Store
from newsletter.store.decisions import last_evidence, record_decision
from newsletter.store.dispatches import load_dispatch
from newsletter.store.tables import dispatch
from newsletter.store.writing import changed, dispatch_step

COUNTDOWN = timedelta(seconds=60)


def counts_down(of: Dispatch) -> bool:
    """Whether a dispatch goes out as soon as its countdown ends: nobody gave it a wall time."""
    return of.state is DispatchState.SCHEDULED and not of.wall_time


def take_back(store: Store, dispatch_id: int, by: str, now: datetime) -> Dispatch:
    """Undo `send now` before it begins.

    What was scheduled for later before is scheduled for then again; what waited for a person, or
    whose time has passed meanwhile, waits for one again; what was new is off the calendar.

    Args:
        now: aware.

    Raises:
        LedgerError: it has begun, or nobody sent it now.
    """
    with store.write() as connection:
        of = load_dispatch(connection, dispatch_id, lock=True)
        if not counts_down(of):
            raise LedgerError(_too_late(of))
        evidence = last_evidence(connection, dispatch_id, RESCHEDULE)
        if evidence is not None and "due_at" in evidence:
            before = place_before(evidence)
            if was_in_review(evidence) or before["due_at"] <= now:
                before["reason"] = before["reason"] or f"{by} took back sending it now."
                _put(connection, dispatch_id, DispatchState.NEEDS_REVIEW, before)
            else:
                _put(connection, dispatch_id, DispatchState.SCHEDULED, before)
            _record(store, connection, of, by)
            return load_dispatch(connection, dispatch_id)
    return unschedule(store, dispatch_id, by)


def _put(
    connection: Connection, dispatch_id: int, state: DispatchState, values: dict[str, object]
) -> None:
    mine = dispatch.c.id == dispatch_id, dispatch.c.state == DispatchState.SCHEDULED
    if state is DispatchState.SCHEDULED:
        statement = dispatch.update().where(*mine)
    else:
        statement = dispatch_step(state, DispatchState.SCHEDULED).where(*mine)
    if not changed(connection.execute(statement.values(**values))):
        raise LedgerError(_too_late(load_dispatch(connection, dispatch_id)))


def _record(store: Store, connection: Connection, of: Dispatch, by: str) -> None:
    at = store.now(connection)
    record_decision(
        connection, "take back", by=by, at=at, issue_number=of.issue_number, dispatch_id=of.id
    )


def _too_late(of: Dispatch) -> str:
    if of.state is DispatchState.SCHEDULED:
        return f"Dispatch {of.id} is scheduled for {of.wall_time}; nobody sent it now."
    told = of.state.value.replace("_", " ")
    return f"It is too late to take dispatch {of.id} back: it is {told}. You can still stop it."
