"""Dead and silent senders, late answers, and the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from newsletter.dispatching.claiming import Claim
from newsletter.dispatching.control import cancel
from newsletter.dispatching.recording import record
from newsletter.dispatching.rules import Rules
from newsletter.model.ledger import BatchState, DispatchState
from newsletter.model.transport import Batch, Receipt
from newsletter.store import Store
from newsletter.store.tables import attempt, batch, delivery
from tests.peers_ledger import (
    Answering,
    SettableClock,
    SettableRoster,
    World,
    accept,
    ambiguous,
    refused,
    unreachable,
)


class Killed(BaseException):
    """What a test throws where a process would die."""


def die_at(name: str) -> Callable[[str], None]:
    """A crash point that kills once."""
    lives = [1]

    def crash(point: str) -> None:
        if point == name and lives:
            lives.pop()
            raise Killed

    return crash


@pytest.fixture
def pair(open_database: Callable[[], Store], clock: SettableClock) -> tuple[World, World]:
    """Two processes on one host and one database, sending to the same other side."""
    first = World(open_database(), clock)
    second = World(open_database(), clock, first.transport, roster=SettableRoster(name="host|2|2"))
    return first, second


@pytest.mark.parametrize(
    ("point", "left", "end"),
    [
        ("after_claim", {"queued": 3}, {"accepted": 3}),
        ("after_sending", {"unknown": 3}, {"unknown": 3}),
        ("before_socket", {"unknown": 3}, {"unknown": 3}),
        ("after_answer", {"unknown": 3}, {"unknown": 3}),
    ],
)
def test_a_dead_owner_on_the_same_host_frees_at_once(
    pair: tuple[World, World], point: str, left: dict[str, int], end: dict[str, int]
) -> None:
    """Killed before the commit nothing left: sent again. After it perhaps: unknown, for good."""
    first, second = pair
    first.begin(3)
    first.crash_point = die_at(point)
    with pytest.raises(Killed):
        first.send_rung()

    second.tick()
    assert second.status().outcomes != left, "its owner may be alive"
    second.roster.dead.add(first.roster.name)
    second.tick()
    assert second.outcomes() == left
    second.run()

    assert second.outcomes() == end
    assert second.status().dispatch.state == DispatchState.SENT
    assert second.status().is_uncertain == ("unknown" in end)
    assert all(count == 1 for count in first.transport.taken.values())


@pytest.mark.parametrize(
    ("point", "left"), [("after_claim", {"queued": 3}), ("after_sending", {"unknown": 3})]
)
def test_a_lease_that_ended_frees_what_a_silent_owner_held(
    pair: tuple[World, World], point: str, left: dict[str, int]
) -> None:
    """On another host nobody can know; there the lease decides."""
    first, second = pair
    first.begin(3)
    first.crash_point = die_at(point)
    with pytest.raises(Killed):
        first.send_rung()

    second.clock.move(second.desk.rules.lease - timedelta(seconds=1))
    assert second.tick().swept == 0
    second.clock.move(timedelta(seconds=1))
    assert second.tick().swept == 1
    assert second.outcomes() == left


@pytest.mark.parametrize(
    ("answer", "outcomes", "state"),
    [
        (accept, {"accepted": 3}, BatchState.ACCEPTED),
        (ambiguous, {"unknown": 3}, BatchState.UNKNOWN),
    ],
)
def test_a_late_answer_settles_what_was_given_up(
    pair: tuple[World, World], answer: Answering, outcomes: dict[str, int], state: BatchState
) -> None:
    """The answer lands on its Attempt, marked late, and on rows still unknown under it."""
    first, second = pair
    first.begin(3)

    def slow(sent: Batch) -> Receipt:
        first.clock.move(timedelta(minutes=4))
        second.tick()
        assert second.outcomes() == {"unknown": 3}
        return answer(sent)

    first.transport.script.append(slow)
    first.send_rung()

    assert first.outcomes() == outcomes
    with first.store.read() as connection:
        row = connection.execute(select(attempt)).one()
        assert connection.execute(select(batch.c.state)).scalar_one() == state
    assert row.late
    assert row.answer is not None
    first.require_promises()


@pytest.mark.parametrize("answer", [unreachable, refused])
def test_a_late_answer_that_nothing_was_taken_sends_again(
    pair: tuple[World, World], answer: Answering
) -> None:
    """While the dispatch goes on, readers certainly not taken go again in a batch of their own."""
    first, second = pair
    first = World(first.store, first.clock, first.transport, rules=Rules(most=3))
    emails = first.readers(6)
    first.schedule(first.approve())
    first.tick()

    def slow(sent: Batch) -> Receipt:
        first.clock.move(timedelta(minutes=4))
        second.tick()
        assert second.outcomes() == {"unknown": 3, "queued": 3}
        return answer(sent)

    first.transport.script.append(slow)
    first.send_rung(most=1)
    assert first.outcomes() == {"queued": 6}
    second.run()

    assert first.transport.taken == dict.fromkeys(emails, 1)
    first.require_promises()


def test_a_late_answer_after_the_end_stays_evidence(pair: tuple[World, World]) -> None:
    """Once a dispatch has ended only a person sends again."""
    first, second = pair
    first.begin(3)

    def very_slow(sent: Batch) -> Receipt:
        first.clock.move(timedelta(minutes=4))
        second.run()
        assert second.status().is_uncertain
        return unreachable(sent)

    first.transport.script.append(very_slow)
    first.send_rung()
    second.run()

    assert first.outcomes() == {"unknown": 3}
    with first.store.read() as connection:
        assert connection.execute(select(attempt.c.reason)).scalar_one() == "connection refused"


def test_an_answer_written_twice_counts_once(world: World) -> None:
    """When the commit went through and only its acknowledgement was lost, nothing moves."""
    world.begin(3)
    world.send_rung()
    with world.store.read() as connection:
        row = connection.execute(select(batch)).one()
        ids = list(connection.scalars(select(delivery.c.id)))
    claim = Claim(row.id, 1, row.rendition_id, row.first_delivery, row.last_delivery, row.fence)
    receipt = ambiguous(world.transport.sent[0])

    record(world.desk, claim, row.attempt_id, ids, receipt)

    assert world.outcomes() == {"accepted": 3}
    with world.store.read() as connection:
        assert not connection.execute(select(attempt.c.late)).scalar_one()


def test_killed_while_splitting_nothing_is_split(
    pair: tuple[World, World],
) -> None:
    """Parent and both children stand in one transaction, or none does."""
    first, second = pair
    first.begin(4)
    first.transport.script.append(refused)
    first.crash_point = die_at("splitting")
    with pytest.raises(Killed):
        first.send_rung()
    second.roster.dead.add(first.roster.name)
    second.run()

    with first.store.read() as connection:
        assert len(connection.execute(select(batch)).all()) == 1
    assert second.outcomes() == {"unknown": 4}


def test_killed_while_sweeping_it_is_swept_again(pair: tuple[World, World]) -> None:
    """A sweep that dies leaves what it found for the next."""
    first, second = pair
    first.begin(3)
    first.crash_point = die_at("after_sending")
    with pytest.raises(Killed):
        first.send_rung()
    second.roster.dead.add(first.roster.name)
    second.crash_point = die_at("sweeping")
    with pytest.raises(Killed):
        second.tick()
    second.run()
    assert second.outcomes() == {"unknown": 3}


def test_cancelled_while_on_the_wire_the_sum_is_still_right(pair: tuple[World, World]) -> None:
    """A cancelled dispatch whose sender dies ends with accepted, excluded and unknown."""
    first, second = pair
    first = World(first.store, first.clock, first.transport, rules=Rules(most=4))
    of = first.begin(12)
    first.send_rung(most=1)
    first.crash_point = die_at("after_sending")
    with pytest.raises(Killed):
        first.send_rung(most=1)
    cancel(second.store, of.id, by="Ada")
    second.roster.dead.add(first.roster.name)
    second.tick()

    assert second.outcomes() == {"accepted": 4, "unknown": 4, "excluded": 4}
    second.require_promises()


def test_a_missing_delivery_is_said_aloud(world: World) -> None:
    """A dispatch that does not add up is not called sent: a person is asked."""
    world.begin(3)
    world.send_rung()
    with world.store.write() as connection:
        first = connection.execute(select(delivery.c.id).limit(1)).scalar_one()
        connection.execute(delete(delivery).where(delivery.c.id == first))

    ticked = world.tick()

    assert "3 readers were frozen, and at the end there are 2 accepted" in ticked.problems[0]
    assert world.status().dispatch.state == DispatchState.NEEDS_REVIEW
    assert "does not add up" in world.status().dispatch.reason
