"""A dispatch stops itself when too many of its mails go wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from newsletter.dispatching.control import resume
from newsletter.dispatching.rules import Rules
from newsletter.model.brake import BrakeKind, BrakeLimits, Tally, excesses
from newsletter.model.event import EventKind
from newsletter.model.ledger import DispatchState
from newsletter.store import Store
from tests.peers_ledger import SettableClock, World, ambiguous, names
from tests.unit.feedback.watched import tell, watch

SOON = timedelta(seconds=5)


@pytest.fixture
def small(store: Store, clock: SettableClock) -> World:
    """Batches of ten readers, watched."""
    world = World(store, clock, rules=Rules(most=10, ambiguous=100))
    watch(world)
    return world


def go_on(world: World, batches: int) -> None:
    """Send some batches, and look at what came of them a little later."""
    world.tick()
    world.send_rung(most=batches)
    world.clock.move(SOON)
    world.tick()


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        (EventKind.BOUNCED, 11, "11 of 200 mails came back (5.5 %; the limit is 5 %)"),
        (EventKind.BLOCKED, 11, "11 of 200 mails came back"),
        (EventKind.DROPPED, 11, "11 of 200 mails came back"),
        (EventKind.COMPLAINED, 5, "5 of 200 readers reported it as spam (2.5 %; the limit"),
    ],
)
def test_too_many_of_a_kind_stop_it(small: World, kind: EventKind, count: int, words: str) -> None:
    """It pauses between two batches and says how many, of how many, and what to look at."""
    small.begin(400)
    go_on(small, 20)
    tell(small, kind, count)
    small.clock.move(SOON)
    small.tick()

    assert small.state() == DispatchState.PAUSED
    assert words in small.status().dispatch.reason
    assert small.outcomes() == {"accepted": 200, "queued": 200}


@pytest.mark.parametrize(
    ("sent", "kind", "count"),
    [
        (19, EventKind.BOUNCED, 190),  # not 200 yet
        (20, EventKind.BOUNCED, 10),  # 5 % is the limit, not over it
        (20, EventKind.COMPLAINED, 4),  # four people are chance
        (20, EventKind.DEFERRED, 200),
        (20, EventKind.UNSUBSCRIBED, 200),
    ],
)
def test_what_is_not_too_much(small: World, sent: int, kind: EventKind, count: int) -> None:
    """Under 200 mails, at the limit, or for what is no fault of the list, it goes on."""
    small.begin(400)
    go_on(small, sent)
    tell(small, kind, count)
    small.clock.move(SOON)
    small.tick()
    assert small.state() == DispatchState.SENDING


def test_refused_readers_stop_it(small: World) -> None:
    """What the provider refuses at once counts among what was tried."""
    emails = [f"r{number:05}@reader.test" for number in range(0, 400, 20)]
    small.transport.always = names(*emails)
    small.begin(400)
    for _ in range(60):
        go_on(small, 2)
    assert small.state() == DispatchState.PAUSED
    assert (
        "The provider refused 19 of 209 mails (9.09 %; the limit is 2 %)"
        in small.status().dispatch.reason
    )


def test_three_lost_calls_stop_it_and_one_does_not(small: World) -> None:
    """One connection that breaks is no reason to stop; the third among twenty-one calls is."""
    small.begin(400)
    go_on(small, 18)
    small.transport.script.extend([ambiguous, ambiguous])
    go_on(small, 4)
    assert small.state() == DispatchState.SENDING
    small.transport.script.append(ambiguous)
    small.clock.move(timedelta(minutes=1))
    go_on(small, 1)
    assert small.state() == DispatchState.PAUSED
    assert "Of 30 of 230 mails nobody knows" in small.status().dispatch.reason


def test_whoever_goes_on_is_not_stopped_by_the_same(small: World) -> None:
    """With what a person accepted it goes on, also with as much again; beyond, it asks again."""
    of = small.begin(600)
    go_on(small, 20)
    tell(small, EventKind.BOUNCED, 12)
    small.clock.move(SOON)
    small.tick()
    assert small.state() == DispatchState.PAUSED
    tell(small, EventKind.BOUNCED, 4, skip=12)  # 8 % by the time somebody looks
    resume(small.store, of.id, by="Ada")

    go_on(small, 20)
    tell(small, EventKind.BOUNCED, 48, skip=200)  # 64 of 400 are 16 %
    small.clock.move(SOON)
    small.tick()
    assert small.state() == DispatchState.SENDING

    tell(small, EventKind.BOUNCED, 1, skip=300)
    small.clock.move(SOON)
    small.tick()
    assert small.state() == DispatchState.PAUSED
    assert "65 of 400 mails came back (16.2 %; the limit is 16 %)" in (
        small.status().dispatch.reason
    )


def test_two_schedulers_stop_it_once(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """The second finds it paused; after a person went on, an old count of its own is void."""
    rules = Rules(most=10)
    first = World(open_database(), clock, rules=rules)
    second = World(open_database(), clock, first.transport, rules=rules)
    watch(first)
    watch(second)
    of = first.begin(400)
    go_on(first, 20)
    tell(first, EventKind.BOUNCED, 20)
    clock.move(SOON)
    first.tick()
    assert first.state() == DispatchState.PAUSED
    second.tick()
    resume(first.store, of.id, by="Ada")
    for each in (second, first):
        clock.move(SOON)
        each.tick()
    assert first.state() == DispatchState.SENDING


def test_other_limits(store: Store, clock: SettableClock) -> None:
    """A site may be stricter, or never stop."""
    strict = BrakeLimits(bounced=0.01, start=100)
    never = BrakeLimits(bounced=1.0)
    tally = Tally(accepted=100, bounced=100)
    assert [each.kind for each in excesses(tally, strict, {})] == [BrakeKind.BOUNCED]
    assert excesses(Tally(accepted=1_000, bounced=1_000), never, {}) == ()
