"""What people do: schedule, move, rebind, cancel, correct, resolve, follow up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import insert, select, update

from newsletter.dispatching.control import cancel, cancel_wave, correct, pause, resume
from newsletter.dispatching.planning import (
    Plan,
    Planned,
    follow_up,
    rebind,
    reschedule,
    schedule,
    unschedule,
)
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.unknown import list_unknown, uncertain_issues
from newsletter.errors import LedgerError, NotFound
from newsletter.model.audience import Audience
from newsletter.model.ledger import DispatchState, Resolution
from newsletter.store import Store
from newsletter.store.approvals import latest_approval
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import decision, dispatch, subscriber, suppression
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import dispatch_step
from tests.peers_ledger import SettableClock, World, accept, ambiguous, names, refuses

HOUR = timedelta(hours=1)


def decisions(world: World) -> list[tuple[str, str]]:
    """What was decided, by whom."""
    with world.store.read() as connection:
        rows = connection.execute(select(decision.c.what, decision.c.by).order_by(decision.c.id))
        return [(row.what, row.by) for row in rows]


def test_scheduling_twice_gives_the_same_dispatch(world: World) -> None:
    """A second click finds the first dispatch, whatever state it is in."""
    world.readers(3)
    approved = world.approve()
    plan = Plan(due_at=world.clock.now() + HOUR)
    first = schedule(world.store, approved.id, plan)
    again = schedule(world.store, approved.id, plan)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.dispatch == first.dispatch

    world.clock.move(HOUR)
    world.run()
    assert not schedule(world.store, approved.id, plan).is_new
    assert sum(world.transport.taken.values()) == 3


def test_two_who_schedule_at_once_make_one_dispatch(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """Two connections race; the database lets one win, and both are told of it."""
    worlds = [World(open_database(), clock), World(open_database(), clock)]
    approved = worlds[0].approve()
    start, made = Barrier(2), []

    def race(mine: World) -> None:
        start.wait()
        made.append(schedule(mine.store, approved.id, Plan(due_at=clock.now())))

    threads = [Thread(target=race, args=(each,)) for each in worlds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(each.is_new for each in made) == [False, True]
    assert made[0].dispatch.id == made[1].dispatch.id


def test_taken_off_the_calendar_it_may_be_scheduled_anew(world: World) -> None:
    """Unscheduling before anything was frozen leaves no trace on the issue."""
    world.readers(2)
    first = world.schedule(world.approve(), due_at=world.clock.now() + HOUR)
    assert unschedule(world.store, first.id, "Ada").state == DispatchState.CANCELLED
    second = world.schedule(world.approve())
    assert second.id != first.id
    world.run()
    assert world.outcomes() == {"accepted": 2}


def test_once_begun_it_can_not_be_taken_off_or_rebound(world: World) -> None:
    """After freezing began, unschedule, reschedule and rebind say so and change nothing."""
    of = world.begin(2)
    other = world.approve()
    for act in (
        lambda: unschedule(world.store, of.id, "Ada"),
        lambda: rebind(world.store, of.id, other.id, "Ada"),
        lambda: reschedule(world.store, of.id, Plan(due_at=world.clock.now())),
    ):
        with pytest.raises(LedgerError, match="is sending; it can not be"):
            act()
    assert world.status().dispatch.approval_id == of.approval_id


def test_rebinding_sends_the_new_bytes_at_the_old_time(world: World) -> None:
    """Approving again while scheduled binds the dispatch anew and keeps the time."""
    world.readers(1)
    due = world.clock.now() + HOUR
    of = world.schedule(world.approve(words="Old"), due_at=due)
    bound = rebind(world.store, of.id, world.approve(words="New").id, "Ada")
    assert bound.due_at == due
    world.clock.move(HOUR)
    world.run()
    assert world.transport.sent[0].letter.subject == "New all"
    assert ("rebind", "Ada") in decisions(world)


def test_an_approval_of_another_issue_is_refused(world: World) -> None:
    """A dispatch sends its own issue only."""
    of = world.schedule(world.approve(12), due_at=world.clock.now() + HOUR)
    with pytest.raises(LedgerError, match="is not of issue 12"):
        rebind(world.store, of.id, world.approve(13).id, "Ada")
    with pytest.raises(NotFound):
        rebind(world.store, of.id, 999, "Ada")


def test_moved_to_another_time_it_goes_then(world: World) -> None:
    """Rescheduling replaces instant, wall time and zone."""
    world.readers(1)
    of = world.schedule(world.approve(), due_at=world.clock.now() + HOUR)
    later = world.clock.now() + 3 * HOUR
    moved = reschedule(world.store, of.id, Plan(later, "2026-12-01 16:00", "Europe/Berlin"))
    assert (moved.due_at, moved.wall_time, moved.zone) == (
        later,
        "2026-12-01 16:00",
        "Europe/Berlin",
    )
    world.clock.move(2 * HOUR)
    world.tick()
    assert world.state() == DispatchState.SCHEDULED
    world.clock.move(HOUR)
    assert world.run().dispatch.state == DispatchState.SENT


@pytest.mark.parametrize("act", [resume, cancel])
def test_what_has_ended_can_not_be_resumed_or_cancelled(
    world: World, act: Callable[..., object]
) -> None:
    """The words say which state it is in."""
    of = world.begin(1)
    world.run()
    with pytest.raises(LedgerError, match="is sent"):
        act(world.store, of.id, by="Ada")


def test_cancelling_excludes_who_was_not_mailed(store: Store, clock: SettableClock) -> None:
    """A cancelled dispatch balances: accepted, and excluded as cancelled."""
    world = World(store, clock, rules=Rules(most=4))
    of = world.begin(100)
    world.send_rung(most=2)
    cancel(world.store, of.id, by="Ada")
    world.run()

    assert world.outcomes() == {"accepted": 8, "excluded": 92}
    assert world.status().excluded == {"cancelled": 92}
    world.require_promises()


def test_cancelling_goes_on_after_a_kill(store: Store, clock: SettableClock) -> None:
    """What a dead process left of a cancellation is finished by the next tick."""
    world = World(store, clock, rules=Rules(most=4))
    of = world.begin(100)
    with store.write() as connection:  # the first commit of `cancel`, and then the plug is pulled
        connection.execute(dispatch_step(DispatchState.CANCELLED).where(dispatch.c.id == of.id))
    assert world.send_rung() == 25
    assert not world.transport.sent
    world.tick()
    assert world.outcomes() == {"excluded": 100}


def test_one_wave_is_cancelled_alone(world: World) -> None:
    """The other waves go out."""
    world.bring(
        [
            NewReader("tokyo@reader.test", zone="Asia/Tokyo"),
            NewReader("paris@reader.test", zone="Europe/Paris"),
        ]
    )
    world.schedule(world.approve(), wall_time="2026-12-01 23:00", zone="subscriber")
    world.tick()
    tokyo = world.status().waves[0]
    cancel_wave(world.store, tokyo.id, by="Ada")
    world.run(ticks=30, every=3_600)

    assert world.transport.taken == {"paris@reader.test": 1}
    assert world.status().excluded == {"cancelled": 1}
    assert world.status().dispatch.state == DispatchState.SENT
    with pytest.raises(LedgerError, match="can not be cancelled"):
        cancel_wave(world.store, tokyo.id, by="Ada")


def test_correcting_sends_the_new_version_to_the_rest(store: Store, clock: SettableClock) -> None:
    """Who has the old version keeps it; who has none gets the new one; nobody gets both."""
    world = World(store, clock, rules=Rules(most=4))
    of = world.begin(12)
    world.send_rung(most=1)
    new = world.approve(words="New")
    with pytest.raises(LedgerError, match="Pause it before"):
        correct(world.store, of.id, new.id, Plan(world.clock.now(), by="Ada"))
    pause(world.store, of.id, by="Ada")
    made = correct(world.store, of.id, new.id, Plan(world.clock.now(), by="Ada"))
    assert made.is_new
    world.run()

    subjects = [sent.letter.subject for sent in world.transport.sent]
    assert subjects == ["Hello all", "New all", "New all"]
    assert len(world.transport.taken) == 12
    assert world.outcomes() == {"accepted": 8}
    world.require_promises()


def test_a_correction_for_those_mailed_is_an_issue_for_them(world: World) -> None:
    """`received: 12` holds exactly who accepted issue 12."""
    world.transport.always = names("r00001@reader.test")
    world.begin(3)
    world.run()
    world.transport.always = accept
    world.bring([NewReader("new@reader.test")])
    world.schedule(world.approve(13, audience=Audience(name="", received=(12,))))
    world.run()
    world.tick()
    world.send_rung()
    assert world.outcomes(13) == {"accepted": 2}


def test_a_follow_up_goes_to_rejected_excluded_and_new_readers(world: World) -> None:
    """It mails whom no dispatch of the issue holds, and freezes only those."""
    emails = world.readers(5)
    with world.store.write() as connection:
        connection.execute(
            insert(suppression).values(email=emails[0], reason="bounce", at=world.clock.now())
        )
    approved = world.approve()
    world.transport.always = names(emails[1])
    world.transport.script.append(names(emails[1]))
    world.schedule(approved)
    with pytest.raises(LedgerError, match="comes after it has ended"):
        follow_up(world.store, approved.id, Plan(world.clock.now()))
    world.run()
    world.transport.always = accept
    world.bring([NewReader("new@reader.test")])

    planned = follow_up(world.store, approved.id, Plan(world.clock.now()))
    world.run()

    assert planned.is_new
    assert world.outcomes() == {"accepted": 2, "excluded": 1}
    assert world.transport.taken == {
        **dict.fromkeys(emails[2:], 1),
        emails[1]: 1,
        "new@reader.test": 1,
    }


def test_nothing_follows_what_was_never_sent(world: World) -> None:
    """The words say what to use instead."""
    approved = world.approve()
    with pytest.raises(LedgerError, match="Use `send`"):
        follow_up(world.store, approved.id, Plan(world.clock.now()))


@pytest.fixture
def uncertain(store: Store, clock: SettableClock) -> World:
    """An ended dispatch of 8 readers, 4 of them unknown."""
    world = World(store, clock, rules=Rules(most=4))
    world.transport.script.append(ambiguous)
    world.begin(8)
    world.run()
    assert world.outcomes() == {"accepted": 4, "unknown": 4}
    return world


def test_the_unknown_are_listed_with_the_evidence(uncertain: World) -> None:
    """When, how many, what the network said, and which process made the call."""
    (found,) = list_unknown(uncertain.desk, 12)
    assert (found.readers, found.reason, found.owner) == (4, "timed out", "host|1|1")


def test_assuming_sent_is_a_decision_that_is_kept(uncertain: World) -> None:
    """They count as accepted, nobody is mailed, and who decided is written down."""
    assert resolve(uncertain.desk, 12, Resolution.ASSUME_SENT, by="Ada") == 4
    assert uncertain.outcomes() == {"accepted": 8}
    assert not list_unknown(uncertain.desk, 12)
    assert ("assume_sent", "Ada") in decisions(uncertain)
    assert not uncertain.status().is_uncertain
    assert len(uncertain.transport.sent) == 2


def test_sending_again_waits_an_hour_and_then_sends_once(uncertain: World) -> None:
    """Refused while mails may be on their way; then each goes exactly once more."""
    with pytest.raises(LedgerError, match="possible in 60 minutes"):
        resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    assert uncertain.outcomes() == {"accepted": 4, "unknown": 4}

    uncertain.clock.move(HOUR)
    assert resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada") == 4
    assert uncertain.state() == DispatchState.SENDING
    assert uncertain.run().dispatch.state == DispatchState.SENT
    assert uncertain.outcomes() == {"accepted": 8}
    assert resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada") == 0
    uncertain.require_promises()


@pytest.mark.parametrize("where", ["alive", "foreign", "dead"])
def test_sending_again_waits_for_the_end_of_the_sender(
    store: Store, clock: SettableClock, where: str
) -> None:
    """A sender that may live may still be about to call; one that is dead is not."""
    world = World(store, clock)
    world.begin(2)
    world.crash_point = lambda point: (
        (_ for _ in ()).throw(KeyboardInterrupt) if (point == "before_socket") else None
    )
    with pytest.raises(KeyboardInterrupt):
        world.send_rung()
    clock.move(2 * HOUR)
    world.run()
    getattr(world.roster, where, set()).add(world.roster.name)

    if where != "dead":
        with pytest.raises(LedgerError, match="may still be running"):
            resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
        clock.move(timedelta(days=1))
    if where != "alive":
        assert resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada") == 2


def test_who_left_meanwhile_is_not_sent_again(uncertain: World) -> None:
    """Send-again reads consent like any other sending."""
    with uncertain.store.write() as connection:
        connection.execute(update(subscriber).values(status=Status.UNSUBSCRIBED))
    uncertain.clock.move(HOUR)
    resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    uncertain.run()
    assert uncertain.outcomes() == {"accepted": 4, "excluded": 4}


def test_one_dispatch_after_the_other_is_sent_again(uncertain: World) -> None:
    """A follow-up ended uncertain, too: at most one dispatch of an issue goes out at a time."""
    with uncertain.store.read() as connection:
        approved = latest_approval(connection, 12)
    assert approved is not None
    uncertain.bring([NewReader("new@reader.test")])
    uncertain.transport.script.append(ambiguous)
    follow_up(uncertain.store, approved.id, Plan(uncertain.clock.now()))
    uncertain.run()
    uncertain.clock.move(HOUR)

    assert resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada", seen=5) == 4
    assert uncertain.outcomes() == {"unknown": 1}
    for _ in range(2):
        uncertain.tick()
        uncertain.send_rung()
    uncertain.tick()
    uncertain.clock.move(HOUR)
    assert resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada", seen=1) == 1
    uncertain.run()

    assert uncertain.outcomes() == {"accepted": 1}
    assert uncertain_issues(uncertain.store) == ()


def test_a_follow_up_leaves_the_unknown_alone(uncertain: World) -> None:
    """Perhaps they have it: only evidence or a person moves them."""
    with uncertain.store.read() as connection:
        approved = latest_approval(connection, 12)
    assert approved is not None
    made: Planned = follow_up(uncertain.store, approved.id, Plan(uncertain.clock.now()))
    uncertain.clock.move(HOUR)
    with pytest.raises(LedgerError, match="Send again after it has ended"):
        resolve(uncertain.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    uncertain.run()
    assert made.is_new
    assert uncertain.status().dispatch.frozen == 0


def test_pausing_twice_is_one_pause(world: World) -> None:
    """The reason of the first stays, and resume goes back to where it was."""
    world.transport.always = refuses("nobody")
    of = world.begin(2)
    pause(world.store, of.id, by="Ada", reason="a typo")
    assert pause(world.store, of.id, by="Bob").reason == "a typo"
    assert resume(world.store, of.id, by="Ada").state == DispatchState.SENDING
    with pytest.raises(LedgerError, match="not paused"):
        resume(world.store, of.id, by="Ada")
