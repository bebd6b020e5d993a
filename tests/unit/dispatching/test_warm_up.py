"""The warm-up ramp: readers a day of the whole site, from day to day of sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

from newsletter.dispatching.claiming import claim_batch, release
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.sending import send_batch
from newsletter.store import Store
from tests.peers_ledger import SettableClock, World, unreachable

RAMP = Rules(warm_up=(20, 30), most=12)
MINUTE = timedelta(minutes=1)


def send_for(world: World, minutes: int = 5) -> int:
    """Tick and send for a while; how many readers were taken in all."""
    for _ in range(minutes):
        world.tick()
        world.send_rung()
        world.clock.move(MINUTE)
    return sum(world.transport.taken.values())


def look_on(world: World, hours: int) -> None:
    """Let hours pass with a scheduler that ticks, and nobody who sends."""
    for _ in range(hours):
        world.clock.move(timedelta(hours=1))
        world.tick()


def test_each_day_of_sending_lets_more_go_and_then_all(store: Store, clock: SettableClock) -> None:
    """Exactly the day's number goes, batches cut where needed; after the ramp all go at once."""
    world = World(store, clock, rules=RAMP)
    world.begin(90)
    totals = []
    for _ in range(3):
        totals.append(send_for(world))
        look_on(world, hours=24)

    assert totals == [20, 50, 90]
    assert world.tick().rung == 0
    world.require_promises()


def test_days_without_an_issue_do_not_count(store: Store, clock: SettableClock) -> None:
    """A week of silence leaves the ramp where it was."""
    world = World(store, clock, rules=RAMP)
    world.begin(20)
    assert send_for(world) == 20
    clock.move(timedelta(days=7))
    world.schedule(world.approve(13))
    world.readers(60)
    world.schedule(world.approve(14))
    assert send_for(world) == 20 + 30


def test_a_new_day_begins_at_midnight_utc(store: Store, clock: SettableClock) -> None:
    """Nobody is rung for when the day is spent; at midnight the next number goes."""
    world = World(store, clock, rules=RAMP)
    world.begin(90)
    assert send_for(world) == 20
    assert world.tick().rung == 0
    look_on(world, hours=11)
    clock.move(timedelta(minutes=54))
    assert send_for(world, 1) == 20
    assert send_for(world) == 50


def test_all_dispatches_share_the_day(store: Store, clock: SettableClock) -> None:
    """The ramp is the site's: two issues at once send no more than one."""
    world = World(store, clock, rules=RAMP)
    world.begin(15)
    world.schedule(world.approve(13))
    assert send_for(world) == 20


def test_a_restart_and_a_clock_set_back_begin_no_new_day(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """The day is counted in the database, and over midnight backwards it stays the same day."""
    clock.move(timedelta(hours=12, minutes=10))
    World(open_database(), clock, rules=RAMP).begin(90)
    first, second = (World(open_database(), clock, rules=RAMP) for _ in range(2))
    assert send_for(first) == 20
    clock.step(timedelta(hours=-1))
    assert send_for(second) == 0
    clock.step(timedelta(hours=1))
    assert send_for(second) == 0


def test_what_did_not_leave_does_not_use_the_day_up(store: Store, clock: SettableClock) -> None:
    """Refused connections and claims that were let go of count nothing."""
    world = World(store, clock, rules=RAMP)
    world.transport.script.extend([unreachable] * 4)
    world.begin(90)
    claim = claim_batch(world.desk, world.engine.rung[0])
    assert claim is not None
    assert claim.counts_on == clock.now().date()
    release(world.desk, claim)

    assert send_for(world, 10) == 20


def test_two_senders_at_once_keep_to_the_day(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """Threads on connections of their own race for every batch; the day's number goes, no more."""
    worlds = [World(open_database(), clock, rules=RAMP) for _ in range(2)]
    worlds[0].begin(90)
    start = Barrier(2)

    def race(world: World, rung: list[int]) -> None:
        start.wait()
        for batch in rung:
            send_batch(world.desk, batch)

    for _ in range(4):
        worlds[0].tick()
        rung, worlds[0].engine.rung = worlds[0].engine.rung, []
        threads = [Thread(target=race, args=(each, rung)) for each in worlds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        clock.move(MINUTE)

    taken = worlds[0].transport.taken + worlds[1].transport.taken
    assert sum(taken.values()) == 20
    assert set(taken.values()) == {1}


def test_without_a_ramp_nothing_is_counted(store: Store, clock: SettableClock) -> None:
    """A site that sets none sends at once, and a ramp set later begins with its first day."""
    world = World(store, clock)
    world.begin(90)
    assert send_for(world, 1) == 90
    later = World(store, clock, rules=RAMP)
    later.schedule(later.approve(13))
    assert send_for(later) == 20
