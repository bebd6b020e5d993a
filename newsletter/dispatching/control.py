"""What a person does to a dispatch under way: pause, resume, cancel, correct.

Each takes effect between two batches: a claim looks at the state, and the commit of `sending`
looks again. What is on the wire is finished and written down.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, Update, update

from newsletter.dispatching.announcing import announce_cancelling, announce_pause
from newsletter.dispatching.cancelling import cancel_rest
from newsletter.dispatching.desk import never
from newsletter.dispatching.locking import lock_batches
from newsletter.dispatching.planning import Plan, Planned, succeed
from newsletter.dispatching.saying import say_moved
from newsletter.errors import LedgerError, NotFound
from newsletter.model.ledger import Dispatch, DispatchState, WaveState
from newsletter.store import Store
from newsletter.store.decisions import record_decision
from newsletter.store.dispatches import load_dispatch
from newsletter.store.known import CORRECTION
from newsletter.store.tables import batch, dispatch, wave
from newsletter.store.writing import changed, dispatch_step, wave_step


def pause(store: Store, dispatch_id: int, *, by: str, reason: str = "") -> Dispatch:
    """Stop claiming; raises LedgerError in a state that can not be paused."""
    with store.write() as connection:
        of = load_dispatch(connection, dispatch_id, lock=True)
        if of.state is DispatchState.PAUSED:
            return of
        statement = dispatch_step(DispatchState.PAUSED).where(dispatch.c.id == dispatch_id)
        values = {"paused_from": of.state, "reason": reason or f"Paused by {by}."}
        _change(connection, statement.values(**values), of, "paused")
        announce_pause(connection, of.id, str(values["reason"]), store.now(connection))
        say_moved(connection, of.id, DispatchState.PAUSED.value, reason=values["reason"])
        return _decided(store, connection, of, "pause", by)


def resume(store: Store, dispatch_id: int, *, by: str) -> Dispatch:
    """Go on where it was; what made it pause is forgotten, and tried again.

    A canary that was found bad has passed by this: a person looked and decided.

    Raises LedgerError when it is not paused.
    """
    with store.write() as connection:
        _require_paused(load_dispatch(connection, dispatch_id))
        _forget_refusals(connection, dispatch_id)
        of = load_dispatch(connection, dispatch_id, lock=True)
        _require_paused(of)
        assert of.paused_from is not None
        statement = dispatch_step(of.paused_from, DispatchState.PAUSED)
        fresh = {"paused_from": None, "reason": "", "not_before": None}
        counters = {"probes": 0, "unreachable": 0}  # the brake stays on: the next is a probe
        statement = statement.where(dispatch.c.id == dispatch_id).values(**fresh, **counters)
        _change(connection, statement, of, "resumed")
        say_moved(connection, of.id, of.paused_from.value)
        _forgive_lateness(store, connection, dispatch_id)
        _let_canary_pass(store, connection, dispatch_id, wave.c.reason != "")
        return _decided(store, connection, of, "resume", by)


def pass_canary(store: Store, dispatch_id: int, *, by: str) -> Dispatch:
    """Let the waves behind a canary go without waiting longer for word of it.

    Raises LedgerError when no canary of the dispatch waits.
    """
    with store.write() as connection:
        of = load_dispatch(connection, dispatch_id, lock=True)
        is_waiting = of.state is DispatchState.SENDING
        if not is_waiting or not _let_canary_pass(store, connection, dispatch_id):
            raise LedgerError(f"Dispatch {of.id} is {of.state}, and no canary of it is waiting.")
        _forgive_lateness(store, connection, dispatch_id)
        return _decided(store, connection, of, "pass canary", by)


def cancel(store: Store, dispatch_id: int, *, by: str) -> Dispatch:
    """End it: who was not mailed is excluded as `cancelled`.

    Raises LedgerError when it has ended already.
    """
    with store.write() as connection:
        of = load_dispatch(connection, dispatch_id, lock=True)
        decided = _cancel(store, connection, of, by)
    cancel_rest(store)
    return decided


def cancel_wave(store: Store, wave_id: int, *, by: str) -> None:
    """Cancel one wave; the others go on. Raises LedgerError when it has ended already."""
    with store.write() as connection:
        found = connection.execute(wave.select().where(wave.c.id == wave_id)).first()
        if found is None:
            raise NotFound(f"There is no wave {wave_id}.")
        statement = wave_step(WaveState.CANCELLED).where(wave.c.id == wave_id)
        if not changed(connection.execute(statement.values(ended_at=store.now(connection)))):
            raise LedgerError(f"Wave {wave_id} is {found.state}; it can not be cancelled.")
        of = load_dispatch(connection, found.dispatch_id)
        _decided(store, connection, of, "cancel wave", by, wave=wave_id)
    cancel_rest(store)


def correct(
    store: Store,
    dispatch_id: int,
    approval_id: int,
    plan: Plan,
    crash_point: Callable[[str], None] = never,
) -> Planned:
    """Cancel the rest of a paused dispatch and send the new approval to those not yet mailed.

    Both in one step: killed anywhere, either nothing was corrected or the successor is there. A
    tick lets go of the old one's readers before it freezes the new one's.

    Who was mailed already is not mailed again: a correction for them is an issue of its own.
    Raises LedgerError when the dispatch is not paused.
    """
    with store.write() as connection:
        of = load_dispatch(connection, dispatch_id, lock=True)
        if of.state is not DispatchState.PAUSED:
            raise LedgerError(f"Dispatch {of.id} is {of.state}. Pause it before correcting.")
        _decided(store, connection, of, CORRECTION, plan.by)
        _cancel(store, connection, of, plan.by)
        crash_point("correcting")
        made = succeed(store, connection, approval_id, plan)
    crash_point("corrected")
    cancel_rest(store)
    return Planned(made, is_new=True)


def _cancel(store: Store, connection: Connection, of: Dispatch, by: str) -> Dispatch:
    """The step that stops all claims; `cancel_rest` does what follows from it."""
    statement = dispatch_step(DispatchState.CANCELLED).where(dispatch.c.id == of.id)
    now = store.now(connection)
    _change(connection, statement.values(ended_at=now, reason=""), of, "cancelled")
    announce_cancelling(connection, of, by, now)
    say_moved(connection, of.id, DispatchState.CANCELLED.value)
    connection.execute(
        wave_step(WaveState.CANCELLED).where(wave.c.dispatch_id == of.id).values(ended_at=now)
    )
    return _decided(store, connection, of, "cancel", by)


def _require_paused(of: Dispatch) -> None:
    if of.state is not DispatchState.PAUSED or of.paused_from is None:
        raise LedgerError(f"Dispatch {of.id} is {of.state}, not paused.")


def _forget_refusals(connection: Connection, dispatch_id: int) -> None:
    """What was refused is tried anew; before the dispatch is locked."""
    refused = batch.c.dispatch_id == dispatch_id, batch.c.refusal != ""
    lock_batches(connection, *refused)
    connection.execute(update(batch).where(*refused).values(refusal=""))


def _forgive_lateness(store: Store, connection: Connection, dispatch_id: int) -> None:
    """Waves that fell due meanwhile are not late."""
    now = store.now(connection)
    connection.execute(
        update(wave)
        .where(wave.c.dispatch_id == dispatch_id, wave.c.state == WaveState.WAITING)
        .where(wave.c.late_from < now, wave.c.due_at <= now)
        .values(late_from=now)
    )


def _let_canary_pass(
    store: Store, connection: Connection, dispatch_id: int, *only: ColumnElement[bool]
) -> bool:
    """Canaries that are done and wait; tells whether there was one."""
    waiting = wave.c.canary, wave.c.state == WaveState.DONE, wave.c.passed_at.is_(None)
    return changed(
        connection.execute(
            update(wave)
            .where(wave.c.dispatch_id == dispatch_id, *waiting, *only)
            .values(passed_at=store.now(connection))
        )
    )


def _change(connection: Connection, statement: Update, of: Dispatch, done: str) -> None:
    if not changed(connection.execute(statement)):
        raise LedgerError(f"Dispatch {of.id} is {of.state}; it can not be {done}.")


def _decided(
    store: Store, connection: Connection, of: Dispatch, what: str, by: str, **evidence: int
) -> Dispatch:
    record_decision(
        connection,
        what,
        by=by,
        at=store.now(connection),
        issue_number=of.issue_number,
        dispatch_id=of.id,
        evidence={"state": of.state.value, **evidence},
    )
    return load_dispatch(connection, of.id)
