"""Claiming, consent at the last moment, and the commit before the socket."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, insert, select, update

from newsletter.dispatching.claiming import Claim, claim_batch
from newsletter.dispatching.control import cancel, pause, resume
from newsletter.dispatching.marks import read_mark
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.sending import send_batch, start_attempt
from newsletter.errors import LedgerError
from newsletter.model.ledger import BatchState, DeliveryOutcome, DispatchState
from newsletter.store import Store
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import (
    attempt,
    batch,
    delivery,
    dispatch,
    rendition,
    subscriber,
    suppression,
)
from newsletter.store.tables.subscribers import Status
from tests.peers_ledger import SettableClock, SettableRoster, World, accept


def one_batch(world: World) -> int:
    """The only batch."""
    with world.store.read() as connection:
        return connection.execute(select(batch.c.id)).scalar_one()


def set_reader(world: World, email: str, **values: object) -> None:
    """Change a reader behind the ledger's back, as the web side does."""
    with world.store.write() as connection:
        connection.execute(update(subscriber).where(subscriber.c.email == email).values(**values))


def unsubscribes(world: World, email: str) -> None:
    """The reader clicks."""
    set_reader(world, email, status=Status.UNSUBSCRIBED)


def bounces(world: World, email: str) -> None:
    """Their mailbox is gone, says an event."""
    with world.store.write() as connection:
        connection.execute(
            insert(suppression).values(email=email, reason="bounce", at=world.clock.now())
        )


def is_erased(world: World, email: str) -> None:
    """They asked to be forgotten, and their row is gone."""
    with world.store.write() as connection:
        connection.execute(delete(subscriber).where(subscriber.c.email == email))


def test_a_mail_carries_the_readers_own_values_and_marks(world: World) -> None:
    """Name, links and custom args are the reader's own; the unsubscribe address is theirs."""
    world.bring([NewReader("ada@reader.test", first_name="Ada & Co")])
    world.schedule(world.approve())
    world.run()

    sent = world.transport.sent[0]
    recipient = sent.recipients[0]
    assert recipient.values == ("Ada &amp; Co", "https://l.test/u/1")
    assert recipient.unsubscribe == "https://l.test/u/1"
    assert (recipient.email, recipient.name) == ("ada@reader.test", "Ada & Co")
    assert sent.letter.sender.email == "letters@lumen.test"
    site_id, number = read_mark(recipient.delivery) or ("", 0)
    assert site_id == world.store.site_id
    with world.store.read() as connection:
        assert connection.execute(select(delivery.c.id)).scalar_one() == number


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": Status.UNSUBSCRIBED}, "unsubscribed"),
        ({"status": Status.ERASED}, "erased"),
        ({"status": Status.PENDING}, "unsubscribed"),
    ],
)
def test_who_took_back_their_yes_after_freezing_is_not_mailed(
    world: World, changes: dict[str, object], reason: str
) -> None:
    """Consent is read again in the commit of `sending`; the reason stays on the row."""
    emails = world.readers(3)
    world.schedule(world.approve())
    world.tick()
    set_reader(world, emails[1], **changes)

    world.run()

    assert world.outcomes() == {"accepted": 2, "excluded": 1}
    assert world.status().excluded == {reason: 1}
    assert emails[1] not in world.transport.taken
    world.require_promises()


def test_who_bounced_rested_or_vanished_after_freezing_is_not_mailed(world: World) -> None:
    """Suppression, a reader's pause and a row that is gone count until `sending`."""
    emails = world.readers(5)
    world.schedule(world.approve())
    world.tick()
    set_reader(world, emails[1], paused_until=world.clock.now() + timedelta(days=30))
    bounces(world, emails[2])
    is_erased(world, emails[3])

    world.run()

    assert world.status().excluded == {"paused": 1, "suppressed": 1, "erased": 1}
    assert set(world.transport.taken) == {emails[0], emails[4]}


