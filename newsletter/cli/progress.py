"""How a sending goes: counts, rate, and when it will be done."""

from __future__ import annotations

import sys
from collections import deque
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from newsletter.cli.telling import counts
from newsletter.dispatching.status import DispatchStatus
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.ports import Clock

WINDOW = 10.0  # seconds over which the rate is taken
LINES_EVERY = 10.0  # seconds between two lines where nobody watches a terminal
_LEFT = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)


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


class Progress:
    """Shows a dispatch while it goes: one live line on a terminal, else a line now and then."""

    def __init__(self, console: Console, clock: Clock) -> None:
        self._console, self._clock = console, clock
        self._pace = Pace()
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._is_live = console.is_terminal and sys.stderr.isatty()
        self._told_at = clock.monotonic()

    def show(self, status: DispatchStatus) -> None:
        """Show where it stands now."""
        now = self._clock.monotonic()
        left = sum(status.outcomes[word] for word in _LEFT)
        self._pace.note(now, status.dispatch.frozen - left)
        if self._is_live:
            self._live.update(self._line(status, left), refresh=True)
        elif now - self._told_at >= LINES_EVERY:
            self._told_at = now
            self._console.print(self._line(status, left))

    def _line(self, status: DispatchStatus, left: int) -> Text:
        line = Text(f"{status.dispatch.state.value}: ") + counts(status)
        if self._pace.rate:
            line += Text(f" · {self._pace.rate:,.0f} a second")
        if left and (span := self._pace.left(left)) is not None:
            done_at = (self._clock.now() + span).astimezone()
            line += Text(f" · done at {done_at:%H:%M:%S}")
        return line

    def __enter__(self) -> Self:
        if self._is_live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_live:
            self._live.stop()
