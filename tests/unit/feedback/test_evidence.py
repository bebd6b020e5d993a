"""Evidence and the ledger, on both databases: what proof settles, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter.dispatching.resolving import resolve
from newsletter.feedback.evidence import Proof, Settled, settle_by_evidence, settle_mails
from newsletter.model.consent import MailName, MailState
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import BatchState, DeliveryOutcome, Resolution
from newsletter.store.mail_queue import queue_mail
from newsletter.store.tables import batch, delivery, evidence, system_mail
from tests.peers_ledger import World, accept, ambiguous

_O, _E = DeliveryOutcome, EvidenceKind


def begin(world: World, *answers: Any, readers: int = 3) -> list[Any]:
    """An issue goes out with these answers; its deliveries."""
    world.transport.script.extend(answers)
    world.begin(readers)
    world.run()
    return rows(world)


def rows(world: World) -> list[Any]:
    with world.store.read() as connection:
        return list(connection.execute(select(delivery).order_by(delivery.c.id)))


def prove(world: World, *found: Any, kind: EvidenceKind = _E.EVENT, attempt: int = -1) -> Settled:
    """Proof of each of these deliveries, in its own attempt unless another is named."""
    proofs = [
        Proof(row.id, row.attempt_id if attempt < 0 else attempt, kind, "e1", world.clock.now())
        for row in found
    ]
    with world.store.write() as connection:
        return settle_by_evidence(connection, proofs)


def kept(world: World) -> list[tuple[int, int, EvidenceKind]]:
    with world.store.read() as connection:
        found = connection.execute(select(evidence).order_by(evidence.c.id))
        return [(row.delivery_id, row.attempt_id, row.kind) for row in found]


def states(world: World) -> list[BatchState]:
    with world.store.read() as connection:
        return list(connection.scalars(select(batch.c.state).order_by(batch.c.id)))


def test_the_last_unknown_reader_ends_the_batch(world: World) -> None:
    """One after the other; the batch is unknown until nobody in it is."""
    found = begin(world, ambiguous)

    assert prove(world, *found[:2]) == Settled(2)
    assert states(world) == [BatchState.UNKNOWN]
    assert prove(world, found[2], kind=_E.LOG) == Settled(1)

    assert states(world) == [BatchState.ACCEPTED]
    assert world.outcomes() == {"accepted": 3}
    assert {each[2] for each in kept(world)} == {_E.EVENT, _E.LOG}


def test_what_is_known_already_is_not_written_down(world: World) -> None:
    """Of millions of events of accepted mails none becomes evidence."""
    found = begin(world, accept)

    assert prove(world, *found, *found) == Settled()
    assert kept(world) == []


def test_proof_in_any_order_and_number(world: World) -> None:
    """Told by events and by the log, again and again: settled once, and one line a kind."""
    found = begin(world, ambiguous)

    assert prove(world, *found, *found).accepted == 3
    assert prove(world, *found, kind=_E.LOG).accepted == 0
    assert len(kept(world)) == 3


def test_proof_of_nobody_we_know(world: World) -> None:
    """A delivery that is not there is passed over."""
    (row, *_) = begin(world, ambiguous)
    stranger = Proof(10**9, row.attempt_id, _E.EVENT, "e1", world.clock.now())
    with world.store.write() as connection:
        assert settle_by_evidence(connection, [stranger]) == Settled()
    assert world.outcomes() == {"unknown": 3}


def test_proof_that_names_no_attempt(world: World) -> None:
    """It counts for the attempt the delivery is in."""
    found = begin(world, ambiguous)

    assert prove(world, *found, attempt=0).accepted == 3
    assert [row.attempt_id for row in rows(world)] == [row.attempt_id for row in found]


def test_proof_while_it_is_being_sent_is_kept(world: World) -> None:
    """The sender may be slow or dead: the outcome is its own to write, the proof waits."""
    found = begin(world, ambiguous)
    with world.store.write() as connection:
        connection.execute(update(delivery).values(outcome=_O.SENDING))

    assert prove(world, found[0]).accepted == 0

    assert world.outcomes() == {"sending": 3}
    assert len(kept(world)) == 1


def test_whoever_waits_to_be_sent_again_is_not(world: World) -> None:
    """Proof of the first attempt takes a reader out of the second."""
    found = begin(world, ambiguous)
    world.clock.move(timedelta(hours=2))
    world.tick()
    resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    assert world.outcomes() == {"queued": 3}

    assert prove(world, found[1]).accepted == 1
    world.run()

    assert world.outcomes() == {"accepted": 3}
    assert set(world.transport.taken.values()) == {1}
    assert len(world.transport.taken) == 2


def test_both_attempts_unknown_and_both_taken(world: World) -> None:
    """Whichever is proved first settles it; the other makes it a duplicate, told once."""
    (first,) = begin(world, ambiguous, ambiguous, readers=1)
    world.clock.move(timedelta(hours=2))
    world.tick()
    resolve(world.desk, 12, Resolution.SEND_AGAIN, by="Ada")
    world.run()
    (second,) = rows(world)
    assert second.outcome is _O.UNKNOWN

    assert prove(world, second, attempt=first.attempt_id) == Settled(1)
    assert prove(world, second, attempt=second.attempt_id).duplicates == (second.id,)
    assert prove(world, second, attempt=second.attempt_id) == Settled()
    assert prove(world, second, attempt=first.attempt_id) == Settled()
    assert _E.DUPLICATE in {each[2] for each in kept(world)}


def test_a_persons_guess_is_no_second_mail(world: World) -> None:
    """Assumed sent and then proved: one attempt, no duplicate."""
    found = begin(world, ambiguous)
    resolve(world.desk, 12, Resolution.ASSUME_SENT, by="Ada")

    assert prove(world, *found) == Settled()
    assert world.outcomes() == {"accepted": 3}


@pytest.mark.parametrize("outcome", [_O.REJECTED, _O.EXCLUDED])
def test_what_has_ended_otherwise_keeps_its_end(world: World, outcome: DeliveryOutcome) -> None:
    """The table has no such step: the proof is kept, and the outcome stays."""
    found = begin(world, ambiguous)
    reason = "decided" if outcome is _O.EXCLUDED else None
    with world.store.write() as connection:
        connection.execute(update(delivery).values(outcome=outcome, holds=False, reason=reason))

    assert prove(world, *found).accepted == 0
    assert world.outcomes() == {outcome.value: 3}
    assert len(kept(world)) == 3


def test_only_an_unknown_mail_of_the_program_is_settled(world: World) -> None:
    """A rejected one stays what it is."""
    now = world.clock.now()
    world.readers(1)
    with world.store.write() as connection:
        for about, state in enumerate((MailState.UNKNOWN, MailState.REJECTED)):
            queue_mail(
                connection, MailName.WELCOME, 1, "a@x.test", about=about, now=now, expires_at=now
            )
            mine = system_mail.c.about == about
            connection.execute(update(system_mail).where(mine).values(state=state))
        ids = list(connection.scalars(select(system_mail.c.id)))

        assert settle_mails(connection, ids, "in the log") == 1
        assert settle_mails(connection, ids, "in the log") == 0
        found = list(connection.scalars(select(system_mail.c.state).order_by(system_mail.c.id)))
    assert found == [MailState.SENT, MailState.REJECTED]
