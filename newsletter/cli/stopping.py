"""Ctrl-C and SIGTERM, asked for politely: nothing is torn out of a transaction."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

_LOOK_EVERY = 0.1


class Stopping:
    """While it is entered, SIGINT and SIGTERM only set a mark; a second SIGINT interrupts.

    The handler sets an attribute and nothing else: it may run while the main thread holds any
    lock, so it must not take one.

    Attributes:
        asked: the signal that came, or 0.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        """Whether it is time to go."""
        return bool(self.asked)

    def wait(self, alive: Callable[[], bool] = lambda: True) -> None:
        """Return when a signal came, or `alive` says no."""
        while not self.asked and alive():
            time.sleep(_LOOK_EVERY)

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.asked = number
