"""`Send now` counts down in the ledger, and can be taken back until it begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.dispatching.countdown import COUNTDOWN, counts_down, take_back
from newsletter.dispatching.planning import Plan, reschedule, schedule
from newsletter.errors import LedgerError
from newsletter.model.ledger import Dispatch, DispatchState
from tests.peers_ledger import World

LATER = Plan(datetime(2027, 5, 1, 9, tzinfo=UTC), "2027-05-01 09:00", "UTC", canary=40, by="Ada")


def now_plan(world: World) -> Plan:
    return Plan(world.clock.now() + COUNTDOWN, by="Ada")


def undo(world: World, of: Dispatch) -> Dispatch:
    return take_back(world.store, of.id, "Ada", world.clock.now())


def test_what_was_new_is_off_the_calendar(world: World) -> None:
    """An issue sent now and taken back in time is as if it had never been scheduled."""
    world.readers(3)
    of = schedule(world.store, world.approve().id, now_plan(world)).dispatch
    assert counts_down(of)
    world.clock.move(COUNTDOWN - timedelta(seconds=1))
    world.tick()
    assert undo(world, of).state is DispatchState.CANCELLED
    world.clock.move(timedelta(minutes=5))
    world.run()
    assert not world.transport.sent


def test_what_was_scheduled_has_its_time_again(world: World) -> None:
    """A dispatch brought forward and taken back is due when it was, with its canary."""
    of = schedule(world.store, world.approve().id, LATER).dispatch
    moved = reschedule(world.store, of.id, now_plan(world))
    assert counts_down(moved)
    assert moved.canary == 0
    back = undo(world, of)
    assert (back.state, back.due_at, back.wall_time) == (of.state, of.due_at, of.wall_time)
    assert (back.zone, back.canary) == ("UTC", 40)


def test_what_waited_for_a_person_waits_again(world: World) -> None:
    """Out of review and taken back, it is in review with its reason."""
    of = schedule(world.store, world.approve().id, LATER).dispatch
    world.clock.move(timedelta(days=400))
    world.tick()
    reschedule(world.store, of.id, now_plan(world))
    back = undo(world, of)
    assert back.state is DispatchState.NEEDS_REVIEW
    assert "nothing looked" in back.reason


def test_after_it_began_it_is_too_late(world: World) -> None:
    """Once a tick won it, taking back is refused and nothing changes."""
    world.readers(3)
    of = schedule(world.store, world.approve().id, now_plan(world)).dispatch
    world.clock.move(COUNTDOWN)
    world.tick()
    with pytest.raises(LedgerError, match="too late"):
        undo(world, of)


def test_a_chosen_time_is_no_countdown(world: World) -> None:
    """What somebody scheduled for a time is not taken back by a countdown's Undo."""
    of = schedule(world.store, world.approve().id, LATER).dispatch
    assert not counts_down(of)
    with pytest.raises(LedgerError, match="nobody sent it now"):
        undo(world, of)
