"""What the simulation found, each told as shortly as it can be: it must never come back."""

from __future__ import annotations

from datetime import timedelta

from newsletter.dispatching.control import cancel_wave
from newsletter.dispatching.planning import Plan, reschedule
from newsletter.dispatching.rules import Rules
from newsletter.store import Store
from newsletter.store.subscribers import NewReader
from tests.peers_ledger import NOON, SettableClock, World


def test_a_wave_that_was_missed_does_not_hide_behind_one_that_went(
    store: Store, clock: SettableClock
) -> None:
    """When all other waves are done, one that waits for a person puts the dispatch into review."""
    world = World(store, clock)
    world.bring(
        [
            NewReader("tokyo@reader.test", zone="Asia/Tokyo"),
            NewReader("honolulu@reader.test", zone="Pacific/Honolulu"),
        ]
    )
    of = world.schedule(
        world.approve(),
        wall_time=f"{NOON + timedelta(days=1):%Y-%m-%d} 09:00",
        zone="subscriber",
        due_at=NOON + timedelta(hours=12),
    )
    clock.move(timedelta(hours=13))
    world.tick()
    clock.move(timedelta(hours=19))  # Honolulu's hour has come; Tokyo's wave was cut short
    world.run()

    assert world.transport.taken == {"honolulu@reader.test": 1}
    assert world.status().dispatch.state == "needs_review"

    reschedule(store, of.id, Plan(due_at=clock.now(), by="Ada"))
    assert world.run().dispatch.state == "sent"
    assert set(world.transport.taken.values()) == {1}
    assert len(world.transport.taken) == 2


def test_a_canary_that_was_cut_short_is_told(store: Store, clock: SettableClock) -> None:
    """The waves behind a canary that waits for a person do not wait in silence."""
    world = World(store, clock)
    of = world.begin(5, canary=2)
    clock.move(timedelta(hours=19))
    world.run()

    assert world.status().dispatch.state == "needs_review"

    reschedule(store, of.id, Plan(due_at=clock.now(), by="Ada"))
    assert world.run().dispatch.state == "sent"
    assert set(world.transport.taken.values()) == {1}
    assert len(world.transport.taken) == 5


def test_a_wave_cancelled_while_its_readers_are_frozen(store: Store, clock: SettableClock) -> None:
    """Those frozen after the cancelling are excluded too, and the dispatch comes to its end."""
    world = World(store, clock, rules=Rules(chunk=7, most=5))
    emails = world.readers(20)
    world.schedule(world.approve())
    stretches = iter(range(100))

    def cancel_it(point: str) -> None:
        if point == "preparing" and next(stretches) == 2:
            cancel_wave(store, 1, by="Ada")

    world.crash_point = cancel_it
    world.run()

    assert world.status().dispatch.state == "sent"
    assert world.status().excluded == {"cancelled": len(emails)}
    assert not world.transport.taken
