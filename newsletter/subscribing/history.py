"""Everything that happened between a reader and the site, for people of the site to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from newsletter.errors import NotFound
from newsletter.model.consent import ConsentRecord
from newsletter.store.consents import lines_of
from newsletter.store.histories import Letter, Told, letters_of, requests_of, told_about
from newsletter.store.mailed import mails_of
from newsletter.store.readers import Reader, find_reader, suppression_of, tags_of
from newsletter.store.requests import Request
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.reception import Reception


@dataclass(frozen=True, slots=True)
class History:
    """A reader, and what happened.

    Attributes:
        tags: sorted.
        suppressed: why their address is never mailed; empty when it may be.
        suppressed_at: since when; None when it may be.
        proof: every yes and no, in order.
        requests: what was asked for and had to be proved by a link.
        letters: deliveries, whatever became of them.
        told: what the provider told about these, opens and clicks with them.
        mails: the program's own: `name`, `state`, `queued_at`, `ended_at`.
    """

    reader: Reader
    tags: tuple[str, ...]
    suppressed: str
    suppressed_at: datetime | None
    proof: tuple[ConsentRecord, ...]
    requests: tuple[Request, ...]
    letters: tuple[Letter, ...]
    told: tuple[Told, ...]
    mails: Sequence[Row[*tuple[Any, ...]]]


def history_of(reception: Reception, reader_id: int) -> History:
    """Read it; changes nothing.

    Raises:
        NotFound: there is no such reader, or they were erased.
    """
    with reception.store.read() as connection:
        reader = find_reader(connection, reader_id)
        if reader is None or reader.status is Status.ERASED:
            raise NotFound("There is no such reader. They may have been erased.")
        suppressed = suppression_of(connection, reader.email)
        letters = letters_of(connection, reader.id)
        return History(
            reader=reader,
            tags=tags_of(connection, reader.id),
            suppressed=str(suppressed.reason) if suppressed else "",
            suppressed_at=suppressed.at if suppressed else None,
            proof=lines_of(connection, reception.hashes.every(reader.email)),
            requests=requests_of(connection, reader.id),
            letters=letters,
            told=told_about(connection, letters),
            mails=mails_of(connection, reader.id),
        )
