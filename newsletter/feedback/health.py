"""How healthy the list is: who comes, who goes, and how their mail fares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, cast, func, select, text

from newsletter.feedback.limits import health_warnings
from newsletter.feedback.list_numbers import MAILBOX_WEEKS, Health, Mailboxes, Week
from newsletter.feedback.mailboxes import OTHERS, mailbox_group
from newsletter.model.consent import Channel, ConsentStep
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome
from newsletter.model.transport import Answer
from newsletter.store.tables import (
    attempt,
    consent,
    delivery,
    delivery_event,
    dispatch,
    subscriber,
)
from newsletter.store.tables.events import HURTING
from newsletter.store.tables.subscribers import Status

__all__ = ["WEEKS", "health_warnings", "list_health"]

WEEKS = 12


def list_health(connection: Connection, now: datetime, weeks: int = WEEKS) -> Health:
    """Count how readers came and went, and how their mail fared.

    Args:
        connection: reads only. Mails of the last weeks are looked up one by one, so that it
            takes a second for some hundred thousand of them.
        now: aware.
        weeks: how many to look back, the present one included.
    """
    monday = _monday(now.astimezone(UTC).date())
    begins = [monday - timedelta(weeks=back) for back in reversed(range(weeks))]
    counts = _by_week(connection, begins[0])
    mailboxes = _mailboxes(connection, _midnight(monday - timedelta(weeks=MAILBOX_WEEKS - 1)))
    return Health(
        at=now,
        readers=sum(each.readers for each in mailboxes),
        weeks=[
            Week(each, **{name: counts[name, each] for name in _COUNTED if (name, each) in counts})
            for each in begins
        ],
        mailboxes=mailboxes,
    )


_COUNTED = tuple(each.name for each in fields(Week) if each.name != "begins")
_STEPS: Mapping[ConsentStep, str] = {
    ConsentStep.REQUESTED: "joined",
    ConsentStep.IMPORTED: "joined",
    ConsentStep.CONFIRMED: "confirmed",
    ConsentStep.UNDONE: "confirmed",
    ConsentStep.WITHDRAWN: "left",
    ConsentStep.ERASED: "erased",
    ConsentStep.SUPPRESSED: "suppressed",
}
_KINDS: Mapping[EventKind, str] = {
    EventKind.BOUNCED: "bounced",
    EventKind.COMPLAINED: "complaints",
}


def _by_week(connection: Connection, first: date) -> Counter[tuple[str, date]]:
    since = _midnight(first)
    found: Counter[tuple[str, date]] = Counter()
    for name, day, count in (
        *_steps(connection, since),
        *_accepted(connection, since),
        *_told(connection, since),
    ):
        found[name, _monday(day)] += count
    return found


def _steps(connection: Connection, since: datetime) -> Sequence[tuple[str, date, int]]:
    day = _day(connection, consent.c.at)
    rows = connection.execute(
        select(consent.c.what, day, func.count(consent.c.subscriber_id.distinct()))
        .where(consent.c.at >= since, consent.c.what.in_(_STEPS))
        .where((consent.c.what != ConsentStep.WITHDRAWN) | (consent.c.channel != Channel.COMPLAINT))
        .group_by(consent.c.what, day)
    )
    return [(_STEPS[what], _date(at), count) for what, at, count in rows]


def _accepted(connection: Connection, since: datetime) -> Sequence[tuple[str, date, int]]:
    """By calls to the provider: a call that took only some of its readers counts as whole."""
    day = _day(connection, attempt.c.answered_at)
    rows = connection.execute(
        select(day, func.sum(attempt.c.readers))
        .where(attempt.c.answered_at >= since)
        .where(attempt.c.answer.in_([Answer.ACCEPTED, Answer.PARTLY]))
        .group_by(day)
    )
    return [("accepted", _date(at), int(count)) for at, count in rows]


def _told(connection: Connection, since: datetime) -> Sequence[tuple[str, date, int]]:
    day = _day(connection, delivery_event.c.at)
    rows = connection.execute(
        select(delivery_event.c.kind, day, func.count(delivery_event.c.delivery_id.distinct()))
        .where(text(HURTING), delivery_event.c.kind.in_(_KINDS), delivery_event.c.at >= since)
        .group_by(delivery_event.c.kind, day)
    )
    return [(_KINDS[kind], _date(at), count) for kind, at, count in rows]


def _mailboxes(connection: Connection, since: datetime) -> Sequence[Mailboxes]:
    group = mailbox_group(connection, subscriber.c.email).label("mailbox")
    confirmed = subscriber.c.status == Status.CONFIRMED
    asked = select(group, func.count()).where(confirmed).group_by(group)
    readers = _counted(connection, asked)
    accepted = _accepted_at(connection, group, since)
    bounced = _told_at(connection, group, EventKind.BOUNCED, since)
    complaints = _told_at(connection, group, EventKind.COMPLAINED, since)
    names = sorted({*readers, *accepted}, key=lambda each: (each == OTHERS, -readers[each], each))
    return [
        Mailboxes(name, readers[name], accepted[name], bounced[name], complaints[name])
        for name in names
    ]


def _accepted_at(
    connection: Connection, group: ColumnElement[str], since: datetime
) -> Counter[str]:
    """Mails by mailbox group, a dispatch at a time: each is a range of the primary key."""
    accepted: Counter[str] = Counter()
    spans = select(dispatch.c.id, dispatch.c.first_delivery, dispatch.c.last_delivery)
    for span in connection.execute(spans.where(dispatch.c.started_at >= since)).all():
        accepted += _counted(
            connection,
            select(group, func.count())
            .join_from(delivery, subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(delivery.c.id.between(span.first_delivery, span.last_delivery))
            .where(delivery.c.dispatch_id == span.id)
            .where(delivery.c.outcome == DeliveryOutcome.ACCEPTED)
            .group_by(group),
        )
    return accepted


def _told_at(
    connection: Connection, group: ColumnElement[str], kind: EventKind, since: datetime
) -> Counter[str]:
    return _counted(
        connection,
        select(group, func.count(delivery_event.c.delivery_id.distinct()))
        .join_from(delivery_event, delivery, delivery.c.id == delivery_event.c.delivery_id)
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(text(HURTING), delivery_event.c.kind == kind, delivery_event.c.at >= since)
        .group_by(group),
    )


def _counted(connection: Connection, statement: Any) -> Counter[str]:
    return Counter(dict(tuple(row) for row in connection.execute(statement)))


def _day(connection: Connection, moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The day in UTC: connections are set to it, and SQLite's texts begin with it."""
    return func.substr(moment, 1, 10) if connection.dialect.name == "sqlite" else cast(moment, Date)


def _date(told: Any) -> date:
    return date.fromisoformat(told) if isinstance(told, str) else told


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