@pytest.mark.parametrize("point", ["after_sending", "before_socket"])
@pytest.mark.parametrize(
    ("says_no", "reason"),
    [(unsubscribes, "unsubscribed"), (bounces, "suppressed"), (is_erased, "erased")],
)
def test_a_no_counts_until_the_call(
    world: World, point: str, says_no: Callable[[World, str], None], reason: str
) -> None:
    """Consent is looked at once more where the lease is: the call is not made, the rest get it."""
    emails = world.readers(3)
    of = world.schedule(world.approve())
    world.tick()

    def meanwhile(reached: str) -> None:
        if reached == point:
            world.crash_point = lambda point: None
            says_no(world, emails[1])

    world.crash_point = meanwhile
    world.send_rung()
    assert not world.transport.sent
    assert world.outcomes() == {"queued": 3}
    with world.store.read() as connection:
        waits = select(dispatch.c.not_before, dispatch.c.unreachable)
        assert connection.execute(waits.where(dispatch.c.id == of.id)).one() == (None, 0), (
            "it says nothing about the provider"
        )

    world.run()
    assert world.transport.taken == {emails[0]: 1, emails[2]: 1}
    assert world.status().excluded == {reason: 1}
    world.require_promises()


def test_a_batch_in_which_nobody_is_left_makes_no_call(world: World) -> None:
    """All took back their yes: no request, no attempt, and the dispatch still ends."""
    for email in world.readers(3):
        set_reader(world, email, zone="")
    world.schedule(world.approve())
    world.tick()
    with world.store.write() as connection:
        connection.execute(update(subscriber).values(status=Status.UNSUBSCRIBED))

    status = world.run()

    assert status.dispatch.state == DispatchState.SENT
    assert world.outcomes() == {"excluded": 3}
    assert not world.transport.sent


def test_interests_changed_after_freezing_count_from_the_next_issue(world: World) -> None:
    """What was frozen for a reader is what goes out, in the letter chosen then."""
    world.bring([NewReader("ada@reader.test", interests=("tips",))])
    world.schedule(world.approve(variants=[("tips", "news"), ("tips",), ("news",)]))
    world.tick()
    set_reader(world, "ada@reader.test", interests=None)

    world.run()

    assert world.transport.sent[0].letter.subject == "Hello tips"


