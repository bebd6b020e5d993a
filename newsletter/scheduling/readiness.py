"""Whether this site can do its work now, for those who watch machines."""

from __future__ import annotations

from datetime import datetime

from newsletter.scheduling.watch import SILENCE, is_watched
from newsletter.store.figures import Figures


def troubles(figures: Figures, now: datetime) -> tuple[str, ...]:
    """What keeps due work from being done; empty when nothing does.

    Args:
        now: aware, in database time.
    """
    found = []
    if figures.due_since is not None and not is_watched(figures.last_tick, now):
        found.append("work is due and no scheduler has looked for two minutes")
    if figures.unread_since is not None and now - figures.unread_since > SILENCE:
        found.append("posts of the provider have waited for two minutes")
    return tuple(found)
