"""Noes from lists as people have them: all are kept, also of addresses never seen before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from newsletter.model.consent import Channel, ConsentStep, SuppressionReason
from newsletter.store.bulk import (
    Known,
    add_unsubscribed,
    lock_known,
    suppress_all,
    suppressed_among,
    unsubscribe_all,
)
from newsletter.store.closing import closed_among
from newsletter.store.consents import Line, record_all
from newsletter.store.readers import STATUS_STEPS
from newsletter.store.requests import void_all_requests
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.bringing_in import chunks, hashes_of
from newsletter.subscribing.reception import Reception

_MAY_LEAVE = STATUS_STEPS.sources(Status.UNSUBSCRIBED)


@dataclass(frozen=True, slots=True)
class No:
    """An address that is not to be mailed.

    Attributes:
        email: normalised.
        suppressed_for: None for one who unsubscribed; with BOUNCE a yes of theirs stays, and
            only the address is suppressed.
        note: where it is from, and when and why if the list says so.
    """

    email: str
    suppressed_for: SuppressionReason | None = None
    note: str = ""

    @property
    def is_a_word(self) -> bool:
        """Whether the reader said it themselves."""
        return self.suppressed_for is not SuppressionReason.BOUNCE


def take_noes(reception: Reception, noes: Iterable[No], channel: Channel = Channel.IMPORT) -> int:
    """Keep noes, a chunk a transaction; returns how many addresses were not closed before.

    An address that was erased is closed already, and is not written down again.
    """
    news = 0
    for chunk in chunks(noes):
        with reception.store.write() as connection:
            news += len(_take_chunk(reception, connection, chunk, channel))
    return news


def _take_chunk(
    reception: Reception, connection: Connection, noes: Sequence[No], channel: Channel
) -> frozenset[str]:
    now = reception.now
    known = lock_known(connection, list({no.email for no in noes}))
    noes = _still_open(reception, connection, noes, known)
    suppressed = _suppress(connection, noes, now)
    left = _unsubscribe(connection, {no.email for no in noes if no.is_a_word}, known, now)
    everyone = lock_known(connection, list(left | suppressed))
    notes = {no.email: no for no in noes}
    lines = [
        _line(reception, notes[email], number, email in left, known, channel, now)
        for email, (number, _) in everyone.items()
    ]
    record_all(connection, lines)
    withdrawn = [line.address_hash for line in lines if line.what is ConsentStep.WITHDRAWN]
    reception.on_step(ConsentStep.WITHDRAWN, withdrawn, now)
    return left | suppressed


def _still_open(
    reception: Reception, connection: Connection, noes: Sequence[No], known: Known
) -> list[No]:
    hashes = hashes_of(reception, {no.email for no in noes} - known.keys())
    closed = {hashes[each] for each in closed_among(connection, list(hashes))}
    return [no for no in noes if no.email not in closed]


def _suppress(connection: Connection, noes: Sequence[No], now: datetime) -> frozenset[str]:
    """Returns those that were not suppressed before."""
    # Of two reasons for one address a complaint weighs more: only its owner lifts it.
    heavier = sorted(noes, key=lambda no: no.suppressed_for is SuppressionReason.COMPLAINT)
    reasons = {no.email: no.suppressed_for for no in heavier if no.suppressed_for is not None}
    before = suppressed_among(connection, list(reasons))
    suppress_all(connection, reasons, now)
    return frozenset(reasons.keys() - before)


def _unsubscribe(
    connection: Connection, emails: set[str], known: Known, now: datetime
) -> frozenset[str]:
    """Returns those who were not unsubscribed before."""
    leaving = {email for email in emails if email in known and known[email][1] in _MAY_LEAVE}
    ids = [known[email][0] for email in leaving]
    unsubscribe_all(connection, ids)
    void_all_requests(connection, ids, now)
    strangers = emails - known.keys()
    add_unsubscribed(connection, sorted(strangers), now)
    return frozenset(leaving | strangers)


def _line(
    reception: Reception,
    no: No,
    reader: int,
    left: bool,
    known: Known,
    channel: Channel,
    now: datetime,
) -> Line:
    return Line(
        subscriber=reader,
        address=no.email,
        address_hash=reception.hashes.of(no.email),
        what=ConsentStep.WITHDRAWN if left else ConsentStep.SUPPRESSED,
        at=now,
        channel=channel,
        note="; ".join(filter(None, (no.suppressed_for, no.note))),
        status_before=known[no.email][1] if left and no.email in known else None,
    )
