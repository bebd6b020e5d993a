"""Batches sent by threads of this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from time import monotonic
from typing import Any

import structlog

_log = structlog.get_logger(__name__)

# As many as the ambiguous answers that put the brake on: an outage costs what is on the wire
# when it begins, and one process must not lose more than those to the unknown.
THREADS = 3


class InlineEngine:
    """A `newsletter.model.ports.Engine`: a bounded number of threads and a queue.

    A batch that waits already is not queued again, so ringing twice costs nothing. The queue
    is only a memory of the doorbell: lost with the process, rung anew by the next tick.
    """

    def __init__(self, send: Callable[[int], None], *, threads: int = THREADS) -> None:
        """Start the threads.

        Args:
            send: sends one batch by its id; what it raises is logged and costs that batch only.
            threads: how many batches are on the wire at once.
        """
        self._send = send
        self._waiting: deque[int] = deque()
        self._queued: set[int] = set()
        self._busy = 0
        self._closed = False
        self._change = Condition()
        self._threads = [
            Thread(target=self._work, name=f"sender-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Ask for these batches; those already waiting keep their place."""
        with self._change:
            if self._closed:
                return
            for batch in batches:
                if batch not in self._queued:
                    self._queued.add(batch)
                    self._waiting.append(batch)
            self._change.notify_all()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing is queued or on the wire; False when `timeout` seconds were not
        enough.
        """
        with self._change:
            return self._change.wait_for(self._is_idle, timeout)

    def close(self, grace: float) -> None:
        """Forget what waits, finish what is on the wire within `grace` seconds."""
        with self._change:
            self._closed = True
            self._waiting.clear()
            self._queued.clear()
            self._change.notify_all()
        ends = monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, ends - monotonic()))

    def _is_idle(self) -> bool:
        return not self._waiting and not self._busy

    def _work(self) -> None:
        while (batch := self._next()) is not None:
            try:
                self._send(batch)
            except Exception:
                # The ledger's lease finds what this left behind.
                _log.exception("a batch could not be sent", batch=batch)
            finally:
                with self._change:
                    self._busy -= 1
                    self._change.notify_all()

    def _next(self) -> int | None:
        with self._change:
            self._change.wait_for(lambda: self._closed or bool(self._waiting))
            if self._closed:
                return None
            batch = self._waiting.popleft()
            self._queued.discard(batch)
            self._busy += 1
            return batch
