"""Notices about dispatches, written in the transaction of what they are about.

So each stands there exactly once: whoever wins the step writes the notice. Telling people is
another matter (`newsletter.feedback.telling`), and may fail without hurting anything here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from newsletter.model.ledger import DeliveryOutcome, Dispatch, DispatchState
from newsletter.model.notice import Notice, NoticeKind
from newsletter.store.decisions import last_decision
from newsletter.store.dispatches import dispatches_in, load_dispatch
from newsletter.store.notices import count_notices, write_notice
from newsletter.store.tables import approval

SILENCE = timedelta(minutes=2)
"""After so long without a tick, what is due is overdue."""

_WAITING_FOR_A_TICK = (DispatchState.SCHEDULED, DispatchState.PREPARING, DispatchState.SENDING)
_BALANCE = (
    DeliveryOutcome.ACCEPTED,
    DeliveryOutcome.REJECTED,
    DeliveryOutcome.EXCLUDED,
    DeliveryOutcome.UNKNOWN,
)
_STOPPED = (NoticeKind.PAUSED, NoticeKind.KEY_REFUSED)


def announce_start(connection: Connection, dispatch_id: int, now: datetime) -> None:
    """The audience is frozen, and mails begin to leave."""
    of = load_dispatch(connection, dispatch_id)
    title = f"Issue {of.issue_number} is on its way"
    words = f"{_subject(connection, of)} goes to {of.frozen:,} readers."
    _write(connection, NoticeKind.STARTED, of, now, f"started-{of.id}", title, words)


def announce_end(
    connection: Connection, of: Dispatch, counted: Mapping[DeliveryOutcome, int], now: datetime
) -> None:
    """Every delivery has its end; again after a person sent some anew."""
    nth = count_notices(connection, of.id, NoticeKind.FINISHED) + 1
    balance = ", ".join(f"{word.value} {counted[word]:,}" for word in _BALANCE)
    words = f"{_subject(connection, of)}: {of.frozen:,} readers, of whom {balance}."
    if counted[DeliveryOutcome.UNKNOWN]:
        words += " Of the unknown, nobody knows yet whether the provider took their mails."
    title = f"Issue {of.issue_number} is out"
    _write(connection, NoticeKind.FINISHED, of, now, f"finished-{of.id}-{nth}", title, words)


def announce_cancelling(connection: Connection, of: Dispatch, by: str, now: datetime) -> None:
    """A person ended it before all had it; one that had not begun is no news."""
    if not of.frozen:
        return
    title = f"Issue {of.issue_number} was cancelled"
    words = f"{by} ended dispatch {of.id}. Whoever was not mailed yet is not mailed."
    _write(connection, NoticeKind.FINISHED, of, now, f"cancelled-{of.id}", title, words)


def announce_pause(
    connection: Connection,
    dispatch_id: int,
    reason: str,
    now: datetime,
    kind: NoticeKind = NoticeKind.PAUSED,
) -> None:
    """It stopped, and why."""
    of = load_dispatch(connection, dispatch_id)
    nth = count_notices(connection, of.id, *_STOPPED) + 1
    refused = ": the provider refuses the key" if kind is NoticeKind.KEY_REFUSED else ""
    title = f"Issue {of.issue_number} is paused{refused}"
    words = f"{reason} To go on: newsletter resume {of.issue_number}"
    _write(connection, kind, of, now, f"paused-{of.id}-{nth}", title, words)


def announce_review(connection: Connection, dispatch_id: int, reason: str, now: datetime) -> None:
    """It waits for a person, who gives it a new time or cancels it."""
    of = load_dispatch(connection, dispatch_id)
    nth = count_notices(connection, of.id, NoticeKind.NEEDS_REVIEW) + 1
    title = f"Issue {of.issue_number} needs a person"
    words = (
        f"{reason} To go on: newsletter schedule {of.issue_number} "
        f'--at "YYYY-MM-DD HH:MM", or cancel {of.issue_number}'
    )
    _write(connection, NoticeKind.NEEDS_REVIEW, of, now, f"review-{of.id}-{nth}", title, words)


def announce_silence(connection: Connection, last_tick: datetime | None, now: datetime) -> bool:
    """Something was due, and no scheduler looked for two minutes; tells whether that was so.

    Whoever notices first says so: a process that only serves, or the next tick. Both name the
    same last tick, so it is one notice.
    """
    if last_tick is not None and now - last_tick <= SILENCE:
        return False
    for of in dispatches_in(connection, *_WAITING_FOR_A_TICK):
        since = max(_due_since(connection, of), last_tick or of.due_at)
        if now - since > SILENCE:
            _write_silence(connection, of, since, last_tick, now)
            return True
    return False


def _write_silence(
    connection: Connection, of: Dispatch, since: datetime, last_tick: datetime | None, now: datetime
) -> None:
    looked = f"{last_tick:%Y-%m-%d %H:%M:%S} UTC" if last_tick else "never"
    title = f"No scheduler looked at issue {of.issue_number}"
    words = (
        f"It is {of.state.value.replace('_', ' ')} since {since:%Y-%m-%d %H:%M} UTC; a scheduler "
        f"looked last: {looked}. Without one nothing goes out: start `newsletter serve` or "
        "`python scheduler.py`."
    )
    cause = f"no-tick-{last_tick.isoformat() if last_tick else of.id}"
    _write(connection, NoticeKind.NO_TICK, of, now, cause, title, words)


def _due_since(connection: Connection, of: Dispatch) -> datetime:
    """Since when it waits for a scheduler; while a person had stopped it, it did not."""
    decided = (last_decision(connection, of.id, what) for what in ("resume", "reschedule"))
    return max(of.due_at, of.created_at, *(each for each in decided if each is not None))


def _subject(connection: Connection, of: Dispatch) -> str:
    statement = select(approval.c.subject).where(approval.c.id == of.approval_id)
    return f"\u201c{connection.execute(statement).scalar_one()}\u201d"


def _write(
    connection: Connection,
    kind: NoticeKind,
    of: Dispatch,
    now: datetime,
    cause: str,
    title: str,
    words: str,
) -> None:
    write_notice(connection, Notice(cause, kind, now, title, words, of.issue_number, of.id))
