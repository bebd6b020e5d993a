"""An outage costs a handful of unknown readers, not the list."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from newsletter.dispatching.braking import Go, may_claim
from newsletter.dispatching.control import resume
from newsletter.dispatching.rules import Rules
from newsletter.model.ledger import DispatchState
from newsletter.model.transport import Batch, Receipt
from newsletter.store import Store
from tests.peers_ledger import NOON, SettableClock, World, accept, ambiguous, refused


@pytest.fixture
def world(store: Store, clock: SettableClock) -> World:
    """A world whose batches hold a hundred readers."""
    return World(store, clock, rules=Rules(most=100))


def test_three_ambiguous_answers_stop_it_and_ten_readers_probe(world: World) -> None:
    """After three in a row only batches of ten go, one at a time, at growing intervals."""
    world.transport.always = ambiguous
    world.begin(2_000)
    started = world.clock.now()
    calls: list[tuple[float, int]] = []
    for _ in range(200):
        world.tick()
        before = len(world.transport.sent)
        world.send_rung()
        elapsed = (world.clock.now() - started).total_seconds()
        calls += [(elapsed, len(each.recipients)) for each in world.transport.sent[before:]]
        if len(calls) >= 7:
            break
        world.clock.move(timedelta(seconds=5))

    assert calls == [
        *[(0, 100)] * 3,
        *[(10, 10), (30, 10), (70, 10), (150, 10)],
    ]


def test_a_ten_minute_outage_costs_three_batches_and_the_probes(world: World) -> None:
    """When the provider is back the rest goes out, and only a handful is unknown."""
    back = world.clock.now() + timedelta(minutes=10)

    def outage(batch: Batch) -> Receipt:
        return ambiguous(batch) if world.clock.now() < back else accept(batch)

    world.transport.always = outage
    world.begin(2_000)

    status = world.run(ticks=70, every=20)

    assert status.dispatch.state == DispatchState.SENT
    probes = sum(len(each.recipients) == 10 for each in world.transport.sent) - 1
    assert world.outcomes() == {"accepted": 1_700 - 10 * probes, "unknown": 300 + 10 * probes}
    assert probes == 5
    world.require_promises()


def test_ten_failed_probes_pause_with_the_reason(world: World) -> None:
    """A provider that stays silent is left alone until a person resumes."""
    world = World(world.store, world.clock, rules=Rules(most=100, longest_pause=_MINUTE))
    world.transport.always = ambiguous
    world.begin(2_000)

    status = world.run(ticks=60, every=60)

    assert status.dispatch.state == DispatchState.PAUSED
    assert "10 probes" in status.dispatch.reason
    assert world.outcomes() == {"queued": 1_600, "unknown": 400}

    world.transport.always = accept
    resume(world.store, status.dispatch.id, by="Ada")
    world.tick()
    world.send_rung(most=1)
    assert len(world.transport.sent[-1].recipients) == 10, "the first call after it is a probe"
    world.run()
    assert world.outcomes() == {"accepted": 1_600, "unknown": 400}


def test_any_clear_answer_lets_the_brake_go(world: World) -> None:
    """Ambiguous answers count in a row only: a refusal is an answer too."""
    world.transport.script.extend([ambiguous, ambiguous, refused, ambiguous, ambiguous])
    world.begin(1_000)

    world.run()

    assert world.outcomes() == {"accepted": 600, "unknown": 400} or world.outcomes() == {
        "accepted": 700,
        "unknown": 300,
    }
    assert all(len(each.recipients) > 10 for each in world.transport.sent)


_MINUTE = timedelta(minutes=1)
LATER = NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ambiguous", "in_flight", "not_before", "go"),
    [
        (0, 99, None, Go.FULL),
        (0, 0, LATER, Go.WAIT),
        (0, 0, NOON, Go.FULL),
        (1, 1, None, Go.FULL),
        (1, 2, None, Go.WAIT),
        (2, 0, None, Go.FULL),
        (2, 1, None, Go.WAIT),
        (3, 0, None, Go.PROBE),
        (3, 0, LATER, Go.WAIT),
        (3, 1, None, Go.WAIT),
        (12, 0, NOON, Go.PROBE),
    ],
)
def test_those_in_flight_count_as_if_they_failed(
    ambiguous: int, in_flight: int, not_before: datetime | None, go: Go
) -> None:
    """Once one answer was ambiguous, no more are let go than could complete the third."""
    assert may_claim(Rules(), ambiguous, in_flight, not_before, NOON) is go


def test_four_senders_at_once_cost_four_batches(world: World) -> None:
    """What was on the wire when the outage began is lost to the unknown, and no more."""
    inner: list[int] = []

    def overlapping(batch: Batch) -> Receipt:
        if len(inner) < 3:
            inner.append(1)
            world.send_rung(most=1)  # another sender claims while this call is on the wire
        return ambiguous(batch)

    world.transport.always = overlapping
    world.begin(2_000)
    world.send_rung(most=1)
    world.tick()
    world.send_rung()

    assert world.outcomes() == {"unknown": 400, "queued": 1_600}
