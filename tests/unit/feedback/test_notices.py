"""What people of the site are told: each thing once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from newsletter.dispatching.announcing import SILENCE
from newsletter.dispatching.control import cancel, pause, resume
from newsletter.dispatching.planning import Plan, reschedule
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.rules import Rules
from newsletter.feedback.notices import Watched, write_health, write_notices, write_silence
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import Resolution
from newsletter.model.notice import Notice, NoticeKind
from newsletter.store import Store
from newsletter.store.notices import latest_notices
from newsletter.store.tables import evidence
from tests.peers_ledger import SettableClock, World, ambiguous, key_refused

HOUR = timedelta(hours=1)


def notices(world: World) -> list[Notice]:
    """All there are, oldest first."""
    with world.store.read() as connection:
        return list(reversed(latest_notices(connection, 100)))


def causes(world: World) -> list[str]:
    """What they are about."""
    return [each.cause for each in notices(world)]


def test_a_quiet_issue_has_two(world: World) -> None:
    """It started, and it is out, with the balance."""
    world.begin(3)
    world.run()
    started, finished = notices(world)
    assert started.words == "\u201cIssue 12\u201d goes to 3 readers."
    assert (started.kind, started.issue_number) == (NoticeKind.STARTED, 12)
    assert finished.title == "Issue 12 is out"
    assert "3 readers, of whom accepted 3, rejected 0, excluded 0, unknown 0" in finished.words


def test_each_pause_is_one(world: World) -> None:
    """By a person and by the program, each with its reason."""
    of = world.begin(3)
    pause(world.store, of.id, by="Ada", reason="A typo.")
    pause(world.store, of.id, by="Ada")
    resume(world.store, of.id, by="Ada")
    world.transport.script.append(key_refused)
    world.tick()
    world.send_rung()
    _, typo, key = notices(world)
    assert (typo.kind, typo.words) == (
        NoticeKind.PAUSED,
        "A typo. To go on: newsletter resume 12",
    )
    assert key.kind is NoticeKind.KEY_REFUSED
    assert key.title == "Issue 12 is paused: the provider refuses the key"


def test_a_cancelled_issue(world: World) -> None:
    """Somebody ended it; one that nobody was frozen for is no news."""
    of = world.begin(3)
    cancel(world.store, of.id, by="Ada")
    other = world.schedule(world.approve(13), due_at=world.clock.now() + HOUR)
    cancel(world.store, other.id, by="Ada")
    assert [each.title for each in notices(world)][1:] == ["Issue 12 was cancelled"]


def test_what_needs_a_person(world: World) -> None:
    """Missed by hours: that nobody looked, and that a person has to say when."""
    world.readers(2)
    of = world.schedule(world.approve())
    world.clock.move(7 * HOUR)
    world.tick()
    world.tick()
    silence, review = notices(world)
    assert (silence.kind, review.kind) == (NoticeKind.NO_TICK, NoticeKind.NEEDS_REVIEW)
    assert "newsletter schedule 12 --at" in review.words
    reschedule(world.store, of.id, Plan(world.clock.now(), by="Ada"))
    world.run()
    assert causes(world)[2:] == ["started-1", "finished-1-1"]


def test_nobody_looked_is_told_once_by_whoever_sees_it_first(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """A process that only serves says so while it lasts; the tick afterwards adds nothing."""
    world = World(open_database(), clock)
    world.begin(3)
    web = open_database()
    assert not write_silence(web)
    clock.move(SILENCE)
    assert not write_silence(web)
    clock.move(timedelta(seconds=1))
    assert write_silence(web)
    clock.move(HOUR)
    assert write_silence(web)
    world.tick()
    assert [each.kind for each in notices(world)].count(NoticeKind.NO_TICK) == 1


def test_no_scheduler_is_no_matter_while_nothing_is_due(world: World) -> None:
    """An empty calendar needs none; nor does what a person paused and went on with just now."""
    world.clock.move(HOUR)
    assert not write_silence(world.store)
    of = world.begin(3)
    pause(world.store, of.id, by="Ada")
    world.clock.move(HOUR)
    assert not write_silence(world.store)
    resume(world.store, of.id, by="Ada")
    world.tick()
    assert NoticeKind.NO_TICK not in [each.kind for each in notices(world)]


def test_unknown_readers_wait_for_a_person(world: World) -> None:
    """A day later, when the provider's log is at its end; once."""
    world.transport.script.append(ambiguous)
    world.begin(3)
    world.run()
    write_notices(world.store, Watched())
    world.clock.move(timedelta(hours=24))
    for _ in range(2):
        write_notices(world.store, Watched())
    *_, told = notices(world)
    assert told.title == "Of 3 readers of issue 12 nobody knows whether they got it"
    assert causes(world).count("unknown-1") == 1


def test_sent_again_it_ends_again(world: World) -> None:
    """A second end is a second occasion; a second start is none."""
    world.transport.script.append(ambiguous)
    world.begin(3)
    world.run()
    world.clock.move(2 * HOUR)
    world.tick()
    resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    world.run()
    assert causes(world) == ["started-1", "finished-1-1", "finished-1-2"]


def test_two_mails_for_one_reader(world: World) -> None:
    """Loud, and once a day, however many there are."""
    world.begin(3)
    world.run()
    with world.store.write() as connection:
        connection.execute(
            insert(evidence),
            [
                {
                    "delivery_id": each,
                    "kind": EvidenceKind.DUPLICATE,
                    "source": f"e{each}",
                    "at": world.clock.now(),
                }
                for each in (1, 2)
            ],
        )
    write_notices(world.store, Watched())
    world.clock.move(13 * HOUR)
    write_notices(world.store, Watched())
    told = [each for each in notices(world) if each.kind is NoticeKind.DUPLICATE]
    assert [each.issue_number for each in told] == [12]
    assert "for 2 readers" in told[0].words


def test_the_list_once_a_week(world: World) -> None:
    """A warning is repeated when a week has passed and it still stands."""
    watched = Watched(list_warnings=lambda connection, now: ("Too many complaints.",))
    for _ in range(9):  # a Tuesday to the Wednesday after
        write_health(world.store, watched)
        world.clock.move(timedelta(days=1))
    assert [each.words for each in notices(world)] == ["Too many complaints."] * 2


@pytest.mark.parametrize("ticks", [5])
def test_two_schedulers_write_each_once(
    open_database: Callable[[], Store], clock: SettableClock, ticks: int
) -> None:
    """Whoever wins a step writes its notice; what is derived has one cause."""
    rules = Rules(most=2)
    first = World(open_database(), clock, rules=rules)
    second = replace(first, store=open_database())
    first.transport.script.append(ambiguous)
    first.readers(6)
    first.schedule(first.approve())
    for _ in range(ticks):
        for each in (first, second):
            each.tick()
            each.send_rung()
            write_notices(each.store, Watched(patience=timedelta()))
        clock.move(timedelta(seconds=30))
    assert sorted(causes(first)) == ["finished-1-1", "started-1", "unknown-1"]