def test_two_who_claim_at_once_only_one_wins(
    open_database: Callable[[], Store], clock: SettableClock
) -> None:
    """Threads on connections of their own race for each batch; each is sent once."""
    world = World(open_database(), clock, rules=Rules(most=1))
    other = World(open_database(), clock, world.transport, rules=Rules(most=1))
    emails = world.readers(30)
    world.schedule(world.approve())
    world.tick()
    start = Barrier(2)

    def race(mine: World, batches: list[int]) -> None:
        start.wait()
        for each in batches:
            send_batch(mine.desk, each)

    threads = [Thread(target=race, args=(each, world.engine.rung)) for each in (world, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.run()

    assert world.transport.taken == dict.fromkeys(emails, 1)
    assert len(world.transport.sent) == 30


def test_ringing_for_anything_at_any_time_is_harmless(world: World) -> None:
    """A doubled, late or invented ring changes nothing."""
    world.begin(3)
    name = one_batch(world)
    world.send_rung()
    for _ in range(3):
        send_batch(world.desk, name)
        send_batch(world.desk, name + 99)
    assert len(world.transport.sent) == 1


def test_pause_and_resume_take_effect_between_two_batches(
    store: Store, clock: SettableClock
) -> None:
    """What is on the wire is written down; what is not waits for the person."""
    world = World(store, clock, rules=Rules(most=2))
    of = world.begin(6)

    def pause_meanwhile(sent: object) -> object:
        pause(world.store, of.id, by="Ada")
        return accept(sent)  # type: ignore[arg-type]

    world.transport.script.append(pause_meanwhile)  # type: ignore[arg-type]
    world.send_rung()
    world.run()

    assert world.outcomes() == {"accepted": 2, "queued": 4}
    assert world.status().dispatch.reason == "Paused by Ada."
    resume(world.store, of.id, by="Ada")
    world.run()
    assert world.outcomes() == {"accepted": 6}


@pytest.mark.parametrize(("act", "queued"), [(pause, True), (cancel, False)])
def test_a_claim_that_lost_its_dispatch_sends_nothing(
    world: World, act: Callable[..., object], queued: bool
) -> None:
    """Paused or cancelled between claim and commit: no attempt is made."""
    of = world.begin(3)
    world.crash_point = lambda point: point == "after_claim" and act(world.store, of.id, by="Ada")

    world.send_rung()

    assert not world.transport.sent
    assert world.outcomes() == ({"queued": 3} if queued else {"excluded": 3})
    with world.store.read() as connection:
        assert connection.execute(select(attempt)).first() is None
        state = connection.execute(select(batch.c.state)).scalar_one()
    assert state == (BatchState.READY if queued else BatchState.CANCELLED)


def test_a_holder_of_an_old_fence_can_not_start(world: World) -> None:
    """A claim whose lease ended and was claimed by another is worth nothing."""
    world.begin(3)
    name = one_batch(world)
    old = claim_batch(world.desk, name)
    assert isinstance(old, Claim)
    world.clock.move(world.desk.rules.lease)
    world.tick()
    new = claim_batch(world.desk, name)
    assert new is not None
    assert new.fence > old.fence

    assert start_attempt(world.desk, old) is None
    assert start_attempt(world.desk, new) is not None


def test_frozen_longer_than_its_lease_it_does_not_open_the_socket(
    store: Store, clock: SettableClock
) -> None:
    """A sender stopped after the commit looks at its lease again before the call."""
    world = World(store, clock, rules=Rules(most=3))
    other = World(store, clock, world.transport, roster=SettableRoster("host|2|2"))
    emails = world.readers(6)
    world.schedule(world.approve())
    world.tick()

    def sleep_for_long(point: str) -> None:
        if point == "before_socket":
            world.crash_point = lambda point: None
            world.clock.move(timedelta(minutes=5))
            other.tick()
            assert other.outcomes() == {"unknown": 3, "queued": 3}

    world.crash_point = sleep_for_long
    world.send_rung(most=1)
    assert not world.transport.sent

    assert world.outcomes() == {"queued": 6}, "it is known that nothing left"
    other.run()
    assert world.transport.taken == dict.fromkeys(emails, 1)
    world.require_promises()


def test_a_clock_set_back_does_not_prolong_a_lease(store: Store, clock: SettableClock) -> None:
    """The monotonic clock knows how long it took, whatever the wall says."""
    world = World(store, clock)
    world.begin(3)

    def stopped(point: str) -> None:
        if point == "before_socket":
            world.crash_point = lambda point: None
            world.clock.move(timedelta(minutes=5))
            world.clock.step(timedelta(minutes=-5))

    world.crash_point = stopped
    world.send_rung()
    assert not world.transport.sent
    assert world.outcomes() == {"queued": 3}


def test_bytes_changed_behind_its_back_are_not_sent(world: World) -> None:
    """What was approved is what they get, or nobody gets anything."""
    world.begin(3)
    with world.store.write() as connection:
        connection.execute(update(rendition).values(html="<p>Buy now</p>"))

    with pytest.raises(LedgerError, match="not those that were approved"):
        world.send_rung()

    assert not world.transport.sent
    assert world.outcomes() == {"queued": 3}


def test_links_that_can_not_be_made_pause_before_the_socket(world: World) -> None:
    """A fault of our own while composing sends nothing and says so."""

    class Broken:
        def of(self, *_: object) -> list[str]:
            raise OverflowError("ids must be below 2**48")

    world.begin(3)
    object.__setattr__(world.desk, "addresses", Broken())

    world.send_rung()

    assert world.status().dispatch.state == DispatchState.PAUSED
    assert "could not be composed: ids must be" in world.status().dispatch.reason
    assert world.outcomes() == {"queued": 3}
    assert not world.transport.sent


def test_an_allowance_spreads_readers_over_the_hour(store: Store, clock: SettableClock) -> None:
    """600 readers an hour go ten a minute; a dispatch without one is not held up by it."""
    world = World(store, clock)
    world.begin(50, readers_per_hour=600)
    world.schedule(world.approve(13))
    minutes = []
    for _ in range(6):
        world.tick()
        world.send_rung()
        minutes.append(world.status(12).outcomes[DeliveryOutcome.ACCEPTED])
        world.clock.move(timedelta(minutes=1))

    assert minutes == [10, 20, 30, 40, 50, 50]
    assert world.outcomes(13) == {"accepted": 50}


def test_the_sites_allowance_holds_for_all_dispatches_together(
    store: Store, clock: SettableClock
) -> None:
    """Two dispatches share the site's 600 an hour."""
    world = World(store, clock, rules=Rules(readers_per_hour=600))
    world.begin(30)
    world.schedule(world.approve(13))
    totals = []
    for _ in range(7):
        world.tick()
        world.send_rung()
        totals.append(sum(world.transport.taken.values()))
        world.clock.move(timedelta(minutes=1))

    assert totals == [10, 20, 30, 40, 50, 60, 60]
