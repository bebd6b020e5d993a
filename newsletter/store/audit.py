"""The log of who did what: only ever added to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, insert, or_, select, update

from newsletter.model.account import Entry, Sought
from newsletter.store.tables import audit


def write_entry(
    connection: Connection,
    at: datetime,
    *,
    person: int | None,
    name: str,
    action: str,
    on: str,
    details: Mapping[str, str],
    ip: str,
) -> None:
    """Add a line, best in the transaction of what it is about."""
    row = {
        "at": at,
        "person_id": person,
        "name": name,
        "action": action,
        "subject": on,
        "details": dict(details),
        "ip": ip,
    }
    connection.execute(insert(audit).values(row))


def read_entries(
    connection: Connection, sought: Sought, before: int | None, most: int
) -> tuple[Entry, ...]:
    """Lines, the newest first.

    Args:
        before: only those with a smaller id: the next page.
    """
    statement = select(audit).where(*_fits(sought)).order_by(audit.c.id.desc()).limit(most)
    if before is not None:
        statement = statement.where(audit.c.id < before)
    return tuple(_entry(row) for row in connection.execute(statement))


def names_and_actions(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Everyone who did something, and everything that was done: what can be sought."""
    names = connection.scalars(select(audit.c.name).distinct().order_by(audit.c.name))
    actions = connection.scalars(select(audit.c.action).distinct().order_by(audit.c.action))
    return tuple(names), tuple(actions)


def who_changed(
    connection: Connection, things: Mapping[str, Collection[str]], files: Collection[str]
) -> tuple[tuple[int | None, str], ...]:
    """Who did something to any of these: (person's id, name as it was then), each once.

    Args:
        things: what it was done to -> how the actions that count begin.
        files: named by `file` in the details of an `issue.edited`.
    """
    of = [
        and_(audit.c.subject == name, or_(*(audit.c.action.startswith(each) for each in begin)))
        for name, begin in things.items()
    ]
    in_files = audit.c.details["file"].as_string().in_(tuple(files))
    statement = (
        select(audit.c.person_id, audit.c.name)
        .where(or_(*of, and_(audit.c.action == "issue.edited", in_files)))
        .distinct()
        .order_by(audit.c.person_id, audit.c.name)
    )
    return tuple((row.person_id, row.name) for row in connection.execute(statement))


def did_from(connection: Connection, person: int, action: str, ip: str, since: datetime) -> bool:
    """Whether a person did that from that network address since then."""
    known = exists().where(
        audit.c.person_id == person,
        audit.c.action == action,
        audit.c.at > since,
        audit.c.ip == ip,
    )
    return bool(connection.scalar(select(known)))


def cut_audit_networks(connection: Connection, before: datetime) -> int:
    """Take network addresses out of lines older than that; returns of how many."""
    old = (audit.c.ip != "", audit.c.at < before)
    return connection.execute(update(audit).where(*old).values(ip="")).rowcount


def _fits(sought: Sought) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if sought.name:
        fits.append(audit.c.name == sought.name)
    if sought.action:
        fits.append(audit.c.action == sought.action)
    if sought.on:
        fits.append(audit.c.subject.icontains(sought.on, autoescape=True))
    if sought.since:
        fits.append(audit.c.at >= sought.since)
    if sought.until:
        fits.append(audit.c.at < sought.until)
    return fits


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        at=row.at,
        person=row.person_id,
        name=row.name,
        action=row.action,
        on=row.subject,
        details=row.details,
        ip=row.ip,
    )
