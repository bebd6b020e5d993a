"""How fast readers are done, over the last moments."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

WINDOW = 10.0  # seconds over which the rate is taken


class Pace:
    """Readers a second over the last moments."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def note(self, at: float, done: int) -> None:
        """Take note of how many are done.

        Args:
            at: seconds on a clock that never goes back.
        """
        self._seen.append((at, done))
        while len(self._seen) > 2 and self._seen[1][0] <= at - WINDOW:
            self._seen.popleft()

    @property
    def rate(self) -> float:
        """Readers a second; 0 while nothing is known."""
        if not self._seen:
            return 0.0
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        return max(0.0, (after - before) / (last - first)) if last > first else 0.0

    def left(self, readers: int) -> timedelta | None:
        """How long so many readers will take; None while nobody can say."""
        return timedelta(seconds=round(readers / self.rate)) if self.rate else None
