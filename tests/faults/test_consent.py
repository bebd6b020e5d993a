"""A no between freezing and sending: not mailed, and excluded with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from newsletter.dispatching.ticking import run_tick
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.store.tables import delivery, subscriber, suppression
from newsletter.store.tables.subscribers import Status
from tests.faults.inside import inside
from tests.faults.processes import Senders, wait_until
from tests.faults.promises import require_promises, set_faults
from tests.faults.staging import prepare_issue
from tests.peers_ledger import HeardEngine, SettableClock

Change = Callable[[Connection, str], object]


def unsubscribe(connection: Connection, email: str) -> None:
    """A click."""
    _set(connection, email, status=Status.UNSUBSCRIBED)


def erase(connection: Connection, email: str) -> None:
    """A person asks to be forgotten; here only the word changes, so that we can count."""
    _set(connection, email, status=Status.ERASED)


def rest(connection: Connection, email: str) -> None:
    """A pause of their own."""
    _set(connection, email, paused_until=datetime(2100, 1, 1, tzinfo=UTC))


def bounce(connection: Connection, email: str) -> None:
    """Their mailbox is gone."""
    connection.execute(
        insert(suppression).values(email=email, reason="bounce", at=datetime.now(UTC))
    )


def _set(connection: Connection, email: str, **values: object) -> None:
    connection.execute(update(subscriber).where(subscriber.c.email == email).values(**values))


WAYS: dict[Change, ExclusionReason] = {
    unsubscribe: ExclusionReason.UNSUBSCRIBED,
    erase: ExclusionReason.ERASED,
    rest: ExclusionReason.PAUSED,
    bounce: ExclusionReason.SUPPRESSED,
}


def test_every_way_to_say_no_after_freezing(
    store: Store, clock: SettableClock, sandbox: RunningSandbox
) -> None:
    """Frozen yesterday, no today: the provider never sees them, and the ledger says why."""
    with inside(store, clock, sandbox) as sender:
        emails = sender.world.readers(40)
        sender.world.schedule(sender.world.approve())
        run_tick(sender.desk, HeardEngine())  # frozen, and nobody hears the bell
        assert sender.world.outcomes() == {"queued": 40}
        with store.write() as connection:
            for at, way in enumerate(WAYS):
                way(connection, emails[at])
        clock.move(timedelta(minutes=5))

        assert sender.run() == "sent"

    ending = require_promises(store, sandbox, emails)
    assert ending.count(DeliveryOutcome.ACCEPTED) == 36
    assert not set(emails[: len(WAYS)]) & ending.got.keys()
    assert _reasons(store) == Counter(WAYS.values())


def test_a_no_while_it_is_being_sent(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Whoever unsubscribes while the issue goes out is mailed only if their call had begun."""
    emails = prepare_issue(now_store, 400)
    set_faults(sandbox, "slow:1:0.1")
    sender = sending.start()
    wait_until(lambda: sandbox.stats()["recipients"] >= 30)
    with now_store.write() as connection:
        connection.execute(update(subscriber).values(status=Status.UNSUBSCRIBED))
    with now_store.read() as connection:  # from here on nobody's call may begin
        waiting = connection.scalars(
            select(subscriber.c.email)
            .join(delivery, delivery.c.subscriber_id == subscriber.c.id)
            .where(delivery.c.outcome == DeliveryOutcome.QUEUED)
        ).all()

    assert sender.result()["state"] == "sent"

    ending = require_promises(now_store, sandbox, emails)
    assert len(waiting) > 10
    assert not set(waiting) & ending.got.keys()
    left_out = len(emails) - len(ending.got)
    assert _reasons(now_store) == {ExclusionReason.UNSUBSCRIBED: left_out}


def _reasons(store: Store) -> Counter[ExclusionReason]:
    with store.read() as connection:
        excluded = select(delivery.c.reason).where(delivery.c.reason.is_not(None))
        return Counter(connection.scalars(excluded))
