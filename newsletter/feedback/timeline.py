"""When it happened: mails handed over, first opens and first clicks, on the clock of the site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, cast, func, select

from newsletter.errors import NotFound
from newsletter.feedback.clicks import links_of_letter
from newsletter.feedback.engaged import count_hours
from newsletter.feedback.machines import find_scanners
from newsletter.feedback.numbers import Band, Hour
from newsletter.model.transport import Answer
from newsletter.model.walltime import find_zone
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import attempt, batch, dispatch

FOLLOWED_HOURS = 30 * 24
"""What is later than a month after the first mail stands in no picture."""

MOST_HOURS = 72
"""As long as it may last to be told by the hour; what lasts longer is told by the day."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour or a day, and what fell into it.

    Attributes:
        begins: on the site's clock.
        handed: mails the provider took; a call that took only some counts as whole.
        opened, clicked: readers by the first time they did.
    """

    begins: datetime
    handed: int
    opened: Band
    clicked: Band


@dataclass(frozen=True, slots=True)
class Timeline:
    """One issue from its first mail on, without a gap.

    Attributes:
        by_hour: otherwise by day.
    """

    by_hour: bool
    slots: Sequence[Slot]


def timeline_of(
    connection: Connection,
    issue_number: int,
    zone: str,
    now: datetime,
    by_hour: bool | None = None,
) -> Timeline:
    """Count an issue by the hour or by the day.

    Args:
        zone: IANA name; days begin at its midnight.
        now: aware; nothing after it is told.
        by_hour: the first `MOST_HOURS` alone; False by the day; None by what fits.

    Raises:
        NotFound: the issue was never sent.
    """
    sent = [each for each in dispatches_of(connection, issue_number) if each.started_at]
    if not sent or sent[0].started_at is None:
        raise NotFound(f"Issue {issue_number} was never sent.")
    begun = _whole_hour(sent[0].started_at, zone)
    scanners = find_scanners(
        connection, issue_number, len(links_of_letter(connection, issue_number))
    )
    hours = count_hours(connection, scanners, begun, FOLLOWED_HOURS)
    handed = _handed(connection, issue_number, begun)
    last = min(max(_last(hours), *handed, 0), FOLLOWED_HOURS - 1, max(0, (now - begun) // _HOUR))
    by_hour = last < MOST_HOURS if by_hour is None else by_hour
    last = min(last, MOST_HOURS - 1) if by_hour else last
    slots = _slots(begun, hours[: last + 1], handed, zone)
    return Timeline(by_hour, tuple(slots if by_hour else _by_day(slots)))


def _whole_hour(moment: datetime, zone: str) -> datetime:
    local = moment.astimezone(find_zone(zone))
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def _last(hours: Sequence[Hour]) -> int:
    """The last hour in which anything was opened."""
    return max((at for at, each in enumerate(hours[:-1]) if each.opened.possible), default=0)


def _slots(
    begun: datetime, hours: Sequence[Hour], handed: Counter[int], zone: str
) -> Iterator[Slot]:
    place = find_zone(zone)
    for at, hour in enumerate(hours):
        begins = (begun + at * _HOUR).astimezone(place)
        yield Slot(begins, handed[at], hour.opened, hour.clicked)


def _by_day(slots: Iterator[Slot]) -> Iterator[Slot]:
    day: Slot | None = None
    for each in slots:
        if day is not None and day.begins.date() == each.begins.date():
            opened, clicked = _sum(day.opened, each.opened), _sum(day.clicked, each.clicked)
            day = Slot(day.begins, day.handed + each.handed, opened, clicked)
            continue
        if day is not None:
            yield day
        day = each
    if day is not None:
        yield day


def _sum(one: Band, other: Band) -> Band:
    return Band(one.surely + other.surely, one.possible + other.possible)


def _handed(connection: Connection, issue_number: int, begun: datetime) -> Counter[int]:
    """Mails by hours since then, by the calls that took them."""
    hour = _hours_since(connection, attempt.c.answered_at, begun)
    rows = connection.execute(
        select(hour, func.sum(attempt.c.readers))
        .join_from(dispatch, batch, batch.c.dispatch_id == dispatch.c.id)
        .join(attempt, attempt.c.batch_id == batch.c.id)
        .where(dispatch.c.issue_number == issue_number)
        .where(attempt.c.answer.in_([Answer.ACCEPTED, Answer.PARTLY]))
        .where(attempt.c.answered_at.is_not(None))
        .group_by(hour)
    )
    return Counter({max(0, int(at)): int(count) for at, count in rows})


def _hours_since(
    connection: Connection, moment: ColumnElement[Any], begun: datetime
) -> ColumnElement[int]:
    if connection.dialect.name == "sqlite":
        seconds: ColumnElement[Any] = cast(func.strftime("%s", moment), Integer)
    else:
        seconds = cast(func.floor(func.extract("epoch", moment)), Integer)
    return (seconds - int(begun.timestamp())) // 3600
