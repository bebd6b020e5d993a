"""From a Receipt to rows: each reader's outcome, the batch's state, the consequences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from newsletter.dispatching.claiming import Claim
from newsletter.dispatching.consequences import draw, should_split
from newsletter.dispatching.cutting import add_batch
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.splitting import split
from newsletter.dispatching.warming import give_back
from newsletter.model.ledger import (
    BatchState,
    DeliveryOutcome,
    DispatchState,
    ExclusionReason,
    WaveState,
)
from newsletter.model.transport import Answer, Outcome, Receipt
from newsletter.store.tables import attempt, batch, delivery, dispatch, wave
from newsletter.store.writing import (
    batch_step,
    changed,
    delivery_step,
    in_range,
    its,
    wave_step,
)

_HANDED_OVER = {
    Outcome.ACCEPTED: DeliveryOutcome.ACCEPTED,
    Outcome.REJECTED: DeliveryOutcome.REJECTED,
    Outcome.UNKNOWN: DeliveryOutcome.UNKNOWN,
    Outcome.UNTOUCHED: DeliveryOutcome.QUEUED,
}
_SEEN = (
    select(
        batch,
        wave.c.state.label("wave_state"),
        dispatch.c.state.label("dispatch_state"),
        dispatch.c.ambiguous,
        dispatch.c.probes,
        dispatch.c.unreachable,
        dispatch.c.not_before,
    )
    .join(wave, wave.c.id == batch.c.wave_id)
    .join(dispatch, dispatch.c.id == batch.c.dispatch_id)
    .with_for_update(of=batch)
    .where(batch.c.id == its(batch.c.id))
)
_ANSWER = update(attempt).where(attempt.c.id == its(attempt.c.id), attempt.c.answered_at.is_(None))
_OF_ATTEMPT = (in_range(), delivery.c.attempt_id == its(delivery.c.attempt_id))
_SETTLED = {
    outcome: delivery_step(outcome, DeliveryOutcome.SENDING).where(*_OF_ATTEMPT)
    for outcome in _HANDED_OVER.values()
}
_CANCELLED = (
    delivery_step(DeliveryOutcome.EXCLUDED, DeliveryOutcome.SENDING)
    .where(*_OF_ATTEMPT)
    .values(reason=ExclusionReason.CANCELLED)
)
_ENDED = {
    state: batch_step(state, BatchState.SENDING).where(batch.c.id == its(batch.c.id))
    for state in (BatchState.READY, BatchState.UNKNOWN, BatchState.ACCEPTED, BatchState.REJECTED)
}
_LET_GO = {"owner": "", "lease_until": None, "probe": False}


def settle(
    desk: Desk,
    connection: Connection,
    claim: Claim,
    attempt_id: int,
    deliveries: Sequence[int],
    receipt: Receipt,
) -> bool:
    """Write one answer down: on its Attempt always, on rows only where they still wait for it.

    Args:
        deliveries: ids, in the order of the receipt's outcomes.

    Returns:
        Whether it came late: the batch was given up meanwhile.
    """
    seen = connection.execute(_SEEN, {"its_id": claim.batch_id}).one()
    is_late = not (seen.state is BatchState.SENDING and seen.attempt_id == attempt_id)
    now = desk.store.now(connection)
    if not _write_answer(connection, attempt_id, receipt, now, is_late=is_late):
        return False  # written already: the commit went through, only its answer was lost
    receipt = _understood(receipt)
    outcomes = _by_outcome(deliveries, receipt.outcomes)
    if is_late:
        _settle_late(connection, seen, attempt_id, outcomes)
        return True
    _settle_readers(connection, seen, attempt_id, outcomes)
    _settle_batch(desk, connection, seen, outcomes, receipt)
    draw(desk, connection, seen, receipt, now)
    give_back(connection, claim.counts_on, len(outcomes.get(DeliveryOutcome.QUEUED, ())))
    return False


def _write_answer(
    connection: Connection, attempt_id: int, receipt: Receipt, now: datetime, *, is_late: bool
) -> bool:
    values = {
        "its_id": attempt_id,
        "answered_at": now,
        "answer": receipt.answer,
        "status": receipt.status,
        "message_id": receipt.message_id,
        "reason": receipt.reason,
        "late": is_late,
    }
    return changed(connection.execute(_ANSWER, values))


def _understood(receipt: Receipt) -> Receipt:
    """A refusal that names nothing can only mean the one reader there is."""
    alone = len(receipt.outcomes) == 1
    if receipt.answer is Answer.REFUSED and alone:
        return replace(receipt, outcomes=(Outcome.REJECTED,))
    if receipt.answer is Answer.READERS_REFUSED and Outcome.REJECTED not in receipt.outcomes:
        return _understood(replace(receipt, answer=Answer.REFUSED))
    return receipt


def _by_outcome(
    deliveries: Sequence[int], outcomes: Sequence[Outcome]
) -> Mapping[DeliveryOutcome, list[int]]:
    """Delivery ids by what became of them, the most frequent last."""
    if len(set(outcomes)) == 1:
        return {_HANDED_OVER[outcomes[0]]: list(deliveries)}
    found: dict[DeliveryOutcome, list[int]] = defaultdict(list)
    for each, outcome in zip(deliveries, outcomes, strict=True):
        found[_HANDED_OVER[outcome]].append(each)
    return dict(sorted(found.items(), key=lambda pair: len(pair[1])))


def _settle_readers(
    connection: Connection,
    seen: Row[Any],
    attempt_id: int,
    outcomes: Mapping[DeliveryOutcome, list[int]],
) -> None:
    """Exceptions by id, then the rest of the range in one statement."""
    is_over = _is_over(seen)
    mine = {
        "first": seen.first_delivery,
        "last": seen.last_delivery,
        "its_attempt_id": attempt_id,
    }
    for at, (outcome, ids) in enumerate(outcomes.items(), start=1):
        is_cancelled = outcome is DeliveryOutcome.QUEUED and is_over
        statement = _CANCELLED if is_cancelled else _SETTLED[outcome]
        if at < len(outcomes):
            statement = statement.where(delivery.c.id.in_(ids))
        connection.execute(statement, mine)


def _settle_batch(
    desk: Desk,
    connection: Connection,
    seen: Row[Any],
    outcomes: Mapping[DeliveryOutcome, list[int]],
    receipt: Receipt,
) -> None:
    waiting = outcomes.get(DeliveryOutcome.QUEUED)
    if waiting and not _is_over(seen) and should_split(connection, seen, receipt):
        split(desk, connection, seen, receipt.reason)
        return
    words = {"refusal": receipt.reason} if receipt.answer is Answer.REFUSED else {}
    connection.execute(_ENDED[_batch_state(outcomes)], {"its_id": seen.id, **_LET_GO, **words})
    if waiting and _is_over(seen):
        cancelled = batch_step(BatchState.CANCELLED, BatchState.READY)
        connection.execute(cancelled.where(batch.c.id == seen.id))


def _batch_state(outcomes: Mapping[DeliveryOutcome, list[int]]) -> BatchState:
    """Readers who wait come before those who are unknown: the batch goes on for them."""
    for outcome, state in (
        (DeliveryOutcome.QUEUED, BatchState.READY),
        (DeliveryOutcome.UNKNOWN, BatchState.UNKNOWN),
        (DeliveryOutcome.ACCEPTED, BatchState.ACCEPTED),
    ):
        if outcome in outcomes:
            return state
    return BatchState.REJECTED


def _is_over(seen: Row[Any]) -> bool:
    """Whether nothing of it may be sent any more."""
    return seen.dispatch_state is DispatchState.CANCELLED or seen.wave_state is WaveState.CANCELLED


def _settle_late(
    connection: Connection,
    seen: Row[Any],
    attempt_id: int,
    outcomes: Mapping[DeliveryOutcome, list[int]],
) -> None:
    """Readers were given up as unknown meanwhile; a clear answer still settles them.

    One that says nothing was taken lets them go again, while the dispatch is under way.
    """
    under_way = seen.dispatch_state in (DispatchState.SENDING, DispatchState.PAUSED)
    for outcome, ids in outcomes.items():
        if outcome is DeliveryOutcome.UNKNOWN:
            continue
        if outcome is DeliveryOutcome.QUEUED and (not under_way or _is_over(seen)):
            continue  # stays unknown, with the evidence on its attempt
        connection.execute(
            delivery_step(outcome, DeliveryOutcome.UNKNOWN).where(
                delivery.c.id.in_(ids), delivery.c.attempt_id == attempt_id
            )
        )
        if outcome is DeliveryOutcome.QUEUED:
            add_batch(connection, seen, seen.first_delivery, seen.last_delivery, seen.id)
            reopen_wave(connection, seen.wave_id)
    close_unknown(connection, seen.id)


def close_unknown(connection: Connection, batch_id: int) -> None:
    """End an unknown batch once none of its readers is unknown any more."""
    row = connection.execute(
        select(batch).where(batch.c.id == batch_id, batch.c.state == BatchState.UNKNOWN)
    ).first()
    if row is None:
        return
    counts = connection.execute(
        select(delivery.c.outcome, func.count())
        .where(delivery.c.id.between(row.first_delivery, row.last_delivery))
        .group_by(delivery.c.outcome)
    )
    counted = {each[0]: each[1] for each in counts}
    if counted.get(DeliveryOutcome.UNKNOWN):
        return
    taken = counted.get(DeliveryOutcome.ACCEPTED)
    target = BatchState.ACCEPTED if taken else BatchState.REJECTED
    connection.execute(batch_step(target, BatchState.UNKNOWN).where(batch.c.id == batch_id))


def reopen_wave(connection: Connection, wave_id: int) -> None:
    """A wave that was done has readers to send again."""
    connection.execute(
        wave_step(WaveState.OPEN, WaveState.DONE).where(wave.c.id == wave_id).values(ended_at=None)
    )
