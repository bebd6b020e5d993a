"""Freeze the audience of a due dispatch into deliveries and batches.

It goes stretch by stretch, a transaction each: the dispatch's cursor moves in the same commit
as the rows. So it may be killed anywhere and goes on where it was, and two schedulers that
prepare the same dispatch only take turns.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, func, insert, literal, select, update
from sqlalchemy.exc import DBAPIError

from newsletter.dispatching.announcing import announce_start
from newsletter.dispatching.canary import carve_canary
from newsletter.dispatching.counting import count_outcomes
from newsletter.dispatching.desk import Desk, nobody_watches
from newsletter.dispatching.saying import say_moved
from newsletter.dispatching.waves import make_waves
from newsletter.errors import Unbalanced
from newsletter.model.ledger import DeliveryOutcome, Dispatch, DispatchState
from newsletter.store.approvals import Approved, load_approval
from newsletter.store.dispatches import load_dispatch
from newsletter.store.freezing import Stretch
from newsletter.store.lanes import NOBODY, close_run, give_places, shares
from newsletter.store.tables import dispatch, lane, rendition, subscriber, wave
from newsletter.store.writing import changed, dispatch_step

_OTHERS_WERE_QUICKER = "40001"  # PostgreSQL: could not serialize access


def prepare(desk: Desk, dispatch_id: int, meanwhile: Callable[[], object] = nobody_watches) -> None:
    """Bring a dispatch from `preparing` to `sending`, from wherever it stands.

    Returns early when it was paused, cancelled or finished by another, or the process is to end.

    Args:
        meanwhile: called between two transactions, for millions of readers take minutes and
            others are not to wait for them.

    Raises:
        Unbalanced: candidates and deliveries do not add up; nothing of it is sent.
    """
    while not desk.stopping():
        desk.crash_point("preparing")
        try:
            if not _go_on(desk, dispatch_id):
                return
        except DBAPIError as problem:
            if getattr(problem.orig, "sqlstate", "") != _OTHERS_WERE_QUICKER:
                raise
        meanwhile()


def _go_on(desk: Desk, dispatch_id: int) -> bool:
    """One transaction's worth; tells whether there is more."""
    with desk.store.write(snapshot=True) as connection:
        of = load_dispatch(connection, dispatch_id)
        if of.state is not DispatchState.PREPARING:
            return False
        cursor, frontier = _progress(connection, dispatch_id)
        if frontier is None:
            return _begin(desk, connection, of)
        if cursor < frontier:
            return _freeze_stretch(desk, connection, of, cursor, frontier)
        _finish(desk, connection, of)
        return False


def _progress(connection: Connection, dispatch_id: int) -> tuple[int, int | None]:
    row = connection.execute(
        select(dispatch.c.cursor, dispatch.c.frontier).where(dispatch.c.id == dispatch_id)
    ).one()
    return row.cursor, row.frontier


def _begin(desk: Desk, connection: Connection, of: Dispatch) -> bool:
    """Say who is looked at and in which waves they go."""
    newest = connection.execute(select(func.coalesce(func.max(subscriber.c.id), 0))).scalar_one()
    connection.execute(
        update(dispatch)
        .where(dispatch.c.id == of.id)
        .values(frontier=newest, batch_size=_batch_size(desk, of))
    )
    make_waves(connection, of, desk.rules.site_zone)
    connection.execute(
        insert(lane).from_select(
            ["dispatch_id", "wave_id", "rendition_id"],
            select(literal(of.id), wave.c.id, rendition.c.id)
            .join(rendition, rendition.c.approval_id == of.approval_id)
            .where(wave.c.dispatch_id == of.id),
        )
    )
    connection.execute(insert(lane).values(dispatch_id=of.id, wave_id=NOBODY, rendition_id=NOBODY))
    return True


