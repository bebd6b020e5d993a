"""The verdict on a canary: its readers got the issue first, and now we wait for word of them.

A canary that is done waits for its whole time, since mails come back after minutes, not at
once. Then it passes, or its dispatch is paused; a person who goes on lets it pass.

Where no events can come (SMTP, or no webhook key), only what the provider said at once counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, update

from newsletter.dispatching.stopping import pause_by_itself
from newsletter.feedback.brakes import in_words, marks_of, put_on, shares_in
from newsletter.feedback.tallying import is_heard, tally_wave
from newsletter.model.brake import BrakeLimits, Excess, excesses_of_canary
from newsletter.store import Store
from newsletter.store.tables import wave


@dataclass(frozen=True)
class CanaryWatch:
    """Gives the verdict that `Desk.verdict` asks for.

    Attributes:
        can_hear: whether the provider tells afterwards what became of mails.
    """

    store: Store
    limits: BrakeLimits
    can_hear: bool

    @property
    def wait(self) -> timedelta:
        """How long a canary waits after its last mail."""
        return timedelta(minutes=self.limits.canary_wait_minutes)

    def verdict(self, connection: Connection, wave_id: int) -> bool:
        """Whether a canary that is done passes now; pauses its dispatch when it is bad."""
        canary = connection.execute(wave.select().where(wave.c.id == wave_id)).one()
        done_at = canary.ended_at or self.store.now(connection)
        if self.store.now(connection) < done_at + self.wait:
            return False
        tally = tally_wave(connection, wave_id)
        if not tally.attempted:
            return True  # nobody of it could be mailed, so nothing can be learnt
        shares = shares_in(marks_of(connection, canary.dispatch_id))
        found = excesses_of_canary(tally, self.limits, shares)
        if found:
            self._stop(connection, canary, in_words(found), found)
            return False
        if self.can_hear and tally.accepted and not is_heard(connection, wave_id):
            self._stop(connection, canary, self._silence(tally.accepted))
            return False
        return True

    def _silence(self, accepted: int) -> str:
        minutes = f"{self.limits.canary_wait_minutes:g} minutes"
        return (
            f"No word from the provider about any of the canary's {accepted:,} mails in {minutes}. "
            "Look whether they arrived, and whether its event webhook reaches this site."
        )

    def _stop(
        self,
        connection: Connection,
        canary: Row[Any],
        words: str,
        found: tuple[Excess, ...] = (),
    ) -> None:
        reason = f"The canary is not well. {words}" if found else words
        if pause_by_itself(connection, canary.dispatch_id, reason, self.store.now(connection)):
            connection.execute(update(wave).where(wave.c.id == canary.id).values(reason=reason))
            put_on(self.store, connection, canary.dispatch_id, found)
