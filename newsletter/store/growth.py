"""How a list grew: yeses and noes day by day, from the proof of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Integer, and_, cast, func, select, text

from newsletter.model.consent import ConsentStep
from newsletter.store.delivery_events import moment_text
from newsletter.store.many import as_text, rows_of
from newsletter.store.tables import consent
from newsletter.store.tables.consents import GROWTH

_JOINED = (ConsentStep.CONFIRMED, ConsentStep.UNDONE)
_BROUGHT_IN = (ConsentStep.IMPORTED,)
_LEFT = (ConsentStep.WITHDRAWN, ConsentStep.ERASED)


@dataclass(frozen=True, slots=True)
class GrowthDay:
    """One day of the site's calendar.

    Attributes:
        joined: confirmed by their own click, or took a no back.
        brought_in: by a list or by a person of the site, with proof of a yes.
        left: confirmed readers who said no, or were erased.
    """

    day: date
    joined: int
    brought_in: int
    left: int

    @property
    def more(self) -> int:
        """How many readers more there were at its end; fewer when below 0."""
        return self.joined + self.brought_in - self.left


def growth(connection: Connection, first: date, last: date, zone: str) -> tuple[GrowthDay, ...]:
    """Every day from the first to the last, also those on which nothing happened.

    Args:
        zone: IANA name; its midnights part the days.
    """
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    told, (number, begins, ends) = rows_of(connection, "days", 3)
    begin, end = (_as(connection, cell, consent.c.at.type) for cell in (begins, ends))

    def how_many(*steps: ConsentStep) -> Any:
        """Each is a stretch of the index, and nothing but the index is read."""
        here = and_(text(GROWTH), consent.c.at >= begin, consent.c.at < end)
        counted = select(func.count()).select_from(consent).where(consent.c.what.in_(steps), here)
        return counted.correlate(told).scalar_subquery()

    columns = (how_many(*steps) for steps in (_JOINED, _BROUGHT_IN, _LEFT))
    rows = connection.execute(
        select(cast(number, Integer), *columns).select_from(told),
        {"days": as_text(_spans(days, ZoneInfo(zone)))},
    )
    found = (GrowthDay(days[row[0]], int(row[1]), int(row[2]), int(row[3])) for row in rows)
    return tuple(sorted(found, key=lambda each: each.day))


def _spans(days: Sequence[date], zone: ZoneInfo) -> list[tuple[int, str, str]]:
    edges = [
        moment_text(datetime.combine(day, time.min, zone))
        for day in (*days, days[-1] + timedelta(days=1))
    ]
    return [(at, edges[at], edges[at + 1]) for at in range(len(days))]


def _as(connection: Connection, cell: ColumnElement[str], kind: object) -> ColumnElement[str]:
    """A text as both databases compare it with a moment."""
    return cell if connection.dialect.name == "sqlite" else cast(cell, kind)  # type: ignore[arg-type]
