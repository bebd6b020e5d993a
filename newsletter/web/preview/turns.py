"""Who goes first when a writer waits for bytes while the last save is still being checked.

Both work in threads of one process, and threads of Python share one core: without turns, each
would take twice as long, and the one that somebody is looking at is the preview.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST_SECONDS = 2.0


class Turns:
    """Lets urgent work pass what can wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0

    @contextmanager
    def first(self) -> Iterator[None]:
        """While this lasts, what gives way waits."""
        with self._changed:
            self._urgent += 1
        try:
            yield
        finally:
            with self._changed:
                self._urgent -= 1
                self._changed.notify_all()

    def give_way(self) -> None:
        """Wait until nothing is urgent; not for ever, for somebody waits here too."""
        with self._changed:
            self._changed.wait_for(lambda: not self._urgent, MOST_SECONDS)
