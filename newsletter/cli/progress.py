"""How a sending goes: counts, rate, and when it will be done."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from newsletter.cli.telling import counts
from newsletter.dispatching.status import DispatchStatus
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.ports import Clock
from newsletter.scheduling.pace import Pace

LINES_EVERY = 10.0  # seconds between two lines where nobody watches a terminal
_LEFT = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)


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
