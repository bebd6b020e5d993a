"""What a sender has on the desk: the parts that `bootstrap` puts together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy import Connection

from newsletter.dispatching.letters import Letters
from newsletter.dispatching.owners import Roster
from newsletter.dispatching.rules import Rules
from newsletter.model.ports import Clock
from newsletter.model.transport import Transport
from newsletter.store import Store

CRASH_POINTS = (
    "after_claim",
    "after_sending",
    "before_socket",
    "after_answer",
    "preparing",
    "splitting",
    "sweeping",
)


class Addresses(Protocol):
    """Makes the personal addresses of readers' mails, those of a whole batch at a time."""

    def of(
        self, source: str, subscribers: Sequence[int], deliveries: Sequence[int]
    ) -> Sequence[str]:
        """One for each reader, in order.

        Args:
            source: which: `link.unsubscribe` (one click from it ends the letters, RFC 8058),
                `link.preferences` (where a reader changes interests), or `link.view` (the same
                letter in a browser).
            deliveries: what each reader's mail is known by.

        Raises:
            KeyError: another source.
        """
        ...


def never(point: str) -> None:
    """The crash point of a real run: nothing happens."""


def goes_on() -> bool:
    """Whether a process that nobody stops is to stop: it is not."""
    return False


def passes(connection: Connection, wave_id: int) -> bool:
    """The verdict on a canary when nobody watches: it passes as soon as it is done."""
    return True


def nobody_watches() -> None:
    """What a tick does beside sending when nobody watches: nothing."""


@dataclass(frozen=True)
class Desk:
    """Everything sending needs.

    Attributes:
        crash_point: called with one of CRASH_POINTS; fault tests end the process in it.
        verdict: whether a canary wave that is done has passed; asked at every tick until it
            says yes. Whoever finds it bad pauses the dispatch instead.
        watch: called at every tick; whoever finds that a dispatch goes wrong pauses it.
        stopping: whether the process was asked to end; preparing, which may take minutes, then
            leaves the rest to the next one. Called between two transactions, in any thread.
    """

    store: Store
    transport: Transport
    clock: Clock
    addresses: Addresses
    roster: Roster
    rules: Rules = field(default_factory=Rules)
    crash_point: Callable[[str], None] = never
    verdict: Callable[[Connection, int], bool] = passes
    watch: Callable[[], None] = nobody_watches
    stopping: Callable[[], bool] = goes_on
    letters: Letters = field(default_factory=Letters)

    @property
    def batch_size(self) -> int:
        """Readers a batch: what the rules and the transport both allow."""
        return min(self.rules.most, self.transport.most)
