"""Who goes first when a writer waits for bytes while the last save is still being checked.

Both work in threads of one process, and threads of Python share one core: without turns, each
would take twice as long, and the one that somebody is looking at is the preview.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

MOST_SECONDS = 2.0
AFTERWARDS_SECONDS = 0.2
"""So long after the last urgent thing: a saved form is followed by its frame, and that is drawn."""
SLICE_SECONDS = 0.001


@contextmanager
def short_slices() -> Iterator[None]:
    """While this lasts, a thread computes for a millisecond at most when another one wants to.

    A request looks at hundreds of files, and each look is a new wait for the interpreter: with
    Python's usual five milliseconds a save takes three times as long beside a check.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(min(usual, SLICE_SECONDS))
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


class Turns:
    """Lets urgent work pass what can wait."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent = 0
        self._until = 0.0  # when what was urgent last has had its time
        self._mine = threading.local()

    @contextmanager
    def first(self) -> Iterator[None]:
        """While this lasts and shortly afterwards, what gives way waits."""
        self._count(+1)
        try:
            yield
        finally:
            self._until = time.monotonic() + AFTERWARDS_SECONDS
            self._count(-1)

    @contextmanager
    def behind(self) -> Iterator[None]:
        """While this lasts, this thread is not urgent, whatever it was before."""
        mine = self._of_this_thread()
        self._count(-mine)
        try:
            yield
        finally:
            self._count(mine)

    def give_way(self) -> None:
        """Wait until nothing is urgent; not for ever, for somebody waits here too."""
        end = time.monotonic() + MOST_SECONDS
        with self._changed:
            while (left := self._waits_until(end) - time.monotonic()) > 0:
                self._changed.wait(left)

    def _waits_until(self, end: float) -> float:
        return end if self._urgent else min(end, self._until)

    def _of_this_thread(self) -> int:
        return getattr(self._mine, "urgent", 0)

    def _count(self, by: int) -> None:
        self._mine.urgent = self._of_this_thread() + by
        with self._changed:
            self._urgent += by
            self._changed.notify_all()
