"""Comments on shared previews, people who may be asked, and groups of test addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from newsletter.model.review import Approver, Comment, TestGroup
from newsletter.store.tables import approver, personal_link, preview_comment, test_group
from newsletter.store.writing import changed, insert_or_ignore


def add_comment(
    connection: Connection, link_id: int, issue_number: int, name: str, words: str, now: datetime
) -> Comment:
    """Keep what somebody wrote."""
    row = {"link_id": link_id, "issue_number": issue_number, "name": name, "words": words}
    made = preview_comment.insert().values(**row, at=now).returning(preview_comment)
    return _comment(connection.execute(made).one())


def lock_link(connection: Connection, link_id: int) -> None:
    """Nobody else comments by this link before this commits, so that a limit is one."""
    mine = select(personal_link.c.id).where(personal_link.c.id == link_id)
    connection.execute(mine.with_for_update())


def count_comments(connection: Connection, link_id: int, since: datetime | None = None) -> int:
    """How many came by a link, in all or from a moment on."""
    mine = select(func.count()).where(preview_comment.c.link_id == link_id)
    if since is not None:
        mine = mine.where(preview_comment.c.at > since)
    return int(connection.execute(mine).scalar_one())


def comments_by(connection: Connection, link_id: int) -> tuple[Comment, ...]:
    """What came by one link, oldest first."""
    mine = select(preview_comment).where(preview_comment.c.link_id == link_id)
    rows = connection.execute(mine.order_by(preview_comment.c.id))
    return tuple(_comment(row) for row in rows)


def comments_on(connection: Connection, issue_number: int) -> tuple[Comment, ...]:
    """What was said about an issue by whatever link, newest first."""
    mine = select(preview_comment).where(preview_comment.c.issue_number == issue_number)
    rows = connection.execute(mine.order_by(preview_comment.c.id.desc()))
    return tuple(_comment(row) for row in rows)


def add_approver(connection: Connection, name: str, email: str, by: str, now: datetime) -> Approver:
    """Know a person who may be asked; one who is known already stays, under the new name."""
    row = {"name": name, "email": email, "by": by, "added_at": now}
    if not insert_or_ignore(connection, approver, row):
        mine = update(approver).where(approver.c.email == email)
        connection.execute(mine.values(name=name))
    found = select(approver).where(approver.c.email == email).with_for_update()
    return _approver(connection.execute(found).one())


def lock_approver(connection: Connection, approver_id: int) -> Approver | None:
    """One of them; nobody else asks the same person before this commits."""
    found = select(approver).where(approver.c.id == approver_id).with_for_update()
    row = connection.execute(found).first()
    return None if row is None else _approver(row)


def approvers(connection: Connection) -> tuple[Approver, ...]:
    """Everybody who may be asked, by name."""
    rows = connection.execute(select(approver).order_by(approver.c.name, approver.c.id))
    return tuple(_approver(row) for row in rows)


def forget_approver(connection: Connection, approver_id: int) -> bool:
    """Ask this person no more; what was decided stays."""
    return changed(connection.execute(delete(approver).where(approver.c.id == approver_id)))


def all_groups(connection: Connection) -> tuple[TestGroup, ...]:
    """Every group, by name."""
    return tuple(_group(row) for row in connection.execute(_GROUPS.order_by(test_group.c.name)))


def find_group(connection: Connection, group_id: int) -> TestGroup | None:
    """One group."""
    row = connection.execute(_GROUPS.where(test_group.c.id == group_id)).first()
    return None if row is None else _group(row)


def insert_group(
    connection: Connection, name: str, addresses: Sequence[str], by: str, now: datetime
) -> bool:
    """Write a new group; False when its name is taken."""
    row = {"name": name, "addresses": list(addresses), "by": by, "changed_at": now}
    return insert_or_ignore(connection, test_group, row)


def change_group(
    connection: Connection,
    group_id: int,
    name: str,
    addresses: Sequence[str],
    by: str,
    now: datetime,
) -> bool:
    """Write a group anew; False when it is gone."""
    row = {"name": name, "addresses": list(addresses), "by": by, "changed_at": now}
    mine = update(test_group).where(test_group.c.id == group_id)
    return changed(connection.execute(mine.values(**row)))


def delete_group(connection: Connection, group_id: int) -> bool:
    """Take a group away; False when it was gone."""
    return changed(connection.execute(delete(test_group).where(test_group.c.id == group_id)))


_GROUPS = select(test_group)


def _comment(row: Row[Any]) -> Comment:
    return Comment(row.id, row.link_id, row.issue_number, row.name, row.words, row.at)


def _approver(row: Row[Any]) -> Approver:
    return Approver(row.id, row.name, row.email, row.by, row.added_at)


def _group(row: Row[Any]) -> TestGroup:
    return TestGroup(row.id, row.name, tuple(row.addresses), row.by, row.changed_at)
