"""Figures for those who watch machines: small, and cheap however large the list is.

Nothing here counts deliveries one by one except inside batches that are uncertain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, and_, exists, func, select

from newsletter.model.consent import MailState
from newsletter.model.ledger import BatchState, DeliveryOutcome, DispatchState, WaveState
from newsletter.model.transport import Answer
from newsletter.store.tables import (
    attempt,
    batch,
    delivery,
    dispatch,
    event_post,
    system_mail,
    throttle,
    tick,
    wave,
)

_LIVE = (DispatchState.SCHEDULED, DispatchState.PREPARING, DispatchState.SENDING)
_WAITING_SINCE = (
    select(func.min(wave.c.opened_at))
    .join(dispatch, dispatch.c.id == wave.c.dispatch_id)
    .where(dispatch.c.state == DispatchState.SENDING, wave.c.state == WaveState.OPEN)
    .where(exists().where(batch.c.wave_id == wave.c.id, batch.c.state == BatchState.READY))
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Where the site stands as a machine.

    Attributes:
        dispatches, batches, mails: how many in each state; states of nobody are left out.
        unknown: deliveries of whom nobody knows.
        calls: answers of the provider so far, and the readers they were about, by answer.
        last_tick: aware, or None when no scheduler ever looked.
        due_since: when the oldest dispatch that should move by now was due, or None.
        waiting_since: when the oldest wave opened that has batches nobody took yet, or None.
        unread_posts: posts of the provider that are not applied yet.
        unread_since: when the oldest of them came, or None.
        mail_since: since when the oldest of the program's own mails could have gone, or None.
        held_until: nobody asks the provider before this moment (429), or None.
    """

    dispatches: dict[DispatchState, int]
    batches: dict[BatchState, int]
    mails: dict[MailState, int]
    unknown: int
    calls: dict[Answer, tuple[int, int]]
    last_tick: datetime | None
    due_since: datetime | None
    waiting_since: datetime | None
    unread_posts: int
    unread_since: datetime | None
    mail_since: datetime | None
    held_until: datetime | None


def read_figures(connection: Connection, now: datetime) -> Figures:
    """Look once, in the transaction given.

    Args:
        now: aware, in database time.
    """
    posts = connection.execute(
        select(func.count().label("unread"), func.min(event_post.c.received_at).label("since"))
    ).one()
    return Figures(
        dispatches=_by_state(connection, dispatch.c.state),
        batches=_by_state(connection, batch.c.state),
        mails=_by_state(connection, system_mail.c.state),
        unknown=_unknown(connection),
        calls=_calls(connection),
        last_tick=connection.execute(select(tick.c.at)).scalar(),
        due_since=connection.execute(
            select(func.min(dispatch.c.due_at)).where(
                dispatch.c.state.in_(_LIVE), dispatch.c.due_at <= now
            )
        ).scalar(),
        waiting_since=connection.execute(_WAITING_SINCE).scalar(),
        unread_posts=posts.unread,
        unread_since=posts.since,
        mail_since=connection.execute(
            select(func.min(system_mail.c.not_before)).where(
                system_mail.c.state == MailState.QUEUED, system_mail.c.not_before <= now
            )
        ).scalar(),
        held_until=connection.execute(select(throttle.c.not_before)).scalar(),
    )


def _by_state(connection: Connection, state: Column[Any]) -> dict[Any, int]:
    rows = connection.execute(select(state, func.count()).group_by(state))
    return {row[0]: int(row[1]) for row in rows}


def _unknown(connection: Connection) -> int:
    """Readers of uncertain batches who are uncertain still."""
    mine = and_(
        delivery.c.id.between(batch.c.first_delivery, batch.c.last_delivery),
        delivery.c.attempt_id == batch.c.attempt_id,
        delivery.c.outcome == DeliveryOutcome.UNKNOWN,
    )
    counted = (
        select(func.count())
        .select_from(batch.join(delivery, mine))
        .where(batch.c.state == BatchState.UNKNOWN)
    )
    return int(connection.execute(counted).scalar_one())


def _calls(connection: Connection) -> dict[Answer, tuple[int, int]]:
    rows = connection.execute(
        select(attempt.c.answer, func.count(), func.sum(attempt.c.readers))
        .where(attempt.c.answer.is_not(None))
        .group_by(attempt.c.answer)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}
