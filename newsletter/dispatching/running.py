"""A dispatcher: the desk, the engine that sends, and the tick between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.patience import patiently
from newsletter.dispatching.status import IssueStatus, issue_status
from newsletter.dispatching.ticking import Ticked, run_tick
from newsletter.model.ledger import DispatchState
from newsletter.model.ports import Clock, Engine
from newsletter.store import Store
from newsletter.store.dispatches import dispatches_of
from newsletter.store.trouble import may_pass

T = TypeVar("T")

LOOK_EVERY = 0.1  # seconds between two looks of someone who waits
GRACE = 45.0  # seconds for what is on the wire when stopping: more than a call's timeout

# Of the time; counting a million deliveries is not free, and what is rung waits anyway.
_MOST_SPENT_COUNTING, _MOST_SPENT_TICKING = 0.05, 0.02
_TICK_EVERY = 0.5  # seconds at most between two ticks, however long one took
_MOVING = (DispatchState.SCHEDULED, DispatchState.PREPARING, DispatchState.SENDING)


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """What a process that sends is made of."""

    desk: Desk
    engine: Engine

    def tick(self) -> Ticked:
        """Look once at everything that may be due; see `run_tick`."""
        return run_tick(self.desk, self.engine)

    def stay(
        self,
        issue_number: int,
        watch: Callable[[IssueStatus], None],
        until: Callable[[], bool] = lambda: False,
    ) -> IssueStatus:
        """Tick until an issue's last dispatch can not move by itself any more.

        Args:
            watch: told where the issue stands, as often as counting it takes no more than a
                twentieth of the time, and at the end.
            until: asked at every look; True leaves before the end.

        Returns:
            Where it stands then: ended, paused, waiting for a person, or not dispatched.
        """
        store, clock = self.desk.store, self.desk.clock
        count_at = tick_at = clock.monotonic()
        while True:
            begun = clock.monotonic()
            if begun >= tick_at:
                outlast(clock, self.tick)
                ended = clock.monotonic()
                tick_at = ended + min((ended - begun) / _MOST_SPENT_TICKING, _TICK_EVERY)
                begun = ended
            ends = until() or not outlast(clock, partial(_moves, store, issue_number))
            if ends or begun >= count_at:
                status = outlast(clock, partial(issue_status, store, issue_number))
                watch(status)
                if ends:
                    return status
                count_at = begun + (clock.monotonic() - begun) / _MOST_SPENT_COUNTING
            clock.wait(LOOK_EVERY)

    def close(self, grace: float = GRACE) -> None:
        """Stop claiming, finish what is on the wire, let go of store and transport."""
        self.engine.close(grace)
        self.desk.transport.close()
        self.desk.store.close()


def outlast(clock: Clock, work: Callable[[], T]) -> T:
    """Do it; a lock, or a server that restarts, is waited for, a full disk is not."""
    return patiently(clock, work, "the database does not answer; it is tried again", may_pass)


def _moves(store: Store, issue_number: int) -> bool:
    """Whether the issue's last dispatch can go on by itself."""
    with store.read() as connection:
        found = dispatches_of(connection, issue_number)
    return bool(found) and found[-1].state in _MOVING
