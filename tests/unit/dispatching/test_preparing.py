"""Freezing the audience: who, why not, in which batches, and from wherever it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select, update

from newsletter.dispatching.planning import Plan, reschedule
from newsletter.dispatching.preparing import prepare
from newsletter.dispatching.rules import Rules
from newsletter.model.audience import Audience
from newsletter.model.ledger import BatchState, DispatchState
from newsletter.store import Store
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import batch, delivery, dispatch, rendition, subscriber, suppression
from newsletter.store.tables.subscribers import Status
from tests.peers_ledger import NOON, SettableClock, World

TINY = Rules(chunk=7, most=5)


class Killed(BaseException):
    """What a test throws where a process would die."""


def test_everyone_who_is_left_out_has_a_reason(world: World) -> None:
    """Suppressed, resting and nothing-left readers are frozen as excluded, with the reason."""
    emails = world.readers(6)
    world.bring([NewReader("news@reader.test", interests=("news",))])
    world.bring([NewReader("none@reader.test", interests=())])
    with world.store.write() as connection:
        connection.execute(
            insert(suppression).values(email=emails[0], reason="bounce", at=world.clock.now())
        )
        connection.execute(
            update(subscriber)
            .where(subscriber.c.email == emails[1])
            .values(paused_until=world.clock.now() + timedelta(days=1))
        )
        connection.execute(
            update(subscriber)
            .where(subscriber.c.email == emails[2])
            .values(paused_until=world.clock.now() - timedelta(days=1))
        )
    world.schedule(world.approve(variants=[("tips",)]))

    world.tick()

    status = world.status()
    assert status.dispatch.frozen == 8
    assert world.outcomes() == {"queued": 4, "excluded": 4}
    assert status.excluded == {"suppressed": 1, "paused": 1, "nothing_chosen": 2}


def test_unconfirmed_readers_are_no_candidates(world: World) -> None:
    """Pending, unsubscribed and erased readers are not frozen at all."""
    emails = world.readers(4)
    with world.store.write() as connection:
        for email, status in zip(
            emails, (Status.PENDING, Status.UNSUBSCRIBED, Status.ERASED), strict=False
        ):
            connection.execute(
                update(subscriber).where(subscriber.c.email == email).values(status=status)
            )
    world.schedule(world.approve())

    world.run()

    assert world.status().dispatch.frozen == 1
    assert world.transport.taken == {emails[3]: 1}


def test_each_reader_gets_the_rendition_of_their_interests(world: World) -> None:
    """A reader's interests choose the variant; one who never chose gets the fullest."""
    world.bring(
        [
            NewReader("all@reader.test"),
            NewReader("both@reader.test", interests=("tips", "news", "resources")),
            NewReader("tips@reader.test", interests=("tips",)),
            NewReader("other@reader.test", interests=("resources",)),
        ]
    )
    world.schedule(world.approve(variants=[("tips", "news"), ("tips",), ("news",), ()]))

    world.run()

    got = {
        recipient.email.partition("@")[0]: sent.letter.subject.removeprefix("Hello ")
        for sent in world.transport.sent
        for recipient in sent.recipients
    }
    assert got == {"all": "all", "both": "all", "tips": "tips", "other": "none"}


