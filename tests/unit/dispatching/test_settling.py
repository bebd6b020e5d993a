"""What each answer of the provider does to readers, batches and the dispatch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from newsletter.dispatching.control import cancel, resume
from newsletter.dispatching.rules import Rules
from newsletter.model.ledger import BatchState, DispatchState
from newsletter.model.transport import Answer, Batch, Outcome, Receipt
from newsletter.store import Store
from newsletter.store.tables import attempt, batch, throttle
from tests.peers_ledger import (
    ScriptedTransport,
    SettableClock,
    World,
    accept,
    content_refused,
    key_refused,
    names,
    partly,
    rate_limited,
    refused,
    refuses,
    too_large,
    unreachable,
)


@pytest.fixture
def world(store: Store, clock: SettableClock) -> World:
    """A world whose batches hold eight readers."""
    return World(store, clock, rules=Rules(most=8))


def test_an_accepted_batch_is_written_down_with_its_attempt(world: World) -> None:
    """The Attempt keeps who sent, when, what was answered, and the provider's name for it."""

    def answer(sent: Batch) -> Receipt:
        told = accept(sent)
        return Receipt(told.answer, told.outcomes, message_id="m-1", status=202)

    world.transport.script.append(answer)
    world.begin(3)
    world.send_rung()

    with world.store.read() as connection:
        row = connection.execute(select(attempt)).one()
    assert (row.answer, row.status, row.message_id) == (Answer.ACCEPTED, 202, "m-1")
    assert (row.owner, row.readers, row.late) == (world.roster.name, 3, False)
    assert world.transport.sent[0].attempt == f"{world.store.site_id}-{row.id:x}"


def test_a_rate_limit_holds_every_dispatch(world: World) -> None:
    """After a 429 nobody asks before the moment it names, whatever issue it is for."""
    until = world.clock.now() + timedelta(seconds=30)
    world.transport.script.append(rate_limited(until))
    world.begin(3)
    world.schedule(world.approve(13))
    world.tick()
    world.send_rung()
    assert len(world.transport.sent) == 1

    world.clock.move(timedelta(seconds=29))
    world.tick()
    assert world.send_rung() == 0
    world.clock.move(timedelta(seconds=1))
    world.run()

    assert world.outcomes() == {"accepted": 3}


@pytest.mark.parametrize("told", [None, timedelta(days=-400), timedelta(days=4000)])
def test_a_rate_limit_that_makes_no_sense_is_bounded(world: World, told: timedelta | None) -> None:
    """A provider's wrong clock neither hammers it nor parks us for ever."""
    now = world.clock.now()
    world.transport.script.append(rate_limited(None if told is None else now + told))
    world.begin(1)
    world.send_rung()

    with world.store.read() as connection:
        until = connection.execute(select(throttle.c.not_before)).scalar_one()
    assert timedelta(seconds=1) <= until - now <= timedelta(hours=1)


def test_readers_who_are_named_are_rejected_and_the_others_sent(world: World) -> None:
    """A 400 that names readers rejects these; the rest goes again in the same batch."""
    world.transport.always = names("r00001@reader.test", "r00004@reader.test")
    world.begin(6)

    assert world.run().dispatch.state == DispatchState.SENT
    assert world.outcomes() == {"accepted": 4, "rejected": 2}
    world.require_promises()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (content_refused, "refused the content: from.email: not verified"),
        (key_refused, "refused the key: authorization required"),
    ],
)
def test_a_refused_key_or_content_pauses_with_the_words(
    world: World, answer: object, words: str
) -> None:
    """401, 403 and a 400 about anything but readers pause the dispatch; nobody is lost."""
    world.transport.always = answer  # type: ignore[assignment]
    world.begin(20)

    status = world.run()

    assert status.dispatch.state == DispatchState.PAUSED
    assert words in status.dispatch.reason
    assert len(world.transport.sent) == 1
    assert world.outcomes() == {"queued": 20}

    world.transport.always = accept
    resume(world.store, status.dispatch.id, by="Ada")
    world.run()
    assert world.outcomes() == {"accepted": 20}
    world.require_promises()


def test_a_bad_reader_is_found_by_halving(world: World) -> None:
    """A 400 that names nothing halves the batch until the one bad reader stands alone."""
    world.transport.always = refuses("r00005@reader.test")
    world.begin(8)

    assert world.run().dispatch.state == DispatchState.SENT
    assert world.outcomes() == {"accepted": 7, "rejected": 1}
    with world.store.read() as connection:
        states = connection.scalars(select(batch.c.state)).all()
    assert states.count(BatchState.SPLIT) == 3
    world.require_promises()


def test_both_halves_refused_alike_pause(world: World) -> None:
    """When the halves are refused with the same words it is the content, not a reader."""
    world.transport.always = refused
    world.begin(8)

    status = world.run()

    assert status.dispatch.state == DispatchState.PAUSED
    assert "both halves" in status.dispatch.reason
    assert "Bad Request" in status.dispatch.reason
    assert len(world.transport.sent) == 3
    assert world.outcomes() == {"queued": 8}


