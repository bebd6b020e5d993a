"""How a list grew: yeses and noes day by day, from the proof of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Integer, case, cast, extract, func, or_, select, text

from newsletter.model.consent import ConsentStep
from newsletter.store.tables import consent
from newsletter.store.tables.consents import GROWTH
from newsletter.store.tables.subscribers import Status

_HOUR = 3600
_S = ConsentStep


@dataclass(frozen=True, slots=True)
class GrowthDay:
    """One day of the site's calendar.

    Attributes:
        joined: confirmed by their own click, or took a no back.
        brought_in: by a list or by a person of the site, those who still wait among them.
        left: confirmed readers who said no, or were erased.
    """

    day: date
    joined: int
    brought_in: int
    left: int


def growth(connection: Connection, first: date, last: date, zone: str) -> tuple[GrowthDay, ...]:
    """Every day from the first to the last, also those on which nothing happened.

    Args:
        zone: IANA name; its midnights part the days. Where they do not fall on a full hour of
            UTC, what happened within that hour counts for the day in which the hour began.
    """
    place = ZoneInfo(zone)
    since, until = (
        datetime.combine(day, time.min, place).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    days: dict[date, dict[str, int]] = {day: {} for day in _days(first, last)}
    for hour, what, count in _by_hour(connection, since, until):
        day = datetime.fromtimestamp(hour * _HOUR, place).date()
        counts = days.get(day)
        if counts is not None:
            counts[what] = counts.get(what, 0) + count
    return tuple(_told(day, counts) for day, counts in days.items())


def _by_hour(
    connection: Connection, since: datetime, until: datetime
) -> Iterator[tuple[int, str, int]]:
    """(hour since 1970, series, how many), from one index and nothing else."""
    moment = consent.c.at
    if connection.dialect.name == "sqlite":
        hour = cast(func.strftime("%s", moment), Integer).op("/")(_HOUR)
    else:
        hour = cast(func.floor(extract("epoch", moment) / _HOUR), Integer)
    series = case(
        (consent.c.what.in_([_S.CONFIRMED, _S.UNDONE]), "joined"),
        (consent.c.what == _S.IMPORTED, "brought_in"),
        else_="left",
    )
    by_them = or_(
        consent.c.what.in_([_S.CONFIRMED, _S.UNDONE, _S.IMPORTED]),
        consent.c.status_before == Status.CONFIRMED,
    )
    found: Any = (
        select(hour.label("hour"), series.label("series"), func.count())
        .where(moment >= since, moment < until, text(GROWTH), by_them)
        .group_by("hour", "series")
    )
    for row in connection.execute(found):
        yield int(row[0]), str(row[1]), int(row[2])


def _days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def _told(day: date, counts: Mapping[str, int]) -> GrowthDay:
    get = counts.get
    return GrowthDay(day, get("joined", 0), get("brought_in", 0), get("left", 0))
