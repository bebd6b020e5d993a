"""Whether anybody looks at what is due."""

from __future__ import annotations

from datetime import datetime

from newsletter.dispatching import announcing
from newsletter.model.ledger import Dispatch, DispatchState

SILENCE = announcing.SILENCE

_WAITING_FOR_A_TICK = (DispatchState.SCHEDULED, DispatchState.PREPARING, DispatchState.SENDING)


def is_watched(last_tick: datetime | None, now: datetime) -> bool:
    """Whether a scheduler looked lately.

    Args:
        last_tick: aware, or None when none ever did.
        now: aware.
    """
    return last_tick is not None and now - last_tick <= SILENCE


def is_overdue(of: Dispatch, last_tick: datetime | None, now: datetime) -> bool:
    """Whether a dispatch is due, or under way, while nobody looks."""
    is_due = of.state in _WAITING_FOR_A_TICK and of.due_at <= now
    return is_due and not is_watched(last_tick, now)
