"""Noes and erasings since the backup, done again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from newsletter.model.consent import Channel, ConsentStep
from newsletter.safekeeping.journal import KEPT, Noted
from newsletter.store import Store
from newsletter.store.closing import ERASED, close_address
from newsletter.store.readers import lock_reader
from newsletter.store.tables import consent, subscriber
from newsletter.subscribing import Reception
from newsletter.subscribing.leaving import take_no
from newsletter.subscribing.own_data import erase_address

BY = "a restore"
_MANY = 5_000


@dataclass(frozen=True, slots=True)
class Reapplied:
    """How many readers of the backup had left, or were erased, since it was made."""

    left: int
    erased: int


def steps_since(store: Store, since: datetime) -> Iterator[Noted]:
    """What readers did according to the proof of a database that can still be read."""
    statement = select(consent.c.at, consent.c.what, consent.c.address_hash).where(
        consent.c.at >= since, consent.c.what.in_(KEPT)
    )
    with store.read() as connection:
        for row in connection.execution_options(yield_per=_MANY).execute(statement):
            yield Noted(row.at, ConsentStep(row.what), row.address_hash)


def reapply(reception: Reception, steps: Iterable[Noted]) -> Reapplied:
    """Do again what must not be lost; doing it twice changes nothing.

    A no after which its reader came back is none any more. An erasing stays one: whoever came
    back after it did so with a new row, which the backup does not have.
    """
    last: dict[str, Noted] = {}
    erased: dict[str, Noted] = {}
    for step in sorted(steps, key=lambda each: each.at):
        last[step.address_hash] = step
        if step.what is ConsentStep.ERASED:
            erased[step.address_hash] = step
    gone = {key for key, step in last.items() if step.what is ConsentStep.WITHDRAWN}
    left_now, erased_now = 0, 0
    for reader, email, keys in _readers(reception, frozenset(gone | erased.keys())):
        if keys & erased.keys():
            erased_now += erase_address(reception, email, by=BY)
        else:
            left_now += _leave(reception, reader, max(last[key].at for key in keys))
    with reception.store.write() as connection:
        for key, step in erased.items():
            close_address(connection, key, step.at, ERASED)
    return Reapplied(left_now, erased_now)


def _readers(reception: Reception, wanted: frozenset[str]) -> list[tuple[int, str, frozenset[str]]]:
    """Readers one of whose hashes is wanted: id, address, those hashes."""
    if not wanted:
        return []
    found = []
    statement = select(subscriber.c.id, subscriber.c.email).where(subscriber.c.email.is_not(None))
    with reception.store.read() as connection:
        for row in connection.execution_options(yield_per=_MANY).execute(statement):
            if keys := wanted.intersection(reception.hashes.every(row.email)):
                found.append((row.id, row.email, keys))
    return found


def _leave(reception: Reception, reader_id: int, at: datetime) -> bool:
    with reception.store.write() as connection:
        reader = lock_reader(connection, reader_id)
        if reader is None:
            return False
        return take_no(reception, connection, reader, Channel.ADMIN, at=at, note=BY)
