"""The addresses that stand in the mails of the system."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.tokens import Purpose, Signer


@dataclass(frozen=True, slots=True)
class ReaderLinks:
    """Makes them; each holds a mark for one purpose.

    Attributes:
        base: the site's public address, without a slash at the end.
    """

    base: str
    signer: Signer

    def confirm(self, subscriber: int, request: int) -> str:
        """Where a sign-up is confirmed."""
        return self._link("confirm", Purpose.CONFIRM, subscriber, request)

    def fresh(self, subscriber: int, request: int) -> str:
        """The preferences with all rights."""
        return self._link("preferences", Purpose.FRESH, subscriber, request)

    def preferences(self, subscriber: int) -> str:
        """The preferences that anyone with the mail may see."""
        return self._link("preferences", Purpose.PREFERENCES, subscriber, 0)

    def unsubscribe(self, subscriber: int) -> str:
        """One click from it ends the letters (RFC 8058)."""
        return self._link("unsubscribe", Purpose.UNSUBSCRIBE, subscriber, 0)

    def address_change(self, subscriber: int, request: int) -> str:
        """Where a new address is confirmed."""
        return self._link("address", Purpose.ADDRESS_CHANGE, subscriber, request)

    def undo(self, subscriber: int, withdrawal: int) -> str:
        """Where an unsubscribing is taken back."""
        return self._link("undo", Purpose.UNDO, subscriber, withdrawal)

    def _link(self, page: str, purpose: Purpose, subscriber: int, about: int) -> str:
        return f"{self.base}/{page}/{self.signer.mark(purpose, subscriber, about)}"
