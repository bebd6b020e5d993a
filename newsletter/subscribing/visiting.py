"""Who came by which link, and what they may do.

A preferences link stands in letters that are passed on, so it opens little. A fresh link was
just sent to the address and is good for 30 minutes; it opens everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from newsletter.model.consent import RequestKind
from newsletter.store.readers import Reader, find_reader, lock_reader
from newsletter.store.requests import find_request
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.reception import Reception
from newsletter.tokens import Purpose


@dataclass(frozen=True, slots=True)
class Visit:
    """A reader behind a link.

    Attributes:
        is_fresh: came by a fresh link that still holds.
        token: the mark of the link.
        at: aware, UTC.
    """

    reader: Reader
    is_fresh: bool
    token: str
    at: datetime


def visit(reception: Reception, connection: Connection, token: str) -> Visit | None:
    """Who is behind a PREFERENCES or FRESH mark; None when nobody is, or it has ended."""
    return _visit(reception, connection, token, lock=False)


@contextmanager
def visiting(
    reception: Reception, token: str, *, fresh: bool = False
) -> Iterator[tuple[Connection, Visit] | None]:
    """A transaction in which the reader behind a mark is changed; None as for `visit`.

    Args:
        fresh: only a fresh link will do.
    """
    with reception.store.write() as connection:
        found = _visit(reception, connection, token, lock=True)
        if found is None or (fresh and not found.is_fresh):
            yield None
        else:
            yield connection, found


def _visit(reception: Reception, connection: Connection, token: str, *, lock: bool) -> Visit | None:
    now = reception.now
    subscriber, fresh = _who(reception, connection, token, now)
    if subscriber is None:
        return None
    reader = (lock_reader if lock else find_reader)(connection, subscriber)
    if reader is None or reader.status is Status.ERASED:
        return None
    return Visit(reader, fresh, token, now)


def _who(
    reception: Reception, connection: Connection, token: str, now: datetime
) -> tuple[int | None, bool]:
    if mark := reception.signer.read(Purpose.PREFERENCES, token):
        return mark.subscriber, False
    mark = reception.signer.read(Purpose.FRESH, token)
    if mark is None:
        return None, False
    asked = find_request(connection, RequestKind.FRESH, mark.subscriber, mark.about)
    holds = asked is not None and not asked.is_spent and asked.expires_at > now
    return (mark.subscriber, True) if holds else (None, False)
