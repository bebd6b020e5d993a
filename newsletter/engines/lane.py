"""A few threads and what waits for them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from threading import Condition, Thread
from time import monotonic
from typing import Generic, TypeVar

import structlog

T = TypeVar("T", bound=Hashable)

_log = structlog.get_logger(__name__)


class Lane(Generic[T]):
    """A bounded number of threads and a queue, in which nothing stands twice.

    What is under way may be put again, and is then done once more. The queue is only a memory of
    the doorbell: lost with the process, rung anew by the next tick.
    """

    def __init__(self, name: str, do: Callable[[T], None], threads: int) -> None:
        """Start the threads.

        Args:
            name: of one that waits here, for the log; what `do` raises ends there too.
            threads: how many are done at once.
        """
        self._name = name
        self._do = do
        self._waiting: deque[T] = deque()
        self._queued: set[T] = set()
        self._busy = 0
        self._closed = False
        self._change = Condition()
        self._threads = [
            Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def put(self, items: Iterable[T]) -> None:
        """Ask for these; those already waiting keep their place."""
        with self._change:
            if self._closed:
                return
            for item in items:
                if item not in self._queued:
                    self._queued.add(item)
                    self._waiting.append(item)
            self._change.notify_all()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing waits or is under way; False when `timeout` seconds were not
        enough.
        """
        with self._change:
            return self._change.wait_for(self._is_idle, timeout)

    def close(self) -> None:
        """Forget what waits, take no more."""
        with self._change:
            self._closed = True
            self._waiting.clear()
            self._queued.clear()
            self._change.notify_all()

    def join(self, until: float) -> None:
        """After `close`: wait for what is under way, until a moment of `time.monotonic`."""
        for thread in self._threads:
            thread.join(max(0.0, until - monotonic()))

    def _is_idle(self) -> bool:
        return not self._waiting and not self._busy

    def _work(self) -> None:
        while (item := self._next()) is not None:
            try:
                self._do(item)
            except Exception:
                # What the database says of it is found by the next look.
                _log.exception(f"a {self._name} failed", **{self._name: item})
            finally:
                with self._change:
                    self._busy -= 1
                    self._change.notify_all()

    def _next(self) -> T | None:
        with self._change:
            self._change.wait_for(lambda: self._closed or bool(self._waiting))
            if self._closed:
                return None
            item = self._waiting.popleft()
            self._queued.discard(item)
            self._busy += 1
            return item