def _batch_size(desk: Desk, of: Dispatch) -> int:
    """With an allowance, what it lets go in a minute: a trickle, not a gush an hour."""
    rates = [rate for rate in (of.readers_per_hour, desk.rules.readers_per_hour) if rate]
    return max(1, min([desk.batch_size, *(rate // 60 for rate in rates)]))


def _freeze_stretch(
    desk: Desk, connection: Connection, of: Dispatch, cursor: int, frontier: int
) -> bool:
    high = _high(connection, cursor, frontier, desk.rules.chunk)
    moved = update(dispatch).where(dispatch.c.id == of.id, dispatch.c.cursor == cursor)
    if not changed(connection.execute(moved.values(cursor=high))):
        return True  # another scheduler froze this stretch
    approved = load_approval(connection, of.approval_id)
    stretch = _stretch(desk, connection, of, approved, cursor, high)
    expected = stretch.count(connection)
    runs = stretch.look_up(connection)
    size = _size(connection, of.id)
    low_id, high_id = give_places(connection, of.id, runs, size)
    written = stretch.freeze(connection, shares(connection, of.id, runs))
    _require_balance(of, expected, sum(run.readers for run in runs), written)
    close_run(connection, of.id, runs, size)
    _widen(connection, of.id, low_id, high_id, written)
    return True


def _high(connection: Connection, cursor: int, frontier: int, chunk: int) -> int:
    """The subscriber id this stretch ends with."""
    ids = (
        select(subscriber.c.id)
        .where(subscriber.c.id > cursor, subscriber.c.id <= frontier)
        .order_by(subscriber.c.id)
        .limit(chunk)
        .subquery()
    )
    found = connection.execute(select(func.max(ids.c.id))).scalar()
    return frontier if found is None else int(found)


def _stretch(
    desk: Desk, connection: Connection, of: Dispatch, approved: Approved, low: int, high: int
) -> Stretch:
    now = desk.store.now(connection)
    return Stretch(of, approved.audience, approved.interests, low, high, now)


def _size(connection: Connection, dispatch_id: int) -> int:
    statement = select(dispatch.c.batch_size).where(dispatch.c.id == dispatch_id)
    return int(connection.execute(statement).scalar_one())


def _require_balance(of: Dispatch, candidates: int, placed: int, written: int) -> None:
    if candidates == placed == written:
        return
    raise Unbalanced(
        f"Freezing issue {of.issue_number}: {candidates} readers match its audience, but {placed} "
        f"were given a place and {written} a delivery. Nothing of this stretch was kept."
    )


def _widen(connection: Connection, dispatch_id: int, low: int, high: int, written: int) -> None:
    """Note between which ids the deliveries lie, and how many there are."""
    values = {"frozen": dispatch.c.frozen + written}
    mine = update(dispatch).where(dispatch.c.id == dispatch_id)
    connection.execute(mine.values(**values))
    if high < low:
        return
    connection.execute(
        mine.where(dispatch.c.last_delivery == 0).values(first_delivery=low, last_delivery=high)
    )
    connection.execute(mine.where(dispatch.c.last_delivery < high).values(last_delivery=high))


def _finish(desk: Desk, connection: Connection, of: Dispatch) -> None:
    """All are frozen: count again, cut the canary out, and let it go."""
    if of.started_at is None:  # else it was in review half-way, and a person gave it a new time
        _require_all_frozen(connection, of)
        if of.canary:
            carve_canary(connection, of)
    now = desk.store.now(connection)
    begun = dispatch_step(DispatchState.SENDING, DispatchState.PREPARING)
    started = begun.where(dispatch.c.id == of.id).values(
        started_at=func.coalesce(dispatch.c.started_at, now)
    )
    if changed(connection.execute(started)):
        announce_start(connection, of.id, now)  # once: the cause is the same the second time
        say_moved(connection, of.id, DispatchState.SENDING.value, readers=of.frozen)


def _require_all_frozen(connection: Connection, of: Dispatch) -> None:
    counted = count_outcomes(connection, of.id)
    settled = counted[DeliveryOutcome.QUEUED] + counted[DeliveryOutcome.EXCLUDED]
    if settled == sum(counted.values()) == of.frozen:
        return
    raise Unbalanced(
        f"Issue {of.issue_number}: {of.frozen} deliveries were written, but "
        f"{sum(counted.values())} are there, {settled} of them queued or excluded."
    )
