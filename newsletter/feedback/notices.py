"""Notices that no single step writes: they follow from how the ledger stands.

Each has a cause of its own in the database, so any number of schedulers may look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from newsletter.dispatching.announcing import announce_silence
from newsletter.dispatching.ticking import last_tick
from newsletter.feedback.health import health_warnings, list_health
from newsletter.model.event import EvidenceKind
from newsletter.model.ledger import BatchState, DeliveryOutcome
from newsletter.model.notice import Notice, NoticeKind
from newsletter.store import Store
from newsletter.store.notices import write_notice
from newsletter.store.tables import attempt, batch, delivery, dispatch, evidence, notice
from newsletter.store.tellings import NEWS

LOG_PATIENCE = timedelta(hours=24)
"""So long the provider's log may still settle a delivery."""


def no_warnings(connection: Connection, now: datetime) -> tuple[str, ...]:
    """What is to be said about the list when nobody judges it: nothing."""
    return ()


def judge_list(connection: Connection, now: datetime) -> tuple[str, ...]:
    """What stands against the health of the list today."""
    return health_warnings(list_health(connection, now))


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked at.

    Attributes:
        patience: unknown readers are told of after so long, when nothing but a person can
            settle them any more.
        list_warnings: what stands against the health of the list, in words; told once a week.
    """

    patience: timedelta = LOG_PATIENCE
    list_warnings: Callable[[Connection, datetime], tuple[str, ...]] = no_warnings


def write_notices(store: Store, watched: Watched) -> None:
    """Write what is worth telling and was not told before."""
    with store.read() as connection:
        now = store.now(connection)
        found = [*_unknown(connection, now, watched.patience), *_duplicates(connection, now)]
    _write(store, found)


def write_health(store: Store, watched: Watched) -> None:
    """Write what stands against the health of the list, once a week at most.

    It counts the weeks of the whole list, so once an hour is enough.
    """
    with store.read() as connection:
        found = _list_health(connection, store.now(connection), watched)
    _write(store, found)


def _write(store: Store, found: Sequence[Notice]) -> None:
    if not found:
        return
    with store.write() as connection:
        for each in found:
            write_notice(connection, each)


def write_silence(store: Store) -> bool:
    """For a process that does not tick itself: say so when nobody does. Tells whether it did."""
    with store.write() as connection:
        return announce_silence(connection, last_tick(connection), store.now(connection))


def _unknown(connection: Connection, now: datetime, patience: timedelta) -> list[Notice]:
    """Dispatches with readers whom nobody has settled in all that time."""
    has_one = select(notice.c.id).where(
        notice.c.dispatch_id == dispatch.c.id, notice.c.kind == NoticeKind.UNKNOWN_WAITING
    )
    rows = connection.execute(
        select(dispatch.c.id, dispatch.c.issue_number)
        .join(batch, batch.c.dispatch_id == dispatch.c.id)
        .join(attempt, attempt.c.id == batch.c.attempt_id)
        .where(batch.c.state == BatchState.UNKNOWN, attempt.c.started_at <= now - patience)
        .where(~has_one.exists())
        .distinct()
    ).all()
    return [_unknown_notice(connection, row.id, row.issue_number, now) for row in rows]


def _unknown_notice(connection: Connection, dispatch_id: int, issue: int, now: datetime) -> Notice:
    count = connection.execute(
        select(func.count())
        .select_from(delivery)
        .join(batch, delivery.c.id.between(batch.c.first_delivery, batch.c.last_delivery))
        .where(batch.c.dispatch_id == dispatch_id, batch.c.state == BatchState.UNKNOWN)
        .where(delivery.c.outcome == DeliveryOutcome.UNKNOWN)
    ).scalar_one()
    return Notice(
        cause=f"unknown-{dispatch_id}",
        kind=NoticeKind.UNKNOWN_WAITING,
        at=now,
        title=f"Of {count:,} readers of issue {issue} nobody knows whether they got it",
        words=(
            "The connection broke before the provider answered, and nothing has settled it since. "
            f"A person decides whether they are mailed again: newsletter resolve {issue}"
        ),
        issue_number=issue,
        dispatch_id=dispatch_id,
    )


def _duplicates(connection: Connection, now: datetime) -> list[Notice]:
    """Readers who got an issue twice: one notice a dispatch and day on which it came out."""
    rows = connection.execute(
        select(
            delivery.c.dispatch_id,
            delivery.c.issue_number,
            func.count(evidence.c.delivery_id.distinct()).label("readers"),
            func.max(evidence.c.at).label("at"),
        )
        .join(delivery, delivery.c.id == evidence.c.delivery_id)
        .where(evidence.c.kind == EvidenceKind.DUPLICATE, evidence.c.at > now - NEWS)
        .group_by(delivery.c.dispatch_id, delivery.c.issue_number)
    )
    return [
        Notice(
            cause=f"duplicate-{row.dispatch_id}-{row.at:%Y-%m-%d}",
            kind=NoticeKind.DUPLICATE,
            at=now,
            title=f"Readers got issue {row.issue_number} twice",
            words=(
                f"The provider took two mails for {row.readers:,} readers, as far as is known by "
                "now. That happens only after somebody had unknown readers mailed again; see: "
                f"newsletter status {row.issue_number}"
            ),
            issue_number=row.issue_number,
            dispatch_id=row.dispatch_id,
        )
        for row in rows
    ]


def _list_health(connection: Connection, now: datetime, watched: Watched) -> list[Notice]:
    """The look itself only while the week has no such notice."""
    year, week, _ = now.isocalendar()
    cause = f"list-health-{year}-{week}"
    if connection.execute(select(notice.c.id).where(notice.c.cause == cause)).first():
        return []
    warnings = watched.list_warnings(connection, now)
    if not warnings:
        return []
    title = "The list needs a look"
    return [Notice(cause, NoticeKind.LIST_HEALTH, now, title, " ".join(warnings))]
