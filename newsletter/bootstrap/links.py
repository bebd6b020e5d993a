"""Personal addresses, signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.tokens import Purpose, Signer

_PAGES = {
    "link.unsubscribe": ("unsubscribe", Purpose.UNSUBSCRIBE),
    "link.preferences": ("preferences", Purpose.PREFERENCES),
    "link.view": ("view", Purpose.VIEW),
}


@dataclass(frozen=True, slots=True)
class Links:
    """The personal addresses that stand in readers' mails."""

    base: str
    signer: Signer

    def unsubscribe(self, subscriber: int, delivery: int = 0) -> str:
        """One click from it ends the letters (RFC 8058)."""
        return self.of("link.unsubscribe", [subscriber], [delivery])[0]

    def preferences(self, subscriber: int, delivery: int = 0) -> str:
        """Where a reader changes interests."""
        return self.of("link.preferences", [subscriber], [delivery])[0]

    def view(self, subscriber: int, delivery: int = 0) -> str:
        """The same letter in a browser."""
        return self.of("link.view", [subscriber], [delivery])[0]

    def of(
        self, source: str, subscribers: Sequence[int], deliveries: Sequence[int]
    ) -> Sequence[str]:
        """One for each reader; see `newsletter.dispatching.desk.Addresses`."""
        page, purpose = _PAGES[source]
        begin = f"{self.base}/{page}/"
        return [begin + mark for mark in self.signer.marks(purpose, subscribers, deliveries)]
