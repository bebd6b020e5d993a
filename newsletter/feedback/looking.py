"""Look for one reader's mail in the provider's log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from newsletter.dispatching.marks import read_mark
from newsletter.feedback.pacing import Pace
from newsletter.model.event import LogEntry, ProviderLog

T = TypeVar("T")

# The provider's clock is not ours, and a call may take a while until it is accepted.
_BEFORE, _AFTER = timedelta(minutes=10), timedelta(hours=1)
MOST_READ = 4
"""Mails to one address that are looked into; those nearest in time to the call come first."""


class NotNow(Exception):
    """The pace does not let us ask now.

    Attributes:
        until: when it does.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"not before {until}")


@dataclass(frozen=True, slots=True)
class Searcher:
    """Asks the log, at the pace it allows.

    Attributes:
        sites: ids this site has or had; marks of others are not ours.
    """

    log: ProviderLog
    pace: Pace
    sites: frozenset[str]

    def mails_to(
        self, email: str, around: datetime, until: datetime | None = None
    ) -> Iterator[LogEntry]:
        """Mails to an address around a moment, with their custom args.

        Args:
            until: the call was made between `around` and then; None means at `around`.

        Raises:
            NotNow: the pace says wait.
            ProviderSilent: no answer.
        """
        since, last = around - _BEFORE, (until or around) + _AFTER
        found = self._paced(lambda: self.log.find(email, since, last))
        nearest = sorted(found, key=lambda entry: abs(entry.at - around))
        for entry in nearest[:MOST_READ]:
            if (whole := self._read(entry)) is not None:
                yield whole

    def number(self, mark: str, letter: str = "") -> int:
        """The number in one of our marks; 0 when it is not ours."""
        site_id, _, rest = mark.partition("-")
        plain = f"{site_id}-{rest.removeprefix(letter)}" if rest.startswith(letter) else ""
        found = read_mark(plain)
        return found[1] if found and found[0] in self.sites else 0

    def _read(self, entry: LogEntry) -> LogEntry | None:
        return self._paced(lambda: self.log.read(entry.message_id))

    def _paced(self, ask: Callable[[], T]) -> T:
        if (until := self.pace.take()) is not None:
            raise NotNow(until)
        return ask()
