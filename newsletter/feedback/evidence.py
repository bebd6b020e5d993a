"""What proves that a mail was taken settles the delivery nobody knew the end of.

The one way by which evidence changes the ledger, whoever found it: an event of the provider or
its log. Told again, in any order and by both, it changes nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row, Select, select, update

from newsletter.dispatching.settling import close_unknown
from newsletter.model.consent import MailState
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Answer
from newsletter.store.tables import attempt, delivery, evidence, system_mail
from newsletter.store.writing import delivery_step, insert_or_ignore

_log = structlog.get_logger(__name__)

_CHUNK = 500
_PROOF = (EvidenceKind.EVENT, EvidenceKind.LOG)
_TAKEN = (Answer.ACCEPTED, Answer.PARTLY)
# What goes on to ACCEPTED: unknown readers, and those who wait to be sent again.
_OPEN = (DeliveryOutcome.UNKNOWN, DeliveryOutcome.QUEUED)


@dataclass(frozen=True, slots=True)
class Proof:
    """The provider took the mail of one delivery in one attempt.

    Attributes:
        attempt_id: 0 when the proof does not name it; it then is the delivery's own.
        kind: EVENT or LOG.
        source: the event's or the log's id; 128 characters are kept.
        at: when the provider says it was; aware, UTC.
        words: for a person; may be empty.
    """

    delivery_id: int
    attempt_id: int
    kind: EvidenceKind
    source: str
    at: datetime
    words: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What proofs changed.

    Attributes:
        accepted: deliveries that became ACCEPTED.
        duplicates: deliveries now known to have been taken in two attempts; each is told once.
    """

    accepted: int = 0
    duplicates: tuple[int, ...] = ()

    def __add__(self, other: Settled) -> Settled:
        return Settled(self.accepted + other.accepted, self.duplicates + other.duplicates)


def settle_by_evidence(connection: Connection, proofs: Sequence[Proof]) -> Settled:
    """Settle deliveries that are unknown, and those that wait to be sent again.

    One that is being sent keeps the proof for when its sender turns out to have died. What is
    accepted already costs a look and writes nothing, unless another attempt was taken too.

    Args:
        proofs: of deliveries that are known to be ours: site and address have been compared.
    """
    settled = Settled()
    for at in range(0, len(proofs), _CHUNK):
        settled += _settle_some(connection, proofs[at : at + _CHUNK])
    return settled


def settle_mails(connection: Connection, mails: Iterable[int], words: str) -> int:
    """The program's own mails nobody knew the end of were sent after all; returns how many."""
    return connection.execute(
        update(system_mail)
        .where(system_mail.c.id.in_(list(mails)), system_mail.c.state == MailState.UNKNOWN)
        .values(state=MailState.SENT, reason=words)
    ).rowcount


def _settle_some(connection: Connection, proofs: Sequence[Proof]) -> Settled:
    rows = _rows(connection, {proof.delivery_id for proof in proofs})
    telling = list(_that_tell(proofs, rows))
    if not telling:
        return Settled()
    duplicates = []
    for proof in telling:
        _keep(connection, proof, proof.kind)
        if _is_second(connection, rows[proof.delivery_id], proof) and _keep(
            connection, proof, EvidenceKind.DUPLICATE
        ):
            duplicates.append(proof.delivery_id)
    _tell(duplicates)
    accepted = _accept(connection, telling, rows)
    return Settled(accepted, tuple(duplicates))


def _rows(connection: Connection, ids: set[int]) -> Mapping[int, Row[Any]]:
    statement: Select[Any] = select(delivery.c.id, delivery.c.outcome, delivery.c.attempt_id)
    found = connection.execute(statement.where(delivery.c.id.in_(ids)))
    return {row.id: row for row in found}


def _that_tell(proofs: Sequence[Proof], rows: Mapping[int, Row[Any]]) -> Iterator[Proof]:
    """Proofs that say what is not known; one of many events of a delivery is enough."""
    seen: set[tuple[int, int, EvidenceKind]] = set()
    for proof in proofs:
        row = rows.get(proof.delivery_id)
        if row is None:
            continue
        own = not proof.attempt_id or proof.attempt_id == row.attempt_id
        if own and row.outcome is DeliveryOutcome.ACCEPTED:
            continue
        key = (proof.delivery_id, proof.attempt_id, proof.kind)
        if key not in seen:
            seen.add(key)
            yield proof


def _keep(connection: Connection, proof: Proof, kind: EvidenceKind) -> bool:
    values = {
        "delivery_id": proof.delivery_id,
        "attempt_id": proof.attempt_id,
        "kind": kind,
        "source": proof.source[:128],
        "at": proof.at,
        "words": proof.words,
    }
    return insert_or_ignore(connection, evidence, values)


def _is_second(connection: Connection, row: Row[Any], proof: Proof) -> bool:
    """Whether another attempt of the same delivery is known to have been taken."""
    if not proof.attempt_id or row.outcome is DeliveryOutcome.QUEUED:
        return False
    proved = set(
        connection.scalars(
            select(evidence.c.attempt_id).where(
                evidence.c.delivery_id == row.id, evidence.c.kind.in_(_PROOF)
            )
        )
    )
    answer = connection.execute(
        select(attempt.c.answer).where(attempt.c.id == row.attempt_id)
    ).scalar()
    if row.outcome is DeliveryOutcome.ACCEPTED and answer in _TAKEN:
        proved.add(row.attempt_id)
    return len(proved - {0}) > 1


def _accept(connection: Connection, proofs: Sequence[Proof], rows: Mapping[int, Row[Any]]) -> int:
    """The steps, one statement for each attempt, and the end of batches that wait for nobody."""
    waiting: dict[int, list[int]] = {}
    for proof in proofs:
        if rows[proof.delivery_id].outcome in _OPEN:
            own = proof.attempt_id or rows[proof.delivery_id].attempt_id or 0
            waiting.setdefault(own, []).append(proof.delivery_id)
    accepted = 0
    for attempt_id, ids in waiting.items():
        taken = delivery_step(DeliveryOutcome.ACCEPTED, *_OPEN).where(delivery.c.id.in_(ids))
        # From here on the attempt that was taken is the delivery's own.
        accepted += connection.execute(taken.values(attempt_id=attempt_id or None)).rowcount
    _close(connection, {*waiting, *(row.attempt_id for row in rows.values())})
    return accepted


def _close(connection: Connection, attempts: set[int | None]) -> None:
    ids = [each for each in attempts if each]
    batches = connection.scalars(
        select(attempt.c.batch_id).where(attempt.c.id.in_(ids)).distinct()
    ).all()
    for batch_id in batches:
        close_unknown(connection, batch_id)


def _tell(duplicates: Sequence[int]) -> None:
    if duplicates:
        _log.error("duplicate_detected", deliveries=list(duplicates))
