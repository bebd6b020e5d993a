"""Each comparison a sender makes, alone: rows are changed behind its back, and it must notice.

Several of these changes can not come about as long as the other guards hold; each must hold
by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from newsletter.dispatching import claiming
from newsletter.dispatching.claiming import claim_batch, release
from newsletter.dispatching.recording import record
from newsletter.dispatching.sending import Started, start_attempt
from newsletter.model.ledger import BatchState, DeliveryOutcome
from newsletter.model.transport import Answer, Outcome, Receipt
from newsletter.store import Store
from newsletter.store.tables import batch, delivery, dispatch, subscriber, wave
from newsletter.store.tables.subscribers import Status
from tests.peers_ledger import World


def one_batch(world: World) -> int:
    """The only batch."""
    with world.store.read() as connection:
        name: int = connection.execute(select(batch.c.id)).scalar_one()
    return name


def change(world: World, table: Any, **values: object) -> None:
    """Change every row of a table behind the ledger's back."""
    with world.store.write() as connection:
        connection.execute(update(table).values(**values))


def started(world: World) -> Started:
    """An attempt at three readers that is committed as `sending`."""
    world.begin(3)
    claim = claim_batch(world.desk, one_batch(world))
    assert claim is not None
    made = start_attempt(world.desk, claim)
    assert made is not None
    return made


def answer(world: World, of: Started) -> None:
    """All were accepted."""
    receipt = Receipt(Answer.ACCEPTED, (Outcome.ACCEPTED,) * len(of.readers))
    record(world.desk, of.claim, of.attempt_id, of.readers.deliveries, receipt)


def test_a_look_that_is_old_claims_nothing(world: World) -> None:
    """Whoever looked, and was overtaken by a claim that was let go again, has the wrong fence."""
    world.begin(3)
    name = one_batch(world)
    with world.store.read() as connection:
        seen = connection.execute(claiming._SEEN, {"its_id": name}).one()
    other = claim_batch(world.desk, name)
    assert other is not None
    release(world.desk, other)

    with world.store.write() as connection:
        assert claiming._take(world.desk, connection, seen, world.clock.now()) is None


@pytest.mark.parametrize(("table", "state"), [(dispatch, "paused"), (wave, "cancelled")])
def test_what_was_stopped_since_the_look_is_not_claimed(
    world: World, table: Any, state: str
) -> None:
    """The claim itself compares, not only the look before it."""
    world.begin(3)
    name = one_batch(world)
    with world.store.read() as connection:
        seen = connection.execute(claiming._SEEN, {"its_id": name}).one()
    change(world, table, state=table.c.state.type.words(state))

    with world.store.write() as connection:
        assert claiming._take(world.desk, connection, seen, world.clock.now()) is None


def test_letting_go_of_an_old_claim_lets_go_of_nothing(world: World) -> None:
    """Another holds the batch by then, and goes on."""
    world.begin(3)
    old = claim_batch(world.desk, one_batch(world))
    assert old is not None
    world.clock.move(world.desk.rules.lease)
    world.tick()
    new = claim_batch(world.desk, one_batch(world))
    assert new is not None

    release(world.desk, old)

    assert start_attempt(world.desk, new) is not None


def test_a_claim_whose_lease_ended_does_not_start(world: World) -> None:
    """Nor when nobody has taken it yet: somebody may at any moment."""
    world.begin(3)
    claim = claim_batch(world.desk, one_batch(world))
    assert claim is not None
    world.clock.move(world.desk.rules.lease)

    assert start_attempt(world.desk, claim) is None
    assert world.outcomes() == {"queued": 3}


@pytest.mark.parametrize(
    "changes",
    [
        {"fence": 9},
        {"state": BatchState.UNKNOWN},
        {"lease_until": None},
        {"lease_until": timedelta(seconds=80)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_changed_before_the_socket_there_is_no_call(
    world: World, changes: dict[str, Any]
) -> None:
    """Another fence, another state, no lease, or one too short for a call."""

    def meanwhile(point: str) -> None:
        if point == "before_socket":
            values = {
                name: world.clock.now() + value if isinstance(value, timedelta) else value
                for name, value in changes.items()
            }
            change(world, batch, **values)

    world.begin(3)
    world.crash_point = meanwhile
    world.send_rung()

    assert not world.transport.sent


@pytest.mark.parametrize("changes", [{"attempt_id": 99}, {"state": BatchState.UNKNOWN}])
def test_an_answer_settles_only_the_attempt_it_belongs_to(
    world: World, changes: dict[str, object]
) -> None:
    """A batch that waits for another attempt, or for none, stays as it is."""
    of = started(world)
    change(world, batch, **changes)

    answer(world, of)

    assert world.outcomes() == {"sending": 3}


@pytest.mark.parametrize("outcome", [DeliveryOutcome.SENDING, DeliveryOutcome.UNKNOWN])
def test_an_answer_settles_only_readers_of_its_attempt(
    world: World, outcome: DeliveryOutcome
) -> None:
    """In time and too late: a reader whom another attempt holds is left to it."""
    of = started(world)
    if outcome is DeliveryOutcome.UNKNOWN:
        change(world, batch, state=BatchState.UNKNOWN)
    change(world, delivery, outcome=outcome)
    with world.store.write() as connection:
        connection.execute(
            update(delivery)
            .where(delivery.c.id == of.readers.deliveries[1])
            .values(attempt_id=of.attempt_id + 1)
        )

    answer(world, of)

    assert world.outcomes() == {"accepted": 2, outcome.value: 1}


def test_an_answer_for_fewer_readers_than_were_handed_over_says_nothing(world: World) -> None:
    """Who was meant can not be known, so all of them are uncertain."""
    world.transport.script.append(lambda sent: Receipt(Answer.ACCEPTED, (Outcome.ACCEPTED,)))
    world.begin(3)
    world.send_rung()

    assert world.outcomes() == {"unknown": 3}


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_no_that_comes_between_two_looks_is_heard(world: World, store: Store) -> None:
    """A reader says no after consent was read and before all is committed: nothing is sent yet."""
    emails = world.readers(3)
    world.schedule(world.approve())
    world.tick()
    say_no(world, emails[0])
    said: list[str] = []

    def say_no_meanwhile(*told: Any) -> None:
        if told[2].startswith("INSERT INTO attempt") and not said:
            said.append(emails[1])
            say_no(world, emails[1])

    event.listen(store.engine, "before_cursor_execute", say_no_meanwhile)
    world.send_rung()
    assert said
    assert not world.transport.sent

    world.run()
    assert world.outcomes() == {"accepted": 1, "excluded": 2}
    assert set(world.transport.taken) == {emails[2]}


def say_no(world: World, email: str) -> None:
    """As the web side writes it down."""
    with world.store.write() as connection:
        connection.execute(
            update(subscriber).where(subscriber.c.email == email).values(status=Status.UNSUBSCRIBED)
        )
