"""The canary waits for word of its mails, and passes or stops the dispatch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.dispatching.control import pass_canary, pause, resume
from newsletter.dispatching.rules import Rules
from newsletter.errors import LedgerError
from newsletter.model.event import EventKind
from newsletter.model.ledger import DispatchState
from newsletter.store import Store
from tests.peers_ledger import SettableClock, World, ambiguous, names
from tests.unit.feedback.watched import tell, watch

WAIT = timedelta(minutes=20)


@pytest.fixture
def begun(store: Store, clock: SettableClock) -> World:
    """A hundred readers, of whom fifty are the canary and have got it."""
    world = World(store, clock, rules=Rules(most=10))
    watch(world)
    send_canary(world)
    return world


def send_canary(world: World) -> None:
    """Send the first fifty of a hundred."""
    world.begin(100, canary=50)
    world.tick()
    world.send_rung()
    world.tick()
    assert world.status().watched is not None


def wait(world: World, span: timedelta = WAIT) -> None:
    """Let time pass, and look."""
    world.clock.move(span)
    world.tick()
    world.tick()
    world.send_rung()


def test_it_passes_when_all_is_well(begun: World) -> None:
    """After twenty minutes, not before, the others go; that they waited is no lateness."""
    tell(begun, EventKind.PROCESSED, 1)
    wait(begun, WAIT - timedelta(seconds=1))
    assert begun.outcomes() == {"accepted": 50, "queued": 50}
    wait(begun, timedelta(seconds=1))
    assert begun.outcomes() == {"accepted": 100}
    assert begun.run().dispatch.state == DispatchState.SENT


@pytest.mark.parametrize(
    ("kind", "count", "words"),
    [
        (EventKind.BOUNCED, 3, "The canary is not well. 3 of 50 mails came back (6 %;"),
        (EventKind.COMPLAINED, 2, "The canary is not well. 2 of 50 readers reported it as spam"),
    ],
)
def test_it_stops_when_it_is_not(begun: World, kind: EventKind, count: int, words: str) -> None:
    """Few are enough in a canary; nobody else gets it, and the reason says what was seen."""
    tell(begun, kind, count)
    wait(begun)
    assert begun.state() == DispatchState.PAUSED
    assert words in begun.status().dispatch.reason
    assert begun.outcomes() == {"accepted": 50, "queued": 50}


def test_one_reader_is_chance(begun: World) -> None:
    """One complaint of fifty says nothing."""
    tell(begun, EventKind.COMPLAINED, 1)
    wait(begun)
    assert begun.run().dispatch.state == DispatchState.SENT


def test_silence_stops_it(begun: World) -> None:
    """No event at all in its time: perhaps the webhook is down, so a person is asked."""
    wait(begun)
    assert begun.state() == DispatchState.PAUSED
    assert "No word from the provider about any of the canary's 50 mails in 20 minutes" in (
        begun.status().dispatch.reason
    )


def test_going_on_lets_it_pass(begun: World) -> None:
    """A person looked and goes on: the others go at once, and the brake does not ask again."""
    tell(begun, EventKind.BOUNCED, 3)
    wait(begun)
    resume(begun.store, begun.status().dispatch.id, by="Ada")
    assert begun.run().dispatch.state == DispatchState.SENT
    assert begun.outcomes() == {"accepted": 100}


def test_nobody_has_to_wait(begun: World) -> None:
    """A person lets a waiting canary pass; a second time there is none."""
    of = begun.status().dispatch
    pass_canary(begun.store, of.id, by="Ada")
    begun.tick()
    begun.send_rung()
    assert begun.outcomes() == {"accepted": 100}
    with pytest.raises(LedgerError, match="no canary of it is waiting"):
        pass_canary(begun.store, of.id, by="Ada")


def test_a_pause_in_between_does_not_let_it_pass(begun: World) -> None:
    """Pausing and going on by hand is no verdict; the canary waits for the rest of its time."""
    of = begun.status().dispatch
    pause(begun.store, of.id, by="Ada")
    resume(begun.store, of.id, by="Ada")
    wait(begun, timedelta(minutes=1))
    assert begun.outcomes() == {"accepted": 50, "queued": 50}
    assert begun.status().watched is not None


@pytest.mark.parametrize("span", [WAIT, timedelta(days=2)])
def test_where_no_word_can_come_what_was_said_at_once_decides(
    store: Store, clock: SettableClock, span: timedelta
) -> None:
    """Without a webhook it waits too, and passes unless the provider refused or was silent."""
    world = World(store, clock, rules=Rules(most=10))
    watch(world, can_hear=False)
    send_canary(world)
    for _ in range(int(span / WAIT)):
        wait(world)
    assert world.run().dispatch.state == DispatchState.SENT


def test_refused_readers_of_a_canary_stop_it(store: Store, clock: SettableClock) -> None:
    """Without a webhook, two refused of fifty are enough."""
    world = World(store, clock, rules=Rules(most=10))
    watch(world, can_hear=False)
    world.transport.always = names("r00000@reader.test", "r00001@reader.test")
    world.begin(100, canary=50)
    for _ in range(5):
        wait(world, timedelta(seconds=1))
    wait(world)
    assert world.state() == DispatchState.PAUSED
    assert "The provider refused 2 of 50 mails" in world.status().dispatch.reason


def test_a_canary_nobody_knows_about_stops_it(store: Store, clock: SettableClock) -> None:
    """A lost call of a canary is a large part of it: a person looks first."""
    world = World(store, clock, rules=Rules(most=10))
    watch(world, can_hear=False)
    world.transport.script.append(ambiguous)
    send_canary(world)
    wait(world)
    assert world.state() == DispatchState.PAUSED
    assert "nobody knows whether they left" in world.status().dispatch.reason
