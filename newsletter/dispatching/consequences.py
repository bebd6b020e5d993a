"""What an answer means beyond its own batch: brakes, waiting, pausing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, or_, select, update

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.stopping import pause_by_itself
from newsletter.model.notice import NoticeKind
from newsletter.model.transport import Answer, Outcome, Receipt
from newsletter.store.tables import batch, dispatch, throttle

_HALVED = (Answer.REFUSED, Answer.TOO_LARGE)
_LONGEST_LIMIT = timedelta(hours=1)  # a provider's clock that is wrong must not park us for ever
_SHORTEST_LIMIT = timedelta(seconds=1)


def should_split(connection: Connection, seen: Row[Any], receipt: Receipt) -> bool:
    """Whether a refused batch is halved; not when there is one reader, or its twin fared alike."""
    if receipt.answer not in _HALVED or len(receipt.outcomes) == 1:
        return False
    return receipt.answer is Answer.TOO_LARGE or not twin_refused(connection, seen, receipt.reason)


def twin_refused(connection: Connection, seen: Row[Any], reason: str) -> bool:
    """Whether the other half of the same batch was refused with the same words."""
    if seen.parent_id is None:
        return False
    twin = exists().where(
        batch.c.parent_id == seen.parent_id, batch.c.id != seen.id, batch.c.refusal == reason
    )
    return bool(reason and connection.execute(select(twin)).scalar())


def draw(
    desk: Desk, connection: Connection, seen: Row[Any], receipt: Receipt, now: datetime
) -> None:
    """Draw the consequences of an answer that came in time.

    Args:
        seen: the batch with its dispatch's counters, as read in this transaction.
    """
    answer, words = receipt.answer, receipt.reason
    if receipt.is_called_off:
        return
    if answer is Answer.AMBIGUOUS:
        _brake(desk, connection, seen, words, now)
        return
    if answer is Answer.UNREACHABLE or _did_nothing(receipt):
        _wait(desk, connection, seen, words, now)
        return
    _loosen(connection, seen)
    if answer is Answer.RATE_LIMITED:
        _share_limit(desk, connection, receipt, now)
    elif answer is Answer.KEY_REFUSED:
        reason = f"The provider refused the key: {words}"
        pause_by_itself(connection, seen.dispatch_id, reason, now, NoticeKind.KEY_REFUSED)
    elif answer is Answer.CONTENT_REFUSED:
        reason = f"The provider refused the content: {words}"
        pause_by_itself(connection, seen.dispatch_id, reason, now)
    elif answer is Answer.TOO_LARGE and len(receipt.outcomes) == 1:
        pause_by_itself(connection, seen.dispatch_id, f"The mail is too large: {words}", now)
    elif answer is Answer.REFUSED and _is_hopeless(connection, seen, receipt):
        reason = f"The provider refused both halves of a batch: {words}"
        pause_by_itself(connection, seen.dispatch_id, reason, now)


def _did_nothing(receipt: Receipt) -> bool:
    """A connection that ended before the first reader."""
    return receipt.answer is Answer.PARTLY and set(receipt.outcomes) == {Outcome.UNTOUCHED}


def _is_hopeless(connection: Connection, seen: Row[Any], receipt: Receipt) -> bool:
    return len(receipt.outcomes) > 1 and twin_refused(connection, seen, receipt.reason)


def _loosen(connection: Connection, seen: Row[Any]) -> None:
    """A clear answer: the brake is off."""
    if not (seen.ambiguous or seen.probes or seen.unreachable or seen.not_before):
        return
    connection.execute(
        update(dispatch)
        .where(dispatch.c.id == seen.dispatch_id)
        .values(ambiguous=0, probes=0, unreachable=0, not_before=None)
    )


def _brake(desk: Desk, connection: Connection, seen: Row[Any], words: str, now: datetime) -> None:
    """One ambiguous answer more; from the third on wait and probe, and at last give up."""
    rules = desk.rules
    probes = dispatch.c.probes + (1 if seen.probe else 0)
    row = connection.execute(
        update(dispatch)
        .where(dispatch.c.id == seen.dispatch_id)
        .values(ambiguous=dispatch.c.ambiguous + 1, probes=probes)
        .returning(dispatch.c.ambiguous, dispatch.c.probes)
    ).one()
    if row.ambiguous < rules.ambiguous:
        return
    _not_before(connection, seen.dispatch_id, now + rules.pause_after(row.probes + 1))
    if row.probes >= rules.probes:
        pause_by_itself(
            connection,
            seen.dispatch_id,
            f"The provider gave no clear answer, nor to {row.probes} probes after that: {words}",
            now,
        )


def _wait(desk: Desk, connection: Connection, seen: Row[Any], words: str, now: datetime) -> None:
    """Nothing left us: try again, less and less often."""
    failures = connection.execute(
        update(dispatch)
        .where(dispatch.c.id == seen.dispatch_id)
        .values(unreachable=dispatch.c.unreachable + 1)
        .returning(dispatch.c.unreachable)
    ).scalar_one()
    _not_before(connection, seen.dispatch_id, now + desk.rules.pause_after(failures))
    if failures >= desk.rules.unreachable:
        reason = f"The provider can not be reached: {words}"
        pause_by_itself(connection, seen.dispatch_id, reason, now)


def _not_before(connection: Connection, dispatch_id: int, moment: datetime) -> None:
    connection.execute(
        update(dispatch).where(dispatch.c.id == dispatch_id).values(not_before=moment)
    )


def _share_limit(desk: Desk, connection: Connection, receipt: Receipt, now: datetime) -> None:
    """The provider's limit counts for every sender of the site."""
    told = receipt.not_before or now + desk.rules.first_pause
    moment = min(max(told, now + _SHORTEST_LIMIT), now + _LONGEST_LIMIT)
    connection.execute(
        update(throttle)
        .where(or_(throttle.c.not_before.is_(None), throttle.c.not_before < moment))
        .values(not_before=moment, reason=receipt.reason)
    )