def test_two_bad_readers_apart_are_found_after_a_resume(world: World) -> None:
    """A person who resumes lets the halves be tried further, until only the bad are left."""
    world.transport.always = refuses("r00001@reader.test", "r00006@reader.test")
    world.begin(8)
    for _ in range(10):
        status = world.run()
        if status.dispatch.state != DispatchState.PAUSED:
            break
        resume(world.store, status.dispatch.id, by="Ada")

    assert world.outcomes() == {"accepted": 6, "rejected": 2}
    world.require_promises()


def test_a_batch_that_is_too_large_is_halved(world: World) -> None:
    """413 halves until it fits."""

    def fits_three(sent: Batch) -> Receipt:
        return too_large(sent) if len(sent.recipients) > 3 else accept(sent)

    world.transport.always = fits_three
    world.begin(8)
    world.run()

    assert world.outcomes() == {"accepted": 8}
    assert max(len(each.recipients) for each in world.transport.sent[-4:]) <= 3
    world.require_promises()


def test_a_mail_too_large_for_one_reader_pauses(world: World) -> None:
    """413 at one reader is about the mail itself."""
    world.transport.always = too_large
    world.begin(4)

    status = world.run()

    assert status.dispatch.state == DispatchState.PAUSED
    assert "too large" in status.dispatch.reason
    assert world.outcomes() == {"queued": 4}


def test_nobody_listening_is_tried_less_and_less_often(world: World) -> None:
    """Nothing left us: readers stay queued, calls come at growing intervals, and go on."""
    world.transport.always = unreachable
    world.begin(3)
    started = world.clock.now()
    calls = []
    for _ in range(1_000):
        world.tick()
        before = len(world.transport.sent)
        world.send_rung()
        if len(world.transport.sent) > before:
            calls.append((world.clock.now() - started).total_seconds())
        if len(calls) == 4:
            break
        world.clock.move(timedelta(seconds=5))

    assert calls == [0, 10, 30, 70]
    assert world.outcomes() == {"queued": 3}
    world.transport.always = accept
    world.run()
    assert world.outcomes() == {"accepted": 3}


def test_nobody_listening_for_long_pauses(store: Store, clock: SettableClock) -> None:
    """After so many calls that reached nobody a person is asked."""
    world = World(store, clock, rules=Rules(unreachable=6))
    world.transport.always = unreachable
    world.begin(3)

    status = world.run(ticks=60, every=60)

    assert status.dispatch.state == DispatchState.PAUSED
    assert "can not be reached: connection refused" in status.dispatch.reason
    assert len(world.transport.sent) == 6


def test_outcomes_that_differ_by_reader_land_on_each(world: World) -> None:
    """SMTP answers reader by reader: each row gets its own, the untouched go again."""
    a, r, u, n = Outcome.ACCEPTED, Outcome.REJECTED, Outcome.UNKNOWN, Outcome.UNTOUCHED
    world.transport.script.append(partly(a, r, n, u, a, n))
    world.begin(6)
    world.send_rung()
    assert world.outcomes() == {"accepted": 2, "rejected": 1, "unknown": 1, "queued": 2}

    world.run()

    assert world.outcomes() == {"accepted": 4, "rejected": 1, "unknown": 1}
    assert world.status().is_uncertain
    world.require_promises()


def test_a_server_that_ends_before_the_first_reader_is_not_hammered(world: World) -> None:
    """A partly answer without any outcome waits as for an unreachable provider."""
    world.transport.always = partly(*[Outcome.UNTOUCHED] * 6)
    world.begin(6)
    world.run(ticks=10, every=1)
    assert len(world.transport.sent) == 1


def test_an_answer_after_cancelling_excludes_the_untouched(world: World) -> None:
    """Readers on the wire when a dispatch is cancelled and not taken are excluded, not sent."""

    def cancelled_meanwhile(sent: Batch) -> Receipt:
        cancel(world.store, world.status().dispatch.id, by="Ada")
        return names("r00001@reader.test")(sent)

    world.transport.script.append(cancelled_meanwhile)
    world.begin(12)
    world.send_rung()
    world.run(ticks=2)

    assert world.outcomes() == {"rejected": 1, "excluded": 11}
    assert world.status().excluded == {"cancelled": 11}
    assert len(world.transport.sent) == 1
    world.require_promises()


def test_a_transport_that_breaks_leaves_its_readers_unknown(world: World) -> None:
    """An exception out of a transport says nothing about the other side."""

    def breaks(sent: Batch) -> Receipt:
        raise RuntimeError("bug")

    world.transport.script.append(breaks)
    world.begin(2)
    world.run()

    assert world.outcomes() == {"unknown": 2}
    with world.store.read() as connection:
        assert "bug" in connection.execute(select(attempt.c.reason)).scalar_one()


def test_a_transport_that_miscounts_leaves_its_readers_unknown(world: World) -> None:
    """Outcomes for another number of readers can not be told apart, so none is believed."""
    world = World(world.store, world.clock, Miscounting())
    world.begin(2)
    world.run()
    assert world.outcomes() == {"unknown": 2}


class Miscounting(ScriptedTransport):
    """A transport that answers for one reader less."""

    def send(self, batch: Batch) -> Receipt:
        """One is missing."""
        return Receipt(Answer.ACCEPTED, (Outcome.ACCEPTED,) * (len(batch.recipients) - 1))
