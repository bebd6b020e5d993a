"""The tick: what a scheduler calls every few seconds.

Every change is a compare-and-set, so any number of schedulers may tick, late or twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, or_, select

from newsletter.dispatching.announcing import announce_silence
from newsletter.dispatching.cancelling import cancel_rest
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.ending import end_what_is_done
from newsletter.dispatching.preparing import prepare
from newsletter.dispatching.ringing import ring_waiting
from newsletter.dispatching.saying import say_moved, say_opened
from newsletter.dispatching.stopping import put_into_review
from newsletter.dispatching.sweeping import sweep
from newsletter.errors import Unbalanced
from newsletter.model.ledger import DispatchState, WaveState
from newsletter.model.ports import Engine
from newsletter.store.dispatches import dispatches_in
from newsletter.store.tables import dispatch, tick, wave
from newsletter.store.writing import changed, dispatch_step, insert_into, wave_step


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did.

    Attributes:
        started: dispatches that became due and were won.
        swept: batches taken back from dead or silent senders.
        rung: batches the engine was asked to send.
        problems: what went wrong, in words; the dispatches concerned need a person.
    """

    started: int = 0
    swept: int = 0
    rung: int = 0
    problems: tuple[str, ...] = field(default=())


def run_tick(desk: Desk, engine: Engine) -> Ticked:
    """Look once at everything that may be due, lost, done or unheard."""
    before = _note_tick(desk)
    desk.watch()
    cancel_rest(desk.store)  # a successor's readers are those whom the cancelled one lets go
    started = _start_due(desk)
    problems = list(_prepare_all(desk, partial(ring_waiting, desk, engine)))
    _hold_back_late_waves(desk, before)
    _open_waves(desk)
    swept = sweep(desk)
    cancel_rest(desk.store)
    problems += end_what_is_done(desk)
    return Ticked(started, swept, ring_waiting(desk, engine), tuple(problems))


def last_tick(connection: Connection) -> datetime | None:
    """When a scheduler last looked, or None."""
    moment: datetime | None = connection.execute(select(tick.c.at)).scalar()
    return moment


def _note_tick(desk: Desk) -> datetime | None:
    """Write down that we looked; returns when somebody looked before."""
    with desk.store.write(durable=False) as connection:
        before, now = last_tick(connection), desk.store.now(connection)
        announce_silence(connection, before, now)
        values = {"at": now, "owner": desk.roster.name}
        connection.execute(
            insert_into(connection, tick)
            .values(id=1, **values)
            .on_conflict_do_update(index_elements=[tick.c.id], set_=values)
        )
    return before


def _start_due(desk: Desk) -> int:
    """Win what is due; hand what is too late to a person."""
    with desk.store.read() as connection:
        now = desk.store.now(connection)
        due = connection.execute(
            select(dispatch.c.id, dispatch.c.due_at)
            .where(dispatch.c.state == DispatchState.SCHEDULED, dispatch.c.due_at <= now)
            .order_by(dispatch.c.due_at)
        ).all()
    return sum(_start(desk, each.id, each.due_at) for each in due)


def _start(desk: Desk, dispatch_id: int, due_at: datetime) -> bool:
    with desk.store.write() as connection:
        now = desk.store.now(connection)
        if now - due_at > desk.rules.late_limit:
            put_into_review(
                connection,
                dispatch_id,
                f"It was due at {due_at:%Y-%m-%d %H:%M} UTC, "
                f"and nothing looked until {now:%Y-%m-%d %H:%M}.",
                now,
            )
            return False
        won = dispatch_step(DispatchState.PREPARING, DispatchState.SCHEDULED).where(
            dispatch.c.id == dispatch_id, dispatch.c.due_at == due_at
        )
        is_won = changed(connection.execute(won))
        if is_won:
            say_moved(connection, dispatch_id, DispatchState.PREPARING.value)
        return is_won


def _prepare_all(desk: Desk, meanwhile: Callable[[], object]) -> list[str]:
    """Prepare what was just started, and go on where another died."""
    problems = []
    with desk.store.read() as connection:
        preparing = dispatches_in(connection, DispatchState.PREPARING)
    for of in preparing:
        try:
            prepare(desk, of.id, meanwhile)
        except Unbalanced as problem:
            with desk.store.write() as connection:
                put_into_review(connection, of.id, str(problem), desk.store.now(connection))
            problems.append(str(problem))
    return problems


def _hold_back_late_waves(desk: Desk, before: datetime | None) -> None:
    """Waves that were missed, or cut short while nothing ran for longer than the late limit."""
    with desk.store.write(durable=False) as connection:
        now = desk.store.now(connection)
        limit = now - desk.rules.late_limit
        waiting = wave.c.state == WaveState.WAITING
        missed = and_(waiting, wave.c.late_from < limit, not_(_is_watched()))
        if before is not None and before < limit:
            cut_short = and_(wave.c.state == WaveState.OPEN, wave.c.opened_at <= before)
            missed = or_(missed, cut_short)
        connection.execute(
            wave_step(WaveState.NEEDS_REVIEW)
            .where(missed, _is_sending())
            .values(reason=f"nothing looked before {now:%Y-%m-%d %H:%M} UTC")
        )


def _open_waves(desk: Desk) -> None:
    """Open what is due, unless a canary of the same dispatch has not passed."""
    with desk.store.write(durable=False) as connection:
        now = desk.store.now(connection)
        opened = connection.execute(
            wave_step(WaveState.OPEN, WaveState.WAITING)
            .where(wave.c.due_at <= now, not_(_is_watched()), _is_sending())
            .values(opened_at=now)
            .returning(wave.c.dispatch_id, wave.c.id)
        )
        for row in opened:
            say_opened(connection, row.dispatch_id, row.id)


def _is_watched() -> ColumnElement[bool]:
    """Whether the wave waits behind a canary; that is no lateness."""
    canary = wave.alias("canary")
    return exists().where(
        canary.c.dispatch_id == wave.c.dispatch_id,
        canary.c.canary,
        canary.c.id != wave.c.id,
        canary.c.passed_at.is_(None),
        canary.c.state != WaveState.CANCELLED,
    )


def _is_sending() -> ColumnElement[bool]:
    return exists().where(
        dispatch.c.id == wave.c.dispatch_id, dispatch.c.state == DispatchState.SENDING
    )
