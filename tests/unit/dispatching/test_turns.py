"""Two dispatches at once: neither starves, and who is held up holds up nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from newsletter.dispatching.control import pause
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.sending import send_batch
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Batch, Receipt
from newsletter.store import Store
from newsletter.store.tables import batch, dispatch
from tests.peers_ledger import (
    HeardEngine,
    SettableClock,
    SettableRoster,
    World,
    accept,
    unreachable,
)

TEN_A_MINUTE = 600
A_WHILE = timedelta(seconds=10)


def two_at_once(world: World, readers: int, **first: Any) -> None:
    """Issues 12 and 13 are due to all of the same readers."""
    world.begin(readers, **first)
    world.schedule(world.approve(13))


def accepted(world: World, number: int) -> int:
    """How many of an issue's readers the provider took."""
    return world.status(number).outcomes[DeliveryOutcome.ACCEPTED]


def work(worlds: Sequence[World], minutes: int, every: timedelta = A_WHILE) -> None:
    """Each in turn ticks and sends what it was rung for, again and again for so long."""
    for at in range(int(timedelta(minutes=minutes) / every)):
        for step in range(len(worlds)):
            world = worlds[(at + step) % len(worlds)]
            world.tick()
            world.send_rung()
        worlds[0].clock.move(every)


def test_they_share_the_sites_allowance_by_turns(store: Store, clock: SettableClock) -> None:
    """Both get half of it, and together they get all of it."""
    world = World(store, clock, rules=Rules(readers_per_hour=TEN_A_MINUTE))
    two_at_once(world, 80)
    for minute in range(1, 7):
        work([world], 1)
        assert accepted(world, 12) + accepted(world, 13) == 10 * minute
        assert abs(accepted(world, 12) - accepted(world, 13)) <= 10


def test_by_turns_on_several_machines(store: Store, clock: SettableClock) -> None:
    """Whichever of three senders is quicker, both dispatches go on and the allowance holds."""
    rules = Rules(readers_per_hour=TEN_A_MINUTE)
    worlds = [
        World(store, clock, roster=SettableRoster(name), rules=rules) for name in ("a", "b", "c")
    ]
    two_at_once(worlds[0], 80)
    work(worlds, 4)
    assert (accepted(worlds[0], 12), accepted(worlds[0], 13)) == (20, 20)


def test_whoever_loses_the_race_has_used_up_nothing(store: Store, clock: SettableClock) -> None:
    """All senders try at once, for both dispatches: one batch goes, and if that is the other's,
    the first's own allowance stays whole.
    """
    world = World(store, clock, rules=Rules(readers_per_hour=TEN_A_MINUTE))
    two_at_once(world, 40, readers_per_hour=TEN_A_MINUTE)
    world.tick()
    with store.read() as connection:
        batches = connection.scalars(select(batch.c.id)).all()
    for done in (10, 20):
        before = accepted(world, 12)
        with ThreadPoolExecutor(4) as senders:
            list(senders.map(partial(send_batch, world.desk), batches))
        assert accepted(world, 12) + accepted(world, 13) == done
        with store.read() as connection:
            first = select(dispatch.c.paced_until).where(dispatch.c.issue_number == 12)
            until = connection.scalars(first).one()
        is_used_up = until is not None and until > clock.now()
        assert is_used_up is (accepted(world, 12) > before)
        clock.move(timedelta(minutes=1))


def test_a_slow_one_leaves_the_rest_to_the_other(store: Store, clock: SettableClock) -> None:
    """What an allowance of its own keeps from the first goes to the second."""
    world = World(store, clock, rules=Rules(readers_per_hour=TEN_A_MINUTE))
    two_at_once(world, 100, readers_per_hour=60)
    work([world], 10)
    assert 8 <= accepted(world, 12) <= 10
    assert accepted(world, 13) >= 80


def test_a_paused_one_leaves_all_to_the_other(store: Store, clock: SettableClock) -> None:
    """Its turns go to whoever can use them."""
    world = World(store, clock, rules=Rules(readers_per_hour=TEN_A_MINUTE))
    two_at_once(world, 60)
    work([world], 2)
    pause(store, world.status(12).dispatch.id, by="Ada")
    before = accepted(world, 12)
    work([world], 5)
    assert accepted(world, 12) == before
    assert accepted(world, 13) == 60


def test_one_that_is_not_taken_leaves_the_other_alone(store: Store, clock: SettableClock) -> None:
    """The provider can not be reached for the first; the second goes out as if it were alone."""
    world = World(store, clock, rules=Rules(most=10))
    world.readers(100)
    world.schedule(world.approve(12, words="Bad"))
    world.schedule(world.approve(13))
    world.transport.always = _never_the_bad
    work([world], 1)
    assert (accepted(world, 12), accepted(world, 13)) == (0, 100)


def _never_the_bad(asked: Batch) -> Receipt:
    return unreachable(asked) if "Bad" in asked.letter.subject else accept(asked)


def test_they_share_the_warm_up_by_turns(store: Store, clock: SettableClock) -> None:
    """A day's few readers are one dispatch's today and the other's tomorrow."""
    world = World(store, clock, rules=Rules(warm_up=(10,) * 20))
    two_at_once(world, 60)
    work([world], minutes=7 * 24 * 60 + 8 * 60, every=timedelta(hours=4))
    assert (accepted(world, 12), accepted(world, 13)) == (40, 40)


def test_without_an_allowance_every_second_batch_is_the_others(
    store: Store, clock: SettableClock
) -> None:
    """However many one has, the other need not wait behind them."""
    world = World(store, clock, rules=Rules(most=2))
    two_at_once(world, 40)
    world.tick()
    world.engine.rung.clear()
    world.tick()
    world.send_rung(20)
    assert (accepted(world, 12), accepted(world, 13)) == (20, 20)


class SendsAtOnce(HeardEngine):
    """An engine whose senders are never busy."""

    world: World

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Send."""
        for each in batches:
            send_batch(self.world.desk, each)


def test_while_one_is_prepared_the_other_is_sent(store: Store, clock: SettableClock) -> None:
    """Millions of readers are frozen for minutes; what was due before goes on meanwhile."""
    engine = SendsAtOnce()
    world = World(store, clock, engine=engine, rules=Rules(chunk=10))
    engine.world = world
    world.begin(100, readers_per_hour=TEN_A_MINUTE)
    world.schedule(world.approve(13))
    seen = []

    def a_minute_passes(point: str) -> None:
        if point == "preparing":
            clock.move(timedelta(minutes=1))
            seen.append(accepted(world, 12))

    world.crash_point = a_minute_passes
    world.tick()
    assert seen[:5] == [10, 20, 30, 40, 50]
