"""End waves and dispatches in which nothing can move any more."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from newsletter.dispatching.announcing import announce_end
from newsletter.dispatching.counting import count_outcomes
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.locking import lock_dispatches
from newsletter.dispatching.saying import say_ended
from newsletter.dispatching.stopping import put_into_review
from newsletter.errors import Unbalanced
from newsletter.model.ledger import BatchState, DeliveryOutcome, Dispatch, DispatchState, WaveState
from newsletter.store.dispatches import dispatches_in, load_dispatch
from newsletter.store.tables import batch, dispatch, wave
from newsletter.store.writing import changed, dispatch_step, wave_step

HELD = (BatchState.CLAIMED, BatchState.SENDING)
MOVING = (BatchState.READY, *HELD)


def end_what_is_done(desk: Desk) -> tuple[str, ...]:
    """End waves, pass canaries, end dispatches; returns what went wrong, in words."""
    problems = []
    with desk.store.read() as connection:
        sending = dispatches_in(connection, DispatchState.SENDING)
    for of in sending:
        try:
            with desk.store.write() as connection:
                lock_dispatches(connection, dispatch.c.id == of.id)
                _end_waves(desk, connection, of.id)
                _pass_canary(desk, connection, of.id)
                _end(desk, connection, of)
        except Unbalanced as problem:
            with desk.store.write() as connection:
                put_into_review(connection, of.id, str(problem), desk.store.now(connection))
            problems.append(str(problem))
    return tuple(problems)


def _end_waves(desk: Desk, connection: Connection, dispatch_id: int) -> None:
    moving = exists().where(batch.c.wave_id == wave.c.id, batch.c.state.in_(MOVING))
    connection.execute(
        wave_step(WaveState.DONE, WaveState.OPEN)
        .where(wave.c.dispatch_id == dispatch_id, ~moving)
        .values(ended_at=desk.store.now(connection))
    )


def _pass_canary(desk: Desk, connection: Connection, dispatch_id: int) -> None:
    """Ask for the verdict; waiting for it is not lateness of the waves behind."""
    canary = connection.execute(
        select(wave.c.id).where(
            wave.c.dispatch_id == dispatch_id,
            wave.c.canary,
            wave.c.state == WaveState.DONE,
            wave.c.passed_at.is_(None),
        )
    ).scalar()
    if canary is None or not desk.verdict(connection, canary):
        return
    now = desk.store.now(connection)
    connection.execute(update(wave).where(wave.c.id == canary).values(passed_at=now))
    behind = and_(wave.c.dispatch_id == dispatch_id, wave.c.state == WaveState.WAITING)
    connection.execute(update(wave).where(behind, wave.c.late_from < now).values(late_from=now))


def _end(desk: Desk, connection: Connection, of: Dispatch) -> None:
    """`sent` when nothing can move and the sum is right; review when only a person can go on."""
    if _is_true(connection, _any_wave_goes_on(of.id)):
        return
    if _is_true(connection, _any_batch(of.id, *HELD)):
        return
    if _is_true(connection, _any_wave(of.id, WaveState.NEEDS_REVIEW)):
        words = "Some readers' time passed while nothing ran."
        put_into_review(connection, of.id, words, desk.store.now(connection))
        return
    if _is_true(connection, _any_batch(of.id, BatchState.READY)):
        return  # its wave was cancelled; the next tick cancels it too
    of = load_dispatch(connection, of.id)
    counted = require_balance(connection, of)
    now = desk.store.now(connection)
    ended = dispatch_step(DispatchState.SENT, DispatchState.SENDING).where(dispatch.c.id == of.id)
    if changed(connection.execute(ended.values(ended_at=now))):
        announce_end(connection, of, counted, now)
        say_ended(connection, of.id, counted)


def require_balance(connection: Connection, of: Dispatch) -> Counter[DeliveryOutcome]:
    """Count an ended dispatch: frozen = accepted + rejected + excluded + unknown.

    Returns the counts; raises Unbalanced when deliveries are missing or still under way.
    """
    counted = count_outcomes(connection, of.id)
    under_way = counted[DeliveryOutcome.QUEUED] + counted[DeliveryOutcome.SENDING]
    if of.frozen == sum(counted.values()) and not under_way:
        return counted
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counted.items()))
    raise Unbalanced(
        f"Dispatch {of.id} of issue {of.issue_number} does not add up: {of.frozen} readers were "
        f"frozen, and at the end there are {told or 'none'}."
    )


def _any_wave(dispatch_id: int, *states: WaveState) -> ColumnElement[bool]:
    return exists().where(wave.c.dispatch_id == dispatch_id, wave.c.state.in_(states))


def _any_wave_goes_on(dispatch_id: int) -> ColumnElement[bool]:
    """Whether a wave is open or will be: behind a canary that waits for a person none will."""
    mine = wave.c.dispatch_id == dispatch_id
    stuck = exists().where(mine, wave.c.canary, wave.c.state == WaveState.NEEDS_REVIEW)
    waiting = and_(_any_wave(dispatch_id, WaveState.WAITING), ~stuck)
    return or_(_any_wave(dispatch_id, WaveState.OPEN), waiting)


def _any_batch(dispatch_id: int, *states: BatchState) -> ColumnElement[bool]:
    return exists().where(batch.c.dispatch_id == dispatch_id, batch.c.state.in_(states))


def _is_true(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return bool(connection.execute(select(condition)).scalar())
