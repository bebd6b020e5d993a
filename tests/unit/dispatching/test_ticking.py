"""The tick: due, late, canary, several schedulers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection, func, select

from newsletter.dispatching.control import pause, resume
from newsletter.dispatching.planning import Plan, reschedule
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.ticking import last_tick
from newsletter.model.ledger import DispatchState, WaveState
from newsletter.store import Store
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import delivery
from tests.peers_ledger import SettableClock, World, accept

HOUR = timedelta(hours=1)


def waves(world: World) -> dict[str, str]:
    """Each wave's state by name."""
    return {wave.name: wave.state.value for wave in world.status().waves}


def test_what_is_not_due_waits(world: World) -> None:
    """Not a second early; at its time it goes."""
    world.readers(1)
    world.schedule(world.approve(), due_at=world.clock.now() + HOUR)
    world.clock.move(HOUR - timedelta(seconds=1))
    assert world.tick().started == 0
    world.clock.move(timedelta(seconds=1))
    assert world.tick().started == 1


def test_two_schedulers_start_and_freeze_once(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """However many tick at the same moment, one wins each step and nobody is frozen twice."""
    rules = Rules(chunk=10, most=5)
    first = World(open_database(), clock, rules=rules)
    second = World(open_database(), clock, first.transport, rules=rules)
    emails = first.readers(60)
    first.schedule(first.approve())
    start, results, errors = Barrier(2), [], []

    def race(mine: World) -> None:
        start.wait()
        try:
            results.extend([mine.tick() for _ in range(3)])
        except Exception as problem:
            errors.append(problem)

    threads = [Thread(target=race, args=(each,)) for each in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not errors
    assert sum(each.started for each in results) == 1
    assert not [problem for each in results for problem in each.problems]
    first.run()
    with first.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(delivery)).scalar() == 60
    assert first.transport.taken == dict.fromkeys(emails, 1)


def test_a_dispatch_missed_by_hours_needs_a_person(world: World) -> None:
    """After the late limit nothing is sent; a person gives it a new time or cancels it."""
    world.readers(2)
    of = world.schedule(world.approve())
    world.clock.move(timedelta(hours=6, seconds=1))
    world.tick()
    assert world.state() == DispatchState.NEEDS_REVIEW
    assert "nothing looked until" in world.status().dispatch.reason
    assert world.status().dispatch.frozen == 0

    reschedule(world.store, of.id, Plan(world.clock.now(), by="Ada"))
    assert world.run().dispatch.state == DispatchState.SENT
    assert world.outcomes() == {"accepted": 2}


def test_a_dispatch_missed_by_less_goes_out(world: World) -> None:
    """Six hours late is not too late."""
    world.readers(2)
    world.schedule(world.approve())
    world.clock.move(6 * HOUR)
    assert world.run().dispatch.state == DispatchState.SENT


def test_suspended_for_a_day_in_the_middle_a_person_is_asked(
    store: Store, clock: SettableClock
) -> None:
    """Half is out, the machine slept: the rest waits, and goes when a person says so."""
    world = World(store, clock, rules=Rules(most=5))
    of = world.begin(20)
    world.send_rung(most=2)
    clock.move(timedelta(days=1))
    world.tick()
    world.send_rung()
    world.tick()

    assert world.state() == DispatchState.NEEDS_REVIEW
    assert world.outcomes() == {"accepted": 10, "queued": 10}
    reschedule(store, of.id, Plan(clock.now(), by="Ada"))
    assert world.run().dispatch.state == DispatchState.SENT
    assert world.outcomes() == {"accepted": 20}
    world.require_promises()


def test_clocks_that_step_by_an_hour_lose_nothing(store: Store, clock: SettableClock) -> None:
    """Forward or back in the middle of a dispatch: all go once."""
    world = World(store, clock, rules=Rules(most=5))
    emails = world.readers(40)
    world.schedule(world.approve())
    for step in (0, 1, -1, -1, 1):
        clock.step(step * HOUR)
        world.tick()
        world.send_rung(most=2)
    world.run()
    assert world.transport.taken == dict.fromkeys(emails, 1)


def test_a_wave_that_was_missed_waits_for_a_person_and_the_others_go(world: World) -> None:
    """The late limit is per wave."""
    world.bring(
        [
            NewReader("tokyo@reader.test", zone="Asia/Tokyo"),
            NewReader("lisbon@reader.test", zone="Europe/Lisbon"),
        ]
    )
    of = world.schedule(world.approve(), wall_time="2026-12-01 22:00", zone="subscriber")
    world.tick()
    world.clock.move(timedelta(hours=8))  # Tokyo's was due at 13:00, Lisbon's is at 22:00
    for _ in range(4):
        world.tick()
        world.send_rung()
        world.clock.move(HOUR)

    assert world.transport.taken == {"lisbon@reader.test": 1}
    assert WaveState.NEEDS_REVIEW in waves(world).values()
    assert world.state() == DispatchState.NEEDS_REVIEW
    reschedule(world.store, of.id, Plan(world.clock.now(), by="Ada"))
    world.run()
    assert world.outcomes() == {"accepted": 2}


def test_waves_that_fell_due_during_a_pause_are_not_late(world: World) -> None:
    """Who resumes after a long pause means it."""
    world.bring([NewReader("tokyo@reader.test", zone="Asia/Tokyo"), NewReader("x@reader.test")])
    of = world.schedule(world.approve(), wall_time="2026-12-01 22:00", zone="subscriber")
    world.tick()
    pause(world.store, of.id, by="Ada")
    for _ in range(20):
        world.clock.move(HOUR)
        world.tick()
    resume(world.store, of.id, by="Ada")
    world.run()
    assert world.outcomes() == {"accepted": 2}


@pytest.mark.parametrize(("readers", "sizes"), [(2_000, {5}), (30, {30})])
def test_the_canary_goes_first_and_the_rest_waits_for_it(
    store: Store, clock: SettableClock, readers: int, sizes: set[int]
) -> None:
    """Fifty readers from all over the list; when there are fewer, all are the canary."""
    world = World(store, clock, rules=Rules(most=100))
    passed: list[bool] = []

    def verdict(connection: Connection, wave_id: int) -> bool:
        return bool(passed)

    object.__setattr__(world.desk, "verdict", verdict)
    world.begin(readers, canary=50)
    for _ in range(3):
        world.send_rung()
        world.tick()

    assert sum(world.transport.taken.values()) == min(50, readers)
    assert {len(sent.recipients) for sent in world.transport.sent} == sizes
    passed.append(True)
    world.run()
    assert world.outcomes() == {"accepted": readers}
    world.require_promises()


def test_waiting_for_the_canary_is_not_lateness(store: Store, clock: SettableClock) -> None:
    """A verdict that takes all day holds the others back, and then they go."""
    world = World(store, clock)
    passed: list[bool] = []
    object.__setattr__(world.desk, "verdict", lambda connection, wave_id: bool(passed))
    world.begin(100, canary=10)
    world.send_rung()
    for _ in range(24):
        world.clock.move(HOUR)
        world.tick()
        world.send_rung()
    assert world.outcomes() == {"accepted": 10, "queued": 90}
    passed.append(True)
    world.run()
    assert world.outcomes() == {"accepted": 100}


def test_a_tick_says_when_somebody_looked_last(world: World) -> None:
    """An issue due while nobody looks is shown in red; this is where it is read from."""
    with world.store.read() as connection:
        assert last_tick(connection) is None
    world.tick()
    world.clock.move(HOUR)
    world.tick()
    with world.store.read() as connection:
        assert last_tick(connection) == world.clock.now()


def test_dispatches_do_not_hold_each_other_up(store: Store, clock: SettableClock) -> None:
    """One that is paused or cannot balance leaves the others alone."""
    world = World(store, clock)
    world.readers(4)
    one = world.schedule(world.approve(12))
    world.schedule(world.approve(13))
    world.tick()
    pause(store, one.id, by="Ada")
    world.transport.always = accept
    world.send_rung()
    world.tick()
    assert world.outcomes(12) == {"queued": 4}
    assert world.outcomes(13) == {"accepted": 4}
    assert world.state(13) == DispatchState.SENT
