"""Put a dispatch on the calendar, move it, take it off, bind it to another approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Update, insert
from sqlalchemy.exc import IntegrityError

from newsletter.dispatching.moves import before_the_move
from newsletter.dispatching.waves import RESCHEDULE
from newsletter.errors import LedgerError
from newsletter.model.ledger import ENDED, Dispatch, DispatchKind, DispatchState, WaveState
from newsletter.store import Store
from newsletter.store.approvals import Approved, load_approval
from newsletter.store.decisions import record_decision
from newsletter.store.dispatches import dispatches_of, load_dispatch
from newsletter.store.tables import dispatch, wave
from newsletter.store.writing import changed, dispatch_step, wave_step


@dataclass(frozen=True, slots=True)
class Plan:
    """When and how fast.

    Attributes:
        due_at: aware; with `zone` = `subscriber` the earliest moment any reader gets it.
        wall_time: as the person gave it, `YYYY-MM-DD HH:MM`.
        zone: IANA name, or `subscriber`.
        past_zones: `now` or `next_day`, for readers whose wall time is already past.
        canary: readers in the first wave; 0 means none.
        readers_per_hour: ceiling; 0 means none.
        by: who planned it.
    """

    due_at: datetime
    wall_time: str = ""
    zone: str = ""
    past_zones: str = "now"
    canary: int = 0
    readers_per_hour: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """A dispatch, and whether it was made now or stood there before."""

    dispatch: Dispatch
    is_new: bool


def schedule(store: Store, approval_id: int, plan: Plan) -> Planned:
    """Schedule an issue, once: where it has a dispatch already, that one comes back.

    A dispatch that was taken off the calendar before anybody was frozen does not count.
    Raises NotFound for an approval that does not exist.
    """
    return _make_once(store, approval_id, plan, DispatchKind.FIRST)


def follow_up(store: Store, approval_id: int, plan: Plan) -> Planned:
    """Send an issue to readers whom no dispatch of it holds: rejected, excluded, never frozen.

    Raises:
        LedgerError: the issue was never dispatched, or a dispatch of it has not ended.
    """
    with store.read() as connection:
        issue = load_approval(connection, approval_id).issue_number
        earlier = dispatches_of(connection, issue)
    if not earlier:
        raise LedgerError(f"Issue {issue} was never sent, so nothing can follow. Use `send`.")
    if open_one := _unended(earlier):
        raise LedgerError(
            f"Dispatch {open_one.id} of issue {issue} is {open_one.state}. "
            "A follow-up comes after it has ended."
        )
    return _make_once(store, approval_id, plan, DispatchKind.FOLLOW_UP)


def succeed(store: Store, connection: Connection, approval_id: int, plan: Plan) -> Dispatch:
    """A follow-up in the place of one that was cancelled in the same transaction."""
    approved = load_approval(connection, approval_id)
    return _insert(store, connection, approved, plan, DispatchKind.FOLLOW_UP)


def reschedule(
    store: Store, dispatch_id: int, plan: Plan, approval_id: int | None = None
) -> Dispatch:
    """Give a dispatch another time, and another canary; also takes one out of review.

    What was frozen before stays frozen, and its canary with it; waves that were too late go when
    it is due.

    Args:
        approval_id: the version a person was shown; None moves it whichever it sends.

    Raises:
        LedgerError: it is no longer waiting for a time, or sends another version by now.
    """
    with store.write() as connection:
        before = load_dispatch(connection, dispatch_id, lock=True)
        if approval_id not in (None, before.approval_id):
            raise LedgerError(
                f"Dispatch {before.id} sends another version by now. "
                "Nothing was changed; look again."
            )
        times = {"due_at": plan.due_at, "wall_time": plan.wall_time, "zone": plan.zone}
        if before.state is DispatchState.SCHEDULED:
            ways = {"past_zones": plan.past_zones, "canary": plan.canary}
            statement = _while_scheduled(dispatch_id).values(**times, **ways)
        else:
            statement = dispatch_step(DispatchState.SCHEDULED).values(**times, reason="")
            statement = statement.where(dispatch.c.id == dispatch_id)
        if not changed(connection.execute(statement)):
            raise _too_late(before, "given another time")
        _forgive_late_waves(connection, dispatch_id, plan.due_at)
        _record(store, connection, before, RESCHEDULE, plan.by, **before_the_move(before))
        return load_dispatch(connection, dispatch_id)


def rebind(store: Store, dispatch_id: int, approval_id: int, by: str) -> Dispatch:
    """Send what another approval of the same issue froze, at the time already planned.

    Raises LedgerError once the dispatch has begun, or for another issue's approval.
    """
    with store.write() as connection:
        before = load_dispatch(connection, dispatch_id, lock=True)
        if load_approval(connection, approval_id).issue_number != before.issue_number:
            raise LedgerError(f"Approval {approval_id} is not of issue {before.issue_number}.")
        statement = _while_scheduled(dispatch_id).values(approval_id=approval_id)
        if not changed(connection.execute(statement)):
            raise _too_late(before, "bound to another approval")
        _record(store, connection, before, "rebind", by, approval=approval_id)
        return load_dispatch(connection, dispatch_id)


def unschedule(store: Store, dispatch_id: int, by: str) -> Dispatch:
    """Take a dispatch off the calendar; raises LedgerError once it has begun."""
    with store.write() as connection:
        before = load_dispatch(connection, dispatch_id, lock=True)
        statement = dispatch_step(DispatchState.CANCELLED, DispatchState.SCHEDULED)
        statement = statement.where(dispatch.c.id == dispatch_id, dispatch.c.frozen == 0)
        if not changed(connection.execute(statement.values(ended_at=store.now(connection)))):
            raise _too_late(before, "taken off the calendar")
        _record(store, connection, before, "unschedule", by)
        return load_dispatch(connection, dispatch_id)


def _make_once(store: Store, approval_id: int, plan: Plan, kind: DispatchKind) -> Planned:
    try:
        with store.write() as connection:
            approved = load_approval(connection, approval_id)
            if found := _in_the_way(connection, approved.issue_number, kind):
                return Planned(found, is_new=False)
            made = _insert(store, connection, approved, plan, kind)
            return Planned(made, is_new=True)
    except IntegrityError:  # another click was quicker: its dispatch is the one
        with store.read() as connection:
            approved = load_approval(connection, approval_id)
            return Planned(dispatches_of(connection, approved.issue_number)[-1], is_new=False)


def _in_the_way(connection: Connection, issue: int, kind: DispatchKind) -> Dispatch | None:
    """The dispatch that keeps another from being made."""
    found = dispatches_of(connection, issue)
    if kind is DispatchKind.FOLLOW_UP:
        return _unended(found)
    counting = [each for each in found if not _was_taken_off(each)]
    return counting[-1] if counting else None


def _was_taken_off(found: Dispatch) -> bool:
    return found.state is DispatchState.CANCELLED and not found.frozen


def _unended(found: tuple[Dispatch, ...]) -> Dispatch | None:
    return next((each for each in found if each.state not in ENDED), None)


def _insert(
    store: Store, connection: Connection, approved: Approved, plan: Plan, kind: DispatchKind
) -> Dispatch:
    row: dict[str, Any] = {
        "issue_number": approved.issue_number,
        "approval_id": approved.id,
        "kind": kind,
        "state": DispatchState.SCHEDULED,
        "due_at": plan.due_at,
        "wall_time": plan.wall_time,
        "zone": plan.zone,
        "past_zones": plan.past_zones,
        "canary": plan.canary,
        "readers_per_hour": plan.readers_per_hour,
        "by": plan.by,
        "created_at": store.now(connection),
    }
    made = connection.execute(insert(dispatch).values(**row).returning(dispatch.c.id))
    return load_dispatch(connection, made.scalar_one())


def _while_scheduled(dispatch_id: int) -> Update:
    return dispatch.update().where(
        dispatch.c.id == dispatch_id, dispatch.c.state == DispatchState.SCHEDULED
    )


def _forgive_late_waves(connection: Connection, dispatch_id: int, due_at: datetime) -> None:
    """A person looked and chose a time: from now on the waves are late from there."""
    mine = wave.c.dispatch_id == dispatch_id
    connection.execute(
        wave.update()
        .where(mine, wave.c.state == WaveState.WAITING, wave.c.late_from < due_at)
        .values(late_from=due_at)
    )
    connection.execute(
        wave_step(WaveState.OPEN, WaveState.NEEDS_REVIEW)
        .where(mine)
        .values(late_from=due_at, opened_at=due_at, reason="")
    )


def _record(
    store: Store, connection: Connection, of: Dispatch, what: str, by: str, **evidence: Any
) -> None:
    record_decision(
        connection,
        what,
        by=by,
        at=store.now(connection),
        issue_number=of.issue_number,
        dispatch_id=of.id,
        evidence=evidence,
    )


def _too_late(found: Dispatch, done: str) -> LedgerError:
    return LedgerError(f"Dispatch {found.id} is {found.state}; it can not be {done} any more.")
