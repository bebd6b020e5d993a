"""Consent of many readers at once: who is known, who is suppressed, steps for all of them.

`lock_known` comes first in a transaction, before anything else is asked: whoever is being erased
or unsubscribed meanwhile is then either waited for or made to wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from newsletter.model.consent import SuppressionReason
from newsletter.store.many import is_among
from newsletter.store.readers import STATUS_STEPS
from newsletter.store.tables import subscriber, suppression
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import insert_into

Known = Mapping[str, tuple[int, Status]]
"""Address -> id and status."""


def known_among(connection: Connection, emails: Sequence[str]) -> Known:
    """Readers who have one of these addresses."""
    return _known(connection, _found(connection, emails))


def lock_known(connection: Connection, emails: Sequence[str]) -> Known:
    """The same, locked; in one order, so that nobody deadlocks."""
    return _known(
        connection, _found(connection, emails).order_by(subscriber.c.id).with_for_update()
    )


def suppressed_among(connection: Connection, emails: Sequence[str]) -> frozenset[str]:
    """Those of the addresses that bounced or complained."""
    known = suppression.c.email
    return frozenset(connection.scalars(select(known).where(is_among(connection, known, emails))))


def suppress_all(
    connection: Connection, reasons: Mapping[str, SuppressionReason], now: datetime
) -> None:
    """Suppress addresses; those that are suppressed already keep their reason."""
    if reasons:
        statement = insert_into(connection, suppression).on_conflict_do_nothing()
        rows = [
            {"email": email, "reason": reason.value, "at": now} for email, reason in reasons.items()
        ]
        connection.execute(statement, rows)


def confirm_all(connection: Connection, readers: Iterable[int], now: datetime) -> None:
    """Pending readers become confirmed; others stay as they are."""
    pending = update(subscriber).where(
        is_among(connection, subscriber.c.id, readers), subscriber.c.status == Status.PENDING
    )
    connection.execute(pending.values(status=Status.CONFIRMED, confirmed_at=now))


def unsubscribe_all(connection: Connection, readers: Sequence[int]) -> None:
    """Pending and confirmed readers become unsubscribed; others stay as they are."""
    sources = STATUS_STEPS.sources(Status.UNSUBSCRIBED)
    connection.execute(
        update(subscriber)
        .where(is_among(connection, subscriber.c.id, readers), subscriber.c.status.in_(sources))
        .values(status=Status.UNSUBSCRIBED)
    )


def add_unsubscribed(connection: Connection, emails: Sequence[str], now: datetime) -> None:
    """Remember addresses nobody knew, so that no list brings them in later."""
    if emails:
        row: dict[str, Any] = {
            "status": Status.UNSUBSCRIBED,
            "created_at": now,
            "attributes": {},
        }
        connection.execute(insert(subscriber), [row | {"email": email} for email in emails])


def _found(connection: Connection, emails: Sequence[str]) -> Select[str, int, Status]:
    columns = (subscriber.c.email, subscriber.c.id, subscriber.c.status)
    return select(*columns).where(is_among(connection, subscriber.c.email, emails))


def _known(connection: Connection, query: Select[str, int, Status]) -> Known:
    return {row.email: (row.id, row.status) for row in connection.execute(query)}
