"""Notices in and out of the store."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, func, select

from newsletter.model.notice import Notice, NoticeKind
from newsletter.store.tables import notice
from newsletter.store.writing import insert_or_ignore


def write_notice(connection: Connection, told: Notice) -> bool:
    """Keep a notice, in the transaction of what it is about; False when its cause has one."""
    row = {
        "cause": told.cause,
        "kind": told.kind,
        "at": told.at,
        "issue_number": told.issue_number or None,
        "dispatch_id": told.dispatch_id or None,
        "title": told.title,
        "words": told.words,
    }
    return insert_or_ignore(connection, notice, row)


def count_notices(connection: Connection, dispatch_id: int, *kinds: NoticeKind) -> int:
    """How many of these kinds there were about a dispatch."""
    mine = select(func.count()).select_from(notice).where(notice.c.dispatch_id == dispatch_id)
    return int(connection.execute(mine.where(notice.c.kind.in_(kinds))).scalar_one())


def latest_notices(connection: Connection, most: int) -> tuple[Notice, ...]:
    """The newest notices, newest first."""
    rows = connection.execute(notice.select().order_by(notice.c.id.desc()).limit(most))
    return tuple(notice_of(row) for row in rows)


def notice_of(row: Row[Any]) -> Notice:
    """A row as a value."""
    return Notice(
        cause=row.cause,
        kind=row.kind,
        at=row.at,
        title=row.title,
        words=row.words,
        issue_number=row.issue_number or 0,
        dispatch_id=row.dispatch_id or 0,
        id=row.id,
    )
