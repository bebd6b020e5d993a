"""Claim a batch: one sender wins, holds a lease, and raises the fence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, exists, func, select, update

from newsletter.dispatching.allowance import allowance_lets
from newsletter.dispatching.braking import Go, may_claim
from newsletter.dispatching.cutting import carve, queued_in
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.warming import count_readers, give_back
from newsletter.model.ledger import BatchState, DispatchState, WaveState
from newsletter.store.tables import batch, dispatch, throttle, wave
from newsletter.store.writing import batch_step, changed, its


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is ours for as long as the lease lasts.

    Attributes:
        first, last: the range of its deliveries.
        fence: our number; a higher one in the row means it is no longer ours.
        counts_on: the day of the warm-up on which its readers count; None without one.
    """

    batch_id: int
    dispatch_id: int
    rendition_id: int
    first: int
    last: int
    fence: int
    counts_on: date | None = None


_HELD = (BatchState.CLAIMED, BatchState.SENDING)
_SEEN: Select[Any] = (
    select(
        batch.c.id,
        batch.c.dispatch_id,
        batch.c.rendition_id,
        batch.c.first_delivery,
        batch.c.fence,
        batch.c.state,
        wave.c.state.label("wave_state"),
        dispatch.c.state.label("dispatch_state"),
        dispatch.c.ambiguous,
        dispatch.c.not_before,
        dispatch.c.paced_until,
        dispatch.c.readers_per_hour,
        throttle.c.not_before.label("shared_not_before"),
        throttle.c.paced_until.label("shared_paced_until"),
    )
    .join(wave, wave.c.id == batch.c.wave_id)
    .join(dispatch, dispatch.c.id == batch.c.dispatch_id)
    .join(throttle, throttle.c.id == 1)
    # PostgreSQL: claims of one dispatch take turns, and wait for an answer that brakes it. Else
    # one that saw no brake could still claim after others had counted who is on the wire.
    .with_for_update(of=dispatch, key_share=True)
    .where(batch.c.id == its(batch.c.id))
)


def claim_batch(desk: Desk, batch_id: int) -> Claim | None:
    """Claim a batch, or None: not ready, not open, throttled, braked, or another was quicker."""
    with desk.store.write(durable=False) as connection:
        seen = connection.execute(_SEEN, {"its_id": batch_id}).first()
        if seen is None or not _is_open(seen):
            return None
        now = desk.store.now(connection)
        if not _may_go(desk, connection, seen, now):
            return None
        claim = _take(desk, connection, seen, now)
        return claim and _counted(desk, connection, claim, now)


def release(desk: Desk, claim: Claim) -> None:
    """Let go of a claim from which nothing left us."""
    with desk.store.write(durable=False) as connection:
        ours = {"its_id": claim.batch_id, "its_fence": claim.fence}
        if changed(connection.execute(_LET_GO, ours)) and claim.counts_on:
            readers = queued_in(connection, claim.first, claim.last)
            give_back(connection, claim.counts_on, readers)


def still_open(statement: Update) -> Update:
    """Only while the batch's dispatch is sending and its wave open."""
    return statement.where(
        exists().where(
            dispatch.c.id == batch.c.dispatch_id, dispatch.c.state == DispatchState.SENDING
        ),
        exists().where(wave.c.id == batch.c.wave_id, wave.c.state == WaveState.OPEN),
    )


_MINE = (batch.c.id == its(batch.c.id), batch.c.fence == its(batch.c.fence))
_TAKE = (
    still_open(batch_step(BatchState.CLAIMED, BatchState.READY))
    .where(*_MINE)
    .returning(batch.c.last_delivery)
)
_LET_GO = batch_step(BatchState.READY, BatchState.CLAIMED).where(*_MINE)


def _is_open(seen: Row[Any]) -> bool:
    return (
        seen.state is BatchState.READY
        and seen.wave_state is WaveState.OPEN
        and seen.dispatch_state is DispatchState.SENDING
    )


def _may_go(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> bool:
    """Look at the provider's limit, the brake and the allowances, in this order."""
    if seen.shared_not_before is not None and now < seen.shared_not_before:
        return False
    is_watched = seen.ambiguous or seen.not_before is not None
    if is_watched and not _brake_lets(desk, connection, seen, now):
        return False
    return allowance_lets(desk, connection, seen, now)


def _brake_lets(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> bool:
    """Counts those in flight; the lock on the dispatch keeps others from claiming meanwhile."""
    in_flight = connection.execute(
        select(func.count())
        .select_from(batch)
        .where(batch.c.dispatch_id == seen.dispatch_id, batch.c.state.in_(_HELD))
    ).scalar_one()
    go = may_claim(desk.rules, seen.ambiguous, in_flight, seen.not_before, now)
    if go is Go.PROBE:
        carve(connection, seen.id, desk.rules.probe)
        connection.execute(update(batch).where(batch.c.id == seen.id).values(probe=True))
    return go is not Go.WAIT


def _take(desk: Desk, connection: Connection, seen: Row[Any], now: datetime) -> Claim | None:
    fence = seen.fence + 1
    won = connection.execute(
        _TAKE,
        {
            "its_id": seen.id,
            "its_fence": seen.fence,
            "fence": fence,
            "owner": desk.roster.name,
            "lease_until": now + desk.rules.lease,
        },
    ).first()
    if won is None:
        return None
    return Claim(seen.id, seen.dispatch_id, seen.rendition_id, seen.first_delivery, won[0], fence)


def _counted(desk: Desk, connection: Connection, claim: Claim, now: datetime) -> Claim:
    """The claim, with its readers counted for the warm-up if there is one."""
    if not desk.rules.warm_up:
        return claim
    readers = queued_in(connection, claim.first, claim.last)
    day = count_readers(connection, desk.rules, readers, now.date())
    return replace(claim, counts_on=day)
