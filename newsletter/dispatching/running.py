"""A dispatcher: the desk, the engine that sends, and the tick between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from newsletter.dispatching.desk import Desk
from newsletter.dispatching.status import IssueStatus, issue_status
from newsletter.dispatching.ticking import Ticked, run_tick
from newsletter.model.ledger import DispatchState
from newsletter.model.ports import Engine

LOOK_EVERY = 0.1  # seconds between two looks of someone who waits
GRACE = 45.0  # seconds for what is on the wire when stopping: more than a call's timeout

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
            watch: told after every tick where the issue stands.
            until: asked after every tick; True leaves before the end.

        Returns:
            Where it stands then: ended, paused, waiting for a person, or not dispatched.
        """
        while True:
            self.tick()
            status = issue_status(self.desk.store, issue_number)
            watch(status)
            if status.state not in _MOVING or until():
                return status
            self.desk.clock.wait(LOOK_EVERY)

    def close(self, grace: float = GRACE) -> None:
        """Stop claiming, finish what is on the wire, let go of store and transport."""
        self.engine.close(grace)
        self.desk.transport.close()
        self.desk.store.close()
