"""Whether anybody looks at what is due."""

from __future__ import annotations

from newsletter.dispatching.ticking import last_tick
from newsletter.scheduling.watch import is_watched
from newsletter.store import Store


def is_looked_after(store: Store) -> bool:
    """Whether a scheduler looked within the last two minutes; nothing goes out without one."""
    with store.read() as connection:
        return is_watched(last_tick(connection), store.now(connection))
