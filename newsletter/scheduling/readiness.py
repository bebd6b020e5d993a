"""Whether this site can do its work now, for those who watch machines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from newsletter.scheduling.watch import SILENCE, is_watched
from newsletter.store.figures import Figures


def troubles(
    figures: Figures, now: datetime, workers: Callable[[], int | None] = lambda: None
) -> tuple[str, ...]:
    """What keeps due work from being done; empty when nothing does.

    Args:
        now: aware, in database time.
        workers: asked how many live when something is late; None where a site has none.
    """
    found = []
    if figures.due_since is not None and not is_watched(figures.last_tick, now):
        found.append("work is due and no scheduler has looked for two minutes")
    is_held = figures.held_until is not None and now < figures.held_until
    if _is_late(figures.mail_since, now) and not is_held:
        found.append("mails of the program itself have waited for two minutes")
    if _is_late(figures.unread_since, now):
        found.append("posts of the provider have waited for two minutes")
    if (found or _is_late(figures.waiting_since, now)) and workers() == 0:
        found.append("no worker lives; start one: newsletter worker")
    return tuple(found)


def _is_late(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since > SILENCE
