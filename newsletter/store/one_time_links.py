"""Links that make an account or set a password, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from newsletter.model.account import LinkKind, OneTimeLink
from newsletter.model.person import Person
from newsletter.store.tables import one_time_link, person
from newsletter.store.writing import changed


def add_link(
    connection: Connection, made: OneTimeLink, *, token_sha256: str, email_key: str = ""
) -> None:
    """Write it down; the token itself is known to whoever holds the link only."""
    row = {
        "kind": made.kind,
        "token_sha256": token_sha256,
        "person_id": made.person.id if made.person else None,
        "email": made.email,
        "email_key": email_key,
        "role": made.role,
        "made_by": made.made_by,
        "made_at": made.made_at,
        "expires_at": made.expires_at,
    }
    connection.execute(insert(one_time_link).values(row))


def find_link(connection: Connection, token_sha256: str, now: datetime) -> OneTimeLink | None:
    """What a token is good for; None when it is none, used, taken back or too old."""
    row = connection.execute(
        _links().where(one_time_link.c.token_sha256 == token_sha256, _good(now))
    ).first()
    return None if row is None else _link(row)


def use_link(connection: Connection, link_id: int, now: datetime) -> bool:
    """Use it up; of two at once only one hears yes."""
    mine = and_(one_time_link.c.id == link_id, _good(now))
    return changed(connection.execute(update(one_time_link).where(mine).values(used_at=now)))


def void_links(
    connection: Connection,
    now: datetime,
    kind: LinkKind,
    *,
    person_id: int | None = None,
    email_key: str | None = None,
    link_id: int | None = None,
    made_by: str | None = None,
) -> int:
    """Take back what is still good of a kind: all, or a person's, an address's, one, a maker's."""
    statement = update(one_time_link).where(one_time_link.c.kind == kind, _good(now))
    if person_id is not None:
        statement = statement.where(one_time_link.c.person_id == person_id)
    if email_key is not None:
        statement = statement.where(one_time_link.c.email_key == email_key)
    if link_id is not None:
        statement = statement.where(one_time_link.c.id == link_id)
    if made_by is not None:
        statement = statement.where(one_time_link.c.made_by == made_by)
    return connection.execute(statement.values(voided_at=now)).rowcount


def rename_maker(connection: Connection, old: str, new: str) -> None:
    """Who makes links is called something else; the links stay theirs."""
    mine = update(one_time_link).where(one_time_link.c.made_by == old)
    connection.execute(mine.values(made_by=new))


def open_invitations(connection: Connection, now: datetime) -> tuple[OneTimeLink, ...]:
    """Those that may still be accepted, the newest first."""
    rows = connection.execute(
        _links()
        .where(one_time_link.c.kind == LinkKind.INVITATION, _good(now))
        .order_by(one_time_link.c.id.desc())
    )
    return tuple(_link(row) for row in rows)


def prune_links(connection: Connection, before: datetime) -> int:
    """Take away those that ended before that; returns how many."""
    return connection.execute(
        delete(one_time_link).where(one_time_link.c.expires_at < before)
    ).rowcount


def _links() -> Any:
    whose = (person.c.name, person.c.email.label("account"), person.c.is_active)
    role = person.c.role.label("has_role")
    joined = one_time_link.outerjoin(person, one_time_link.c.person_id == person.c.id)
    return select(one_time_link, *whose, role).select_from(joined)


def _good(now: datetime) -> ColumnElement[bool]:
    return and_(
        one_time_link.c.used_at.is_(None),
        one_time_link.c.voided_at.is_(None),
        one_time_link.c.expires_at > now,
    )


def _link(row: Row[Any]) -> OneTimeLink:
    whose = None
    if row.person_id is not None:
        whose = Person(row.person_id, row.name, row.account, row.has_role, row.is_active)
    return OneTimeLink(
        id=row.id,
        kind=row.kind,
        person=whose,
        email=whose.email if whose else row.email,
        role=whose.role if whose else row.role,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )
