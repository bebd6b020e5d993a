"""Events of the provider by the hundred: what they are about, and one line for each.

A dispatch of a million readers brings several million of them, so each statement takes many, as
one JSON text (`many.py`), and rows come as the driver gives them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, cast, select, update

from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.store.many import as_text, is_among, rows_of
from newsletter.store.tables import (
    delivery,
    delivery_event,
    engagement,
    identity,
    subscriber,
    system_mail,
)
from newsletter.store.writing import insert_into

_NAMES = (
    "provider_id",
    "kind",
    "match",
    "at",
    "delivery_id",
    "attempt_id",
    "mail_id",
    "subscriber_id",
    "address",
    "message_id",
    "reason",
    "raw",
)
_FOLLOWED = (
    "provider_id",
    "issue_number",
    "dispatch_id",
    "who",
    "is_pseudonym",
    "kind",
    "at",
    "link_id",
    "agent",
    "by_machine",
)

_MOST_ROWS = 1_000  # of twelve cells each; SQLite takes 32,766 values (SQLITE_MAX_VARIABLE_NUMBER)


class Target(NamedTuple):
    """The delivery an event speaks of, and its reader's address now."""

    id: int
    outcome: DeliveryOutcome
    feedback: Feedback
    attempt_id: int | None
    subscriber: int
    issue_number: int
    dispatch_id: int
    email: str


class MailTarget(NamedTuple):
    """The program's own mail an event speaks of; its address is empty once erased."""

    id: int
    subscriber: int
    email: str


def moment_text(at: datetime) -> str:
    """A moment as both databases read it out of a text; it sorts as SQLAlchemy writes it."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def known_sites(connection: Connection) -> Mapping[str, datetime | None]:
    """Every id this site's mails ever carried, and when it stopped doing so."""
    rows = connection.execute(select(identity.c.site_id, identity.c.retired_at))
    return {row.site_id: row.retired_at for row in rows}


def lock_targets(connection: Connection, ids: Collection[int]) -> dict[int, Target]:
    """Deliveries by id, locked in one order, so that nobody deadlocks."""
    if not ids:
        return {}
    found = (
        select(
            delivery.c.id,
            delivery.c.outcome,
            delivery.c.feedback,
            delivery.c.attempt_id,
            delivery.c.subscriber_id,
            delivery.c.issue_number,
            delivery.c.dispatch_id,
            subscriber.c.email,
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id, isouter=True)
        .where(is_among(connection, delivery.c.id, ids))
        .order_by(delivery.c.id)
        .with_for_update(of=delivery)
    )
    rows = connection.execute(found)
    return {row[0]: Target(*row[:7], row[7] or "") for row in rows}


def mail_targets(connection: Connection, ids: Collection[int]) -> dict[int, MailTarget]:
    """The program's own mails by id."""
    if not ids:
        return {}
    found = select(system_mail.c.id, system_mail.c.subscriber_id, system_mail.c.address)
    rows = connection.execute(found.where(is_among(connection, system_mail.c.id, ids)))
    return {row[0]: MailTarget(*row) for row in rows}


def add_events(connection: Connection, rows: Sequence[Sequence[Any]]) -> frozenset[str]:
    """Write down those that nobody told before; returns the provider's ids of these.

    Args:
        rows: cells as `_NAMES` has them, texts and numbers, in plain tuples.
    """
    if not rows:
        return frozenset()
    return frozenset(_add(connection, delivery_event, _NAMES, rows))


def add_engagement(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Write down opens and clicks that nobody told before; cells stand as `_FOLLOWED` has them."""
    if rows:
        _add(connection, engagement, _FOLLOWED, rows)


def _add(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Sequence[str]:
    """Insert rows whose provider's id is not known; returns the ids of those it did."""
    if connection.dialect.name == "sqlite":
        return _add_values(connection, table, names, rows)
    told, cells = rows_of(connection, "rows", len(names))
    typed = [cast(cell, table.c[name].type) for name, cell in zip(names, cells, strict=True)]
    adding = insert_into(connection, table).from_select(names, select(*typed).select_from(told))
    made = adding.on_conflict_do_nothing().returning(table.c.provider_id)
    return connection.scalars(made, {"rows": as_text(rows)}).all()


def _add_values(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> Sequence[str]:
    """SQLite reads a JSON text anew for every cell: bound values are three times as quick."""
    one, columns = f"({', '.join('?' * len(names))})", ", ".join(f'"{name}"' for name in names)
    found: list[str] = []
    for at in range(0, len(rows), _MOST_ROWS):
        part = rows[at : at + _MOST_ROWS]
        adding = (
            f"INSERT INTO {table.name} ({columns}) VALUES {', '.join([one] * len(part))} "  # noqa: S608
            "ON CONFLICT DO NOTHING RETURNING provider_id"
        )
        found += connection.exec_driver_sql(adding, tuple(chain.from_iterable(part))).scalars()
    return found


def raise_feedback(connection: Connection, told: Feedback, ids: Iterable[int]) -> None:
    """Give deliveries a feedback, unless theirs weighs more.

    Feedback's numbers stand in the order of their weight, so the order of events is no matter.
    """
    lighter = delivery.c.feedback < told
    connection.execute(
        update(delivery)
        .where(is_among(connection, delivery.c.id, ids), lighter)
        .values(feedback=told)
    )