@pytest.mark.parametrize("readers", [1, 4, 5, 6, 7, 8, 35, 36])
def test_batches_are_filled_across_stretches(
    store: Store, clock: SettableClock, readers: int
) -> None:
    """However readers fall into stretches, a lane makes full batches and one rest."""
    world = World(store, clock, rules=TINY)
    world.begin(readers)

    world.run()

    sizes = [len(each.recipients) for each in world.transport.sent]
    assert sum(sizes) == readers
    assert len(sizes) == -(-readers // 5)
    world.require_promises()


def test_no_two_batches_share_a_reader(store: Store, clock: SettableClock) -> None:
    """Lanes that fill at once never give out one id twice, and ranges do not overlap."""
    world = World(store, clock, rules=TINY)
    for at in range(60):
        interests = [("tips",), ("news",), ("tips", "news"), None, ()][at % 5]
        world.bring([NewReader(f"r{at}@reader.test", interests=interests)])
    world.schedule(world.approve(variants=[("tips", "news"), ("tips",), ("news",)]))
    world.tick()

    with world.store.read() as connection:
        ranges = connection.execute(
            select(batch.c.first_delivery, batch.c.last_delivery).order_by(batch.c.first_delivery)
        ).all()
        queued = connection.scalars(select(delivery.c.id).where(delivery.c.reason.is_(None))).all()
    assert all(a[1] < b[0] for a, b in pairwise(ranges))
    assert all(sum(low <= each <= high for low, high in ranges) == 1 for each in queued)
    assert world.status().excluded == {"nothing_chosen": 12}


def test_killed_at_any_stretch_it_goes_on_where_it_was(store: Store, clock: SettableClock) -> None:
    """A death before any transaction of preparing loses and doubles nobody."""
    world = World(store, clock, rules=TINY)
    emails = world.readers(40)
    of = world.schedule(world.approve())
    deaths = iter(range(100))

    def die(point: str) -> None:
        if point == "preparing" and next(deaths) % 2:
            raise Killed

    world.crash_point = die
    for _ in range(30):
        try:
            world.tick()
            break
        except Killed:
            assert world.status().dispatch.state == DispatchState.PREPARING
    world.crash_point = lambda point: None
    world.run()

    assert world.status().dispatch.frozen == 40
    assert world.transport.taken == dict.fromkeys(emails, 1)
    assert of.id == world.status().dispatch.id


def test_readers_who_join_while_it_freezes_wait_for_the_next_issue(
    store: Store, clock: SettableClock
) -> None:
    """The audience is who was there when freezing began."""
    world = World(store, clock, rules=TINY)
    world.readers(20)
    world.schedule(world.approve())
    joined = []

    def join(point: str) -> None:
        if point == "preparing" and len(joined) < 3:
            joined.append(f"late{len(joined)}@reader.test")
            world.bring([NewReader(joined[-1])])

    world.crash_point = join
    world.tick()

    assert world.status().dispatch.frozen == 21  # one came before the frontier was set


def test_a_lost_rendition_does_not_pass_silently(world: World) -> None:
    """When candidates and deliveries differ, nothing is sent and a person is asked."""
    world.readers(10)
    approved = world.approve()
    of = world.schedule(approved)
    with world.store.write() as connection:
        connection.execute(
            update(dispatch).where(dispatch.c.id == of.id).values(state=DispatchState.PREPARING)
        )
    calls = Counter[str]()

    def lose_a_lane(point: str) -> None:
        calls[point] += 1
        if calls[point] == 2:  # lanes stand; now one more rendition appears that has none
            with world.store.write() as connection:
                row = connection.execute(select(rendition)).one()._asdict()
                connection.execute(
                    update(rendition).where(rendition.c.id == row["id"]).values(interests=64)
                )
                row |= {"id": row["id"] + 1, "variant": "stray", "interests": 0}
                connection.execute(insert(rendition).values(**row))

    world.crash_point = lose_a_lane
    ticked = world.tick()

    assert "10 readers match" in ticked.problems[0]
    assert world.status().dispatch.state == DispatchState.NEEDS_REVIEW
    assert world.status().dispatch.frozen == 0
    assert not world.transport.sent


def test_an_issue_for_nobody_ends_at_once(world: World) -> None:
    """No candidates: the dispatch ends as sent with nothing in it."""
    world.schedule(world.approve(audience=Audience(tags=("nobody",))))

    assert world.run().dispatch.state == DispatchState.SENT
    assert world.status().dispatch.frozen == 0


def test_two_schedulers_that_freeze_take_turns(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """A second process that prepares the same dispatch in between changes nothing."""
    world = World(open_database(), clock, rules=TINY)
    other = World(open_database(), clock, world.transport, rules=TINY)
    emails = world.readers(60)
    of = world.schedule(world.approve())
    turns = iter(range(4))

    def let_the_other(point: str) -> None:
        if point == "preparing" and next(turns, None) is not None:
            other.crash_point = lambda point: (_ for _ in ()).throw(Killed) if next(steps) else None
            steps = iter([0, 1])
            with pytest.raises(Killed):
                prepare(other.desk, of.id)

    world.crash_point = let_the_other
    world.tick()
    world.crash_point = lambda point: None
    world.run()

    assert world.status().dispatch.frozen == 60
    assert world.transport.taken == dict.fromkeys(emails, 1)


def test_a_wave_for_each_moment_of_the_day(world: World) -> None:
    """With the reader's own zone each gets it at that wall time; unknown zones use the site's."""
    world.bring(
        [
            NewReader("berlin@reader.test", zone="Europe/Berlin"),
            NewReader("tokyo@reader.test", zone="Asia/Tokyo"),
            NewReader("paris@reader.test", zone="Europe/Paris"),
            NewReader("nowhere@reader.test", zone="Mars/Olympus"),
            NewReader("unsaid@reader.test"),
        ]
    )
    world.schedule(
        world.approve(),
        wall_time="2026-12-02 09:00",
        zone="subscriber",
        due_at=datetime(2026, 12, 2, 0, 0, tzinfo=UTC),
    )
    world.clock.move(timedelta(hours=12))
    when: dict[str, datetime] = {}
    for _ in range(12):
        world.tick()
        world.send_rung()
        for email in world.transport.taken:
            when.setdefault(email.partition("@")[0], world.clock.now())
        world.clock.move(timedelta(hours=1))

    midnight = NOON + timedelta(hours=12)
    assert when == {
        "tokyo": midnight,
        "berlin": midnight + timedelta(hours=8),
        "paris": midnight + timedelta(hours=8),
        "nowhere": midnight + timedelta(hours=9),
        "unsaid": midnight + timedelta(hours=9),
    }
    assert world.status().dispatch.state == DispatchState.SENT


@pytest.mark.parametrize(("past", "hours"), [("now", 0), ("next_day", 21)])
def test_readers_whose_hour_is_past_go_as_chosen(world: World, past: str, hours: int) -> None:
    """A wall time already past where a reader lives: now, or the next day on their clock."""
    world.bring([NewReader("tokyo@reader.test", zone="Asia/Tokyo")])
    world.schedule(
        world.approve(),
        wall_time="2026-12-01 18:00",  # it is 21:00 in Tokyo
        zone="subscriber",
        past_zones=past,
    )
    world.tick()

    due = {wave.due_at for wave in world.status().waves if wave.due_at != NOON.replace(hour=18)}
    assert due == {NOON + timedelta(hours=hours)}


def test_what_is_past_counts_from_the_last_time_it_was_planned(world: World) -> None:
    """Moved to another time, readers whose hour passed in between wait for the next day."""
    world.bring([NewReader("tokyo@reader.test", zone="Asia/Tokyo")])
    plan = {"wall_time": "2026-12-01 22:00", "zone": "subscriber", "past_zones": "next_day"}
    of = world.schedule(world.approve(), due_at=NOON + timedelta(hours=1), **plan)
    world.clock.move(timedelta(hours=2))  # 23:00 in Tokyo
    moved = Plan(due_at=world.clock.now(), by="Ada", **plan)
    reschedule(world.store, of.id, moved)
    world.tick()

    tokyo = NOON + timedelta(hours=25)
    assert tokyo in {wave.due_at for wave in world.status().waves}


def test_batches_never_exceed_what_the_transport_takes(store: Store, clock: SettableClock) -> None:
    """A transport that carries 3 readers a call gets batches of 3."""
    world = World(store, clock)
    world.transport.most = 3
    world.begin(10)
    world.run()
    assert [len(each.recipients) for each in world.transport.sent] == [3, 3, 3, 1]


def test_ready_batches_wait_for_the_end_of_freezing(store: Store, clock: SettableClock) -> None:
    """Nothing is claimed before all are frozen, even when it is rung."""
    world = World(store, clock, rules=TINY)
    world.readers(30)
    world.schedule(world.approve())
    seen = iter(range(10))

    def ring_early(point: str) -> None:
        if point == "preparing" and next(seen) == 3:
            with world.store.read() as connection:
                world.engine.rung = list(
                    connection.scalars(select(batch.c.id).where(batch.c.state == BatchState.READY))
                )
            assert world.send_rung() > 0

    world.crash_point = ring_early
    world.tick()
    assert not world.transport.sent
