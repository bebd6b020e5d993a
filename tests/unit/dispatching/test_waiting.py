"""What a dispatch waits for, said in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from newsletter.dispatching.rules import Rules
from newsletter.dispatching.waiting import Waiting, what_it_waits_for
from newsletter.store import Store
from tests.peers_ledger import SettableClock, World, rate_limited, unreachable

WAIT = timedelta(minutes=20)


def waits(world: World) -> tuple[Waiting, ...]:
    """What the dispatch of issue 12 waits for now."""
    with world.store.read() as connection:
        now = world.clock.now()
        return what_it_waits_for(connection, world.status(), world.rules, WAIT, now)


def test_nothing_when_it_goes_on(world: World) -> None:
    """Readers who are just next wait for nothing; nor does one that has ended."""
    world.begin(3)
    assert waits(world) == ()
    world.run()
    assert waits(world) == ()


def test_the_canary(world: World) -> None:
    """Until twenty minutes after its last mail."""
    object.__setattr__(world.desk, "verdict", lambda connection, wave_id: False)
    world.begin(100, canary=10)
    world.send_rung()
    world.tick()
    until = world.clock.now() + WAIT
    assert waits(world) == (Waiting("word of the canary's mails", until),)


def test_the_warm_up(store: Store, clock: SettableClock) -> None:
    """Today's readers are reached: the next day (UTC) it goes on."""
    world = World(store, clock, rules=Rules(warm_up=(5, 100)))
    world.begin(20)
    world.send_rung()
    [found] = waits(world)
    assert found.until == datetime(2026, 12, 2, tzinfo=UTC)
    assert "warm-up" in found.what


def test_the_allowance(store: Store, clock: SettableClock) -> None:
    """Ten readers an hour: the next ones in an hour at most."""
    world = World(store, clock, rules=Rules(readers_per_hour=10, most=10))
    world.begin(20)
    world.send_rung(most=1)
    [found] = waits(world)
    assert found.what == "its turn, at 10 readers an hour"
    assert clock.now() < found.until <= clock.now() + timedelta(hours=1)


def test_the_provider(world: World) -> None:
    """Its limit, and a connection that failed."""
    until = world.clock.now() + timedelta(minutes=5)
    world.transport.script.append(rate_limited(until))
    world.begin(20)
    world.send_rung()
    [found] = waits(world)
    assert (found.until, "429" in found.what) == (until, True)

    world.clock.move(timedelta(minutes=6))
    world.transport.script.append(unreachable)
    world.tick()
    world.send_rung()
    [found] = waits(world)
    assert "could not be reached" in found.what
