"""Accounts in and out of the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from newsletter.errors import NotFound, UsageError, nearest
from newsletter.model.account import Member
from newsletter.model.person import Person, Role
from newsletter.store.tables import person, studio_session
from newsletter.store.writing import changed


@dataclass(frozen=True, slots=True)
class Known:
    """A person with the hash of the password, which goes no further than `accounts`."""

    person: Person
    password: str = field(repr=False)


def find_person(connection: Connection, email_key: str) -> Known | None:
    """Whose address that is; None for nobody."""
    row = connection.execute(select(person).where(person.c.email_key == email_key)).first()
    return None if row is None else Known(person_of(row), row.password)


def load_person(connection: Connection, person_id: int) -> Known:
    """By id; raises NotFound."""
    row = connection.execute(select(person).where(person.c.id == person_id)).first()
    if row is None:
        raise NotFound("There is no such person. Look at the list of people again.")
    return Known(person_of(row), row.password)


def named_person(connection: Connection, email: str, email_key: str) -> Person:
    """Whose address someone typed; raises NotFound with the nearest that exists."""
    found = find_person(connection, email_key)
    if found is None:
        known = connection.scalars(select(person.c.email))
        raise NotFound(f"Nobody here has the address {email}. {nearest(email, known)}".strip())
    return found.person


def list_people(connection: Connection) -> tuple[Person, ...]:
    """Everyone, also who may no longer sign in, by name."""
    return tuple(person_of(row) for row in connection.execute(_by_name(select(person))))


def list_members(connection: Connection, now: datetime, seen: datetime) -> tuple[Member, ...]:
    """Everyone with what the list of people shows.

    Args:
        seen: sessions seen before that have ended.
    """
    open_ones = (
        select(func.count())
        .where(
            studio_session.c.person_id == person.c.id,
            studio_session.c.expires_at > now,
            studio_session.c.seen_at > seen,
        )
        .scalar_subquery()
    )
    rows = connection.execute(_by_name(select(person, open_ones.label("sessions"))))
    return tuple(
        Member(person_of(row), row.made_at, row.signed_in_at, row.sessions) for row in rows
    )


def add_person(
    connection: Connection, made: Person, *, key: str, password: str, at: datetime
) -> Person:
    """Make an account.

    Args:
        made: with any id.
        key: the address without regard to case.
        password: hashed.

    Raises:
        UsageError: the address has an account.
    """
    row = {
        "name": made.name,
        "email": made.email,
        "email_key": key,
        "role": made.role,
        "password": password,
        "is_active": made.is_active,
        "made_at": at,
    }
    try:
        with connection.begin_nested():
            made_id = connection.execute(insert(person).values(row).returning(person.c.id))
            return Person(made_id.scalar_one(), made.name, made.email, made.role, made.is_active)
    except IntegrityError as problem:
        raise UsageError(f"{made.email} has an account already. Sign in with it.") from problem


def change_person(connection: Connection, person_id: int, values: Mapping[str, Any]) -> None:
    """Write some columns of an account."""
    connection.execute(update(person).where(person.c.id == person_id).values(values))


def signs_in(connection: Connection, known: Known, now: datetime, password: str) -> bool:
    """Note that a person signs in, unless the account was changed since it was read.

    Args:
        password: the hash to keep from now on.
    """
    unchanged = (
        person.c.id == known.person.id,
        person.c.password == known.password,
        person.c.is_active,
    )
    values = {"signed_in_at": now, "password": password}
    return changed(connection.execute(update(person).where(*unchanged).values(values)))


def has_admin(connection: Connection) -> bool:
    """Whether anybody may look after people."""
    return bool(connection.scalar(select(exists().where(*_ADMINS))))


def lock_admins(connection: Connection) -> frozenset[int]:
    """Who the active admins are; nobody else changes them before this transaction ends."""
    return frozenset(connection.scalars(select(person.c.id).where(*_ADMINS).with_for_update()))


def person_of(row: Row[Any]) -> Person:
    """A row as a value."""
    return Person(row.id, row.name, row.email, row.role, row.is_active)


def _by_name(statement: Select[Any]) -> Select[Any]:
    return statement.order_by(person.c.is_active.desc(), func.lower(person.c.name), person.c.id)


_ADMINS = (person.c.role == Role.ADMIN, person.c.is_active)
