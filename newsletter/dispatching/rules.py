"""The numbers the ledger works by, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Rules:
    """How long, how many, how often.

    Attributes:
        lease: how long a claim holds: longer than `call` and a minute.
        call: how long one call to the provider may take at most.
        late_limit: a dispatch or wave missed by more needs a person.
        chunk: readers frozen in one transaction.
        most: readers a batch at most, below what the transport takes.
        ambiguous: so many ambiguous answers in a row put the brake on.
        probe: readers of the batch that tries whether the provider answers again.
        probes: after so many failed probes the dispatch pauses.
        first_pause: before the first probe or the next call after an unreachable one; it
            doubles each time.
        longest_pause: what doubling ends at.
        unreachable: after so many unreachable calls in a row the dispatch pauses.
        patience: `send again` is refused for so long after an attempt.
        foreign_patience: and for so long while nobody can know whether its owner lives.
        readers_per_hour: ceiling for the whole site; 0 means none.
        warm_up: ceilings for the whole site on its first days of sending; see `warming`.
        site_zone: for readers without a zone of their own.
    """

    lease: timedelta = timedelta(seconds=180)
    call: timedelta = timedelta(seconds=90)
    late_limit: timedelta = timedelta(hours=6)
    chunk: int = 20_000
    most: int = 1_000
    ambiguous: int = 3
    probe: int = 10
    probes: int = 10
    first_pause: timedelta = timedelta(seconds=10)
    longest_pause: timedelta = timedelta(minutes=10)
    unreachable: int = 30
    patience: timedelta = timedelta(hours=1)
    foreign_patience: timedelta = timedelta(hours=24)
    readers_per_hour: int = 0
    warm_up: tuple[int, ...] = ()
    site_zone: str = "UTC"

    def pause_after(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row, counted from 1."""
        doubled = self.first_pause * (1 << min(failures - 1, 20))
        return min(doubled, self.longest_pause)
