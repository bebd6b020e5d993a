"""Batches sent, and other work done, by threads of this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from types import MappingProxyType
from typing import Any

from newsletter.engines.lane import Lane
from newsletter.model.ports import Work

# As many as the ambiguous answers that put the brake on: an outage costs what is on the wire
# when it begins, and one process must not lose more than those to the unknown.
THREADS = 3

NO_WORKS: Mapping[Work, Callable[[], None]] = MappingProxyType({})


class InlineEngine:
    """A `newsletter.model.ports.Engine`: some threads for batches, and one for each other work.

    What waits already does not wait twice, so ringing twice costs nothing.
    """

    def __init__(
        self,
        send: Callable[[int], None],
        works: Mapping[Work, Callable[[], None]] = NO_WORKS,
        *,
        threads: int = THREADS,
    ) -> None:
        """Start the threads.

        Args:
            send: sends one batch by its id; what it raises is logged and costs that batch only.
            works: what does each other work; one that is not there is never done.
            threads: how many batches are on the wire at once.
        """
        self._batches = Lane("batch", send, threads)
        self._works = {work: Lane[Work]("work", lambda work: works[work](), 1) for work in works}

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Ask for these batches; those already waiting keep their place."""
        self._batches.put(batches)

    def call(self, work: Work) -> None:
        """Ask for this work; while it is under way, once more after it."""
        if work in self._works:
            self._works[work].put([work])

    def wait_idle(self, timeout: float) -> bool:
        """Wait until nothing waits or is under way; False when `timeout` seconds were not
        enough.
        """
        ends = monotonic() + timeout
        return all(lane.wait_idle(max(0.0, ends - monotonic())) for lane in self._lanes)

    def close(self, grace: float) -> None:
        """Forget what waits, finish what is under way within `grace` seconds."""
        for lane in self._lanes:
            lane.close()
        ends = monotonic() + grace
        for lane in self._lanes:
            lane.join(ends)

    @property
    def _lanes(self) -> tuple[Lane[int] | Lane[Work], ...]:
        return (self._batches, *self._works.values())
