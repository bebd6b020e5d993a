"""A dispatcher inside the test, on a clock that the test moves, towards a real sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from newsletter.dispatching.control import resume
from newsletter.dispatching.desk import Desk, never
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.sending import send_batch
from newsletter.dispatching.ticking import run_tick
from newsletter.engines.inline import InlineEngine
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.transports.sendgrid import SendGridTransport
from tests.peers_ledger import Links, SettableClock, SettableRoster, World

RESTING = ("sent", "cancelled", "needs_review")


class Inside:
    """Ticks and sends with the inline engine's own threads.

    Attributes:
        world: the same database and clock, for what people do.
        pauses: why it paused, each time.
    """

    def __init__(self, store: Store, clock: SettableClock, desk: Desk) -> None:
        self.world = World(store, clock)
        self.clock = clock
        self.desk = desk
        self.pauses: list[str] = []
        self.engine = InlineEngine(partial(send_batch, desk))

    def step(self, span: timedelta) -> str:
        """One tick, all it rang for, and then time passes; the state it ends in."""
        run_tick(self.desk, self.engine)
        assert self.engine.wait_idle(60)
        state = self.world.status().dispatch.state.value
        self.clock.move(span)
        return state

    def run(self, *, every: timedelta = timedelta(seconds=5), ticks: int = 20_000) -> str:
        """Until it rests; a person resumes what is paused, as often as it takes."""
        for _ in range(ticks):
            state = self.step(every)
            if state == "paused":
                of = self.world.status().dispatch
                self.pauses.append(of.reason)
                resume(self.world.store, of.id, by="Ada")
            if state in RESTING:
                return state
        raise AssertionError("it does not come to rest")


@contextmanager
def inside(
    store: Store,
    clock: SettableClock,
    sandbox: RunningSandbox,
    rules: Rules | None = None,
    *,
    timeout: float = 30.0,
    crash_point: Callable[[str], None] = never,
) -> Iterator[Inside]:
    """A dispatcher that is closed at the end.

    Args:
        timeout: seconds of real time a call may take.
    """
    transport = SendGridTransport("sandbox", sandbox.url, clock=clock, timeout=timeout)
    desk = Desk(
        store=store,
        transport=transport,
        clock=clock,
        addresses=Links(),
        roster=SettableRoster(),
        rules=rules or Rules(),
        crash_point=crash_point,
    )
    made = Inside(store, clock, desk)
    try:
        yield made
    finally:
        made.engine.close(60)
