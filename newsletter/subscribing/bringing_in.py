"""Yeses from lists as people have them: who may come in.

In whatever order lists come, no yes of theirs beats a no: neither one in the same list, nor one
from before, nor that of an address which was erased. File formats are others' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection

from newsletter.model.consent import Channel, ConsentStep, FormEvidence
from newsletter.store.bulk import Known, confirm_all, known_among, lock_known, suppressed_among
from newsletter.store.closing import closed_among
from newsletter.store.consents import NOTHING_SHOWN, Line, record_all
from newsletter.store.subscribers import Imported, NewReader, upsert_readers
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.reception import Reception

CHUNK = 5_000
_T = TypeVar("_T")


class Refusal(StrEnum):
    """Why an address may not be brought in."""

    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    ERASED = "erased"  # or moved to another address by its owner


@dataclass(frozen=True, slots=True)
class Yes:
    """A reader, with what is known about a yes they gave elsewhere.

    Attributes:
        reader: the address normalised.
        evidence: the words of the form they agreed to, from where; `FormEvidence.wording` may be
            what the list's owner declares for all of it.
        given_at: when, aware; None when nobody knows.
        asked_at: when they filled in the form, if that came before the yes; aware.
        asked_ip: from where they did; kept in a line of its own when it differs.
        note: where it is from: the list's name, the column it stood in.
    """

    reader: NewReader
    evidence: FormEvidence = NOTHING_SHOWN
    given_at: datetime | None = None
    note: str = ""
    asked_at: datetime | None = None
    asked_ip: str = ""

    @property
    def is_proved(self) -> bool:
        """Whether there is proof; without it a new reader waits, pending, to be invited."""
        return bool(self.evidence.wording or self.given_at)


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """What became of readers brought in.

    Attributes:
        imported: new ones.
        updated: known ones, their details changed or not.
        refused: address -> why it stays out.
    """

    imported: int = 0
    updated: int = 0
    refused: Mapping[str, Refusal] = field(default_factory=dict)


def refusals(reception: Reception, emails: Iterable[str]) -> dict[str, Refusal]:
    """Those of some normalised addresses that may not be brought in; for a dry run."""
    found: dict[str, Refusal] = {}
    for chunk in chunks(emails):
        with reception.store.read() as connection:
            known = known_among(connection, chunk)
            found |= _refusals(reception, connection, chunk, known)
    return found


def bring_in(
    reception: Reception, yeses: Iterable[Yes], channel: Channel = Channel.IMPORT
) -> BroughtIn:
    """Bring readers in, a chunk a transaction; doing it again changes nothing.

    Args:
        yeses: any number, consumed as it goes; of one address the last in a chunk counts.
        channel: IMPORT, ADMIN or API.
    """
    done, refused = Imported(), dict[str, Refusal]()
    for chunk in chunks(yeses):
        rows = {yes.reader.email: yes for yes in chunk}
        with reception.store.write() as connection:
            done += _bring_chunk(reception, connection, rows, channel, refused)
    return BroughtIn(done.imported, done.updated, refused)


def chunks(rows: Iterable[_T]) -> Iterator[list[_T]]:
    """Rows a few thousand at a time: a transaction each."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def hashes_of(reception: Reception, emails: Iterable[str]) -> dict[str, str]:
    """Hash -> address, for every key that was ever in use."""
    return {each: email for email in emails for each in reception.hashes.every(email)}


def _bring_chunk(
    reception: Reception,
    connection: Connection,
    rows: Mapping[str, Yes],
    channel: Channel,
    refused: dict[str, Refusal],
) -> Imported:
    now = reception.now
    before = lock_known(connection, list(rows))
    refused |= _refusals(reception, connection, list(rows), before)
    welcome = [yes for email, yes in rows.items() if email not in refused]
    for status in (Status.CONFIRMED, Status.PENDING):
        proved = status is Status.CONFIRMED
        readers = [yes.reader for yes in welcome if yes.is_proved is proved]
        upsert_readers(connection, readers, now, status)
    news = [yes for yes in welcome if _is_news(yes, before)]
    known = lock_known(connection, [yes.reader.email for yes in news])
    confirm_all(connection, [known[y.reader.email][0] for y in news if y.is_proved], now)
    lines = [_line(reception, known[y.reader.email][0], y, channel, now) for y in news]
    asked = [
        _asked(line, yes)
        for line, yes in zip(lines, news, strict=True)
        if yes.asked_ip and yes.asked_ip != yes.evidence.ip
    ]
    record_all(connection, asked + lines)
    updated = sum(yes.reader.email in before for yes in welcome)
    return Imported(len(welcome) - updated, updated)


def _is_news(yes: Yes, before: Known) -> bool:
    """Whether it says more than is known: a new reader, or the proof a pending one lacked."""
    found = before.get(yes.reader.email)
    return found is None or (yes.is_proved and found[1] is Status.PENDING)


def _refusals(
    reception: Reception, connection: Connection, emails: Sequence[str], known: Known
) -> dict[str, Refusal]:
    hashes = hashes_of(reception, emails)
    closed = closed_among(connection, list(hashes))
    refused = {hashes[each]: Refusal.ERASED for each in closed}
    refused |= dict.fromkeys(suppressed_among(connection, emails), Refusal.SUPPRESSED)
    for email, (_, status) in known.items():
        if status is Status.UNSUBSCRIBED:
            refused[email] = Refusal.UNSUBSCRIBED
    return refused


def _line(reception: Reception, reader: int, yes: Yes, channel: Channel, now: datetime) -> Line:
    given = f"given {yes.given_at.isoformat()}" if yes.given_at else ""
    return Line(
        subscriber=reader,
        address=yes.reader.email,
        address_hash=reception.hashes.of(yes.reader.email),
        what=ConsentStep.IMPORTED,
        at=now,
        channel=channel,
        evidence=yes.evidence,
        note="; ".join(filter(None, (yes.note, given))),
    )


def _asked(line: Line, yes: Yes) -> Line:
    """What came before the yes: someone filled in the form, from elsewhere."""
    asked = f"asked {yes.asked_at.isoformat()}" if yes.asked_at else ""
    return replace(
        line,
        what=ConsentStep.REQUESTED,
        evidence=replace(yes.evidence, ip=yes.asked_ip, wording=""),
        note="; ".join(filter(None, (yes.note, asked))),
    )
