"""What a simulated client changed, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change.

    Attributes:
        what: in words: `border-radius taken out`.
        source: who says so: a slug of caniemail.com, or a page.
        count: how often.
    """

    what: str
    source: str
    count: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """A mail as a client roughly shows it, and all that was changed, the most frequent first."""

    html: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Collects changes while they are made."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, what: str, source: str, count: int = 1) -> None:
        """Count a change; none when `count` is 0."""
        if count:
            self.counts[what, source] += count

    def changes(self) -> tuple[Change, ...]:
        """All of them."""
        rows = sorted(self.counts.items(), key=lambda row: (-row[1], row[0]))
        return tuple(Change(what, source, count) for (what, source), count in rows)
