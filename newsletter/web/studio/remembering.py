"""What was counted a moment ago is not counted again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from newsletter.model.ports import Clock

V = TypeVar("V")
MOST = 64
LONGER = 30.0
"""What took a second to make is good for so many seconds more: a million readers are not counted
again for everybody who looks."""


class Remembered(Generic[V]):
    """Values by key, each for a while; safe to use from several threads.

    Args:
        seconds: how long one is good that took no time.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._seconds = seconds
        self._kept: dict[Hashable, tuple[float, V]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of that key, made when there is none or it is too old."""
        now = self._clock.monotonic()
        with self._lock:
            known = self._kept.get(key)
        if known is not None and now < known[0]:
            return known[1]
        value = make()
        made = self._clock.monotonic()
        with self._lock:
            self._kept[key] = (made + self._seconds + LONGER * (made - now), value)
            while len(self._kept) > MOST:
                self._kept.pop(next(iter(self._kept)))
        return value
