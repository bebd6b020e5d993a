"""How healthy the list is: who comes, who goes, and how near a receiver's limits it is.

Weeks begin on Monday, UTC. Mails count in the week in which the provider took them, bounces and
complaints in the week in which they were told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, cast, func, select, text

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

WEEKS = 12
MAILBOX_WEEKS = 4
"""Mailbox providers are compared over the last weeks only: a limit is about now."""

COMPLAINTS_WARN, COMPLAINTS_LIMIT = 0.001, 0.003
"""Gmail: stay below 0.1 %, never reach 0.3 % (https://support.google.com/mail/answer/81126);
Yahoo: below 0.3 % (https://senders.yahooinc.com/best-practices/)."""

BOUNCES_WARN, BOUNCES_LIMIT = 0.02, 0.05
"""Amazon puts senders under review from 5 % hard bounces and advises less than 2 %
(https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html); others do not tell theirs."""

FEWEST_ACCEPTED = 200
"""Of fewer mails a share says nothing."""

FEWEST_TOLD = 3
"""One or two readers are no trend, whatever their share."""


@dataclass(frozen=True, slots=True)
class Week:
    """What happened to the list in one week; a reader counts once a day for each of it.

    Attributes:
        begins: the Monday it begins on, UTC.
        joined: people who typed their address into a form, or were brought in with a list.
        confirmed: readers who confirmed, or took back a no.
        left: readers who took back their yes, complaints apart.
        erased: readers who had themselves forgotten.
        suppressed: addresses given up, because they bounced or complained.
        accepted: mails of issues that the provider took.
        bounced: mails that came back for good.
        complaints: mails reported as spam.
    """

    begins: date
    joined: int = 0
    confirmed: int = 0
    left: int = 0
    erased: int = 0
    suppressed: int = 0
    accepted: int = 0
    bounced: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """The same for one group of mailbox providers, over the last `MAILBOX_WEEKS` weeks.

    Attributes:
        name: `Gmail`, `Outlook`, `Yahoo and AOL`, `iCloud`, `GMX and WEB.DE` or `others`.
        readers: confirmed readers there now.
        accepted: mails of dispatches that began in these weeks.
    """

    name: str
    readers: int = 0
    accepted: int = 0
    bounced: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """The list at one moment and over some weeks before it.

    Attributes:
        at: of that moment; aware, UTC.
        readers: confirmed readers then.
        weeks: oldest first; the last is the one that is not over yet.
        mailboxes: most readers first; `others` last.
    """

    at: datetime
    readers: int
    weeks: Sequence[Week]
    mailboxes: Sequence[Mailboxes]


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
    readers = _counted(
        connection,
        select(group, func.count()).where(subscriber.c.status == Status.CONFIRMED).group_by(group),
    )
    accepted: Counter[str] = Counter()
    for span in connection.execute(
        select(dispatch.c.id, dispatch.c.first_delivery, dispatch.c.last_delivery).where(
            dispatch.c.started_at >= since
        )
    ).all():
        accepted += _counted(
            connection,
            select(group, func.count())
            .join_from(delivery, subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(delivery.c.id.between(span.first_delivery, span.last_delivery))
            .where(delivery.c.dispatch_id == span.id)
            .where(delivery.c.outcome == DeliveryOutcome.ACCEPTED)
            .group_by(group),
        )
    told = {
        name: _counted(
            connection,
            select(group, func.count(delivery_event.c.delivery_id.distinct()))
            .join_from(delivery_event, delivery, delivery.c.id == delivery_event.c.delivery_id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(text(HURTING), delivery_event.c.kind == kind, delivery_event.c.at >= since)
            .group_by(group),
        )
        for kind, name in _KINDS.items()
    }
    names = sorted({*readers, *accepted}, key=lambda each: (each == OTHERS, -readers[each], each))
    return [
        Mailboxes(
            name, readers[name], accepted[name], told["bounced"][name], told["complaints"][name]
        )
        for name in names
    ]


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


def health_warnings(health: Health) -> tuple[str, ...]:
    """What to act upon before a receiver does, in plain words; empty when all is well.

    Looked at are the last `MAILBOX_WEEKS` weeks, as a whole and by mailbox provider.
    """
    late = health.weeks[-MAILBOX_WEEKS:]
    whole = Mailboxes(
        "",
        health.readers,
        sum(each.accepted for each in late),
        sum(each.bounced for each in late),
        sum(each.complaints for each in late),
    )
    return tuple(told for each in (whole, *health.mailboxes) for told in _warnings(each))


def _warnings(of: Mailboxes) -> Iterator[str]:
    if of.accepted < FEWEST_ACCEPTED:
        return
    where = f" at {of.name}" if of.name and of.name != OTHERS else ""
    if of.name == OTHERS:
        where = " at other providers"
    mails = f"of {of.accepted:,} mails{where} in the last {MAILBOX_WEEKS} weeks"
    if of.complaints >= FEWEST_TOLD and of.complaints / of.accepted >= COMPLAINTS_WARN:
        over = of.complaints / of.accepted >= COMPLAINTS_LIMIT
        limit = "over the limit of 0.3 %" if over else "near the limit of 0.3 %: stay below 0.1 %"
        share = f"{of.complaints / of.accepted:.2%}".replace("%", " %")
        yield (
            f"{of.complaints:,} {mails} were reported as spam ({share}), {limit}. "
            "Mail only those who asked, and ask those who do not open whether they still want it."
        )
    if of.bounced >= FEWEST_TOLD and of.bounced / of.accepted >= BOUNCES_WARN:
        over = of.bounced / of.accepted >= BOUNCES_LIMIT
        limit = "over the 5 % that providers bear" if over else "more than the 2 % of a sound list"
        share = f"{of.bounced / of.accepted:.1%}".replace("%", " %")
        yield (
            f"{of.bounced:,} {mails} came back for good ({share}), {limit}. "
            "Look at where these addresses came from."
        )
