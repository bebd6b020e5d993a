"""Count opens and clicks: readers, never events, and people apart from machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    not_,
    select,
)

from newsletter.feedback.machines import Scanners, told_apart
from newsletter.feedback.numbers import Band, Hour
from newsletter.model.event import EventKind
from newsletter.store.many import as_text, rows_of
from newsletter.store.tables import engagement, link

HOURS = 48
"""Told apart one by one; what comes later is one number."""

_HOUR = 3600


def is_counted(connection: Connection, issue_number: int) -> bool:
    """Whether there is any open or click of the issue."""
    found = select(exists().where(engagement.c.issue_number == issue_number))
    return bool(connection.execute(found).scalar())


def count_hours(
    connection: Connection, scanners: Scanners, start: datetime, most: int = HOURS
) -> Sequence[Hour]:
    """Readers by the hour of their first open and first click.

    Args:
        scanners: of the issue.
        start: the first mail's moment; what is earlier falls into the first hour.
        most: hours told apart.

    Returns:
        So many hours, and what came later; together they are everybody.
    """
    told, bound = told_apart(connection, scanners)
    reader = _readers(told)
    hours = [_hour(connection, column, start, most) for column in reader.c if column.name != "who"]
    rows = connection.execute(select(*hours, func.count()).group_by(*hours), bound).all()
    counts = [[0] * (most + 1) for _ in hours]
    for row in rows:
        for each, hour in zip(counts, row[:-1], strict=True):
            if hour is not None:
                each[hour] += row[-1]
    return [
        Hour(at if at < most else None, Band(surely, seen), Band(clicked_surely, clicked))
        for at, (seen, surely, clicked, clicked_surely) in enumerate(zip(*counts, strict=True))
    ]


def count_until(
    connection: Connection, scanners: Scanners, until: datetime | None = None
) -> tuple[Band, Band]:
    """Readers who opened, and readers who clicked, up to a moment."""
    told, bound = told_apart(connection, scanners, until)
    reader = _readers(told)
    columns = [func.count(column) for column in reader.c if column.name != "who"]
    counts: Sequence[int] = tuple(connection.execute(select(*columns), bound).one())
    seen, surely, clicked, clicked_surely = counts
    return Band(surely, seen), Band(clicked_surely, clicked)


def count_links(connection: Connection, scanners: Scanners) -> Sequence[tuple[int, str, Band]]:
    """Readers by link: its number, its counted address, and how many."""
    told, bound = told_apart(connection, scanners)
    pair = _pairs(told)
    rows = connection.execute(
        select(pair.c.link_id, link.c.url, func.sum(pair.c.surely), func.count())
        .join_from(pair, link, link.c.id == pair.c.link_id)
        .group_by(pair.c.link_id, link.c.url),
        bound,
    )
    return [(number, url, Band(int(surely), all_)) for number, url, surely, all_ in rows]


def count_groups(
    connection: Connection, scanners: Scanners, groups: Mapping[str, Sequence[int]]
) -> Mapping[str, Band]:
    """Readers who clicked any of a group of links, each once a group.

    Args:
        groups: name -> numbers of links; a link may be in several.
    """
    told, bound = told_apart(connection, scanners)
    pair = _pairs(told)
    table, (number, name) = rows_of(connection, "groups", 2)
    in_group = (
        select(name.label("name"), pair.c.who, func.max(pair.c.surely).label("surely"))
        .join_from(pair, table, cast(number, Integer) == pair.c.link_id)
        .group_by(name, pair.c.who)
        .subquery()
    )
    rows = connection.execute(
        select(in_group.c.name, func.sum(in_group.c.surely), func.count()).group_by(
            in_group.c.name
        ),
        bound | {"groups": as_text([[id_, name] for name, ids in groups.items() for id_ in ids])},
    )
    return {name: Band(int(surely), all_) for name, surely, all_ in rows}


def _readers(query: Select[Any]) -> Subquery:
    """For each reader the first moment of four things, or none."""
    told = query.subquery("told")
    person = not_(told.c.machine)
    clicked = and_(told.c.kind == EventKind.CLICKED, told.c.link_id.is_not(None))

    def first(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.min(case((condition, told.c.at)))

    return (
        select(
            told.c.who,
            func.min(told.c.at).label("seen"),
            first(person).label("seen_surely"),
            first(clicked).label("clicked"),
            first(and_(clicked, person)).label("clicked_surely"),
        )
        .group_by(told.c.who)
        .subquery("reader")
    )


def _pairs(query: Select[Any]) -> Subquery:
    """Each reader with each link they clicked, and whether a person surely did."""
    told = query.subquery("told")
    surely = func.max(case((told.c.machine, 0), else_=1)).label("surely")
    return (
        select(told.c.who, told.c.link_id, surely)
        .where(told.c.kind == EventKind.CLICKED, told.c.link_id.is_not(None))
        .group_by(told.c.who, told.c.link_id)
        .subquery("pair")
    )


def _hour(
    connection: Connection, moment: ColumnElement[Any], start: datetime, most: int
) -> ColumnElement[int]:
    """Whole hours since then, between 0 and `most`; none where there is no moment."""
    begun = int(start.timestamp())
    if connection.dialect.name == "sqlite":  # each mention of a moment is one more reading of it
        hour = (cast(func.strftime("%s", moment), Integer) - begun) // _HOUR
        return func.max(0, func.min(most, hour))
    seconds = cast(func.floor(func.extract("epoch", moment)), BigInteger)
    hour = (seconds - begun) // _HOUR
    return case((hour < 0, 0), (hour > most, most), else_=hour)
