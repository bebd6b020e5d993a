"""Looking after people: what each may do, and who may no longer sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from newsletter.accounts.office import Office, email_key, require_admin
from newsletter.accounts.sessions import IDLE
from newsletter.accounts.signing_in import end_everything
from newsletter.accounts.typed import typed_name
from newsletter.errors import BlockedError
from newsletter.model.account import LinkKind, Member
from newsletter.model.person import Person, Role
from newsletter.store.one_time_links import rename_maker, void_links
from newsletter.store.people import (
    change_person,
    list_members,
    list_people,
    load_person,
    lock_admins,
    named_person,
)


def people(office: Office) -> tuple[Person, ...]:
    """Everyone with an account, by name."""
    with office.store.read() as connection:
        return list_people(connection)


def members(office: Office) -> tuple[Member, ...]:
    """Everyone with an account, with where and when they were last here."""
    now = office.now()
    with office.store.read() as connection:
        return list_members(connection, now, now - IDLE)


def person_by_id(office: Office, person_id: int) -> Person:
    """One person; raises NotFound."""
    with office.store.read() as connection:
        return load_person(connection, person_id).person


def person_at(office: Office, email: str) -> Person:
    """Whose address that is; raises NotFound with the nearest that exists."""
    with office.store.read() as connection:
        return named_person(connection, email, email_key(email))


def change_role(office: Office, person_id: int, role: Role, by: Person | str, ip: str) -> Person:
    """Let a person do more or less; their sessions end, so that nothing old goes on.

    Raises:
        BlockedError: the last active admin stays one.
    """
    require_admin(by)
    with office.store.write() as connection:
        before = _before_change(connection, person_id, stays_admin=role is Role.ADMIN)
        if before.role is role:
            return before
        told = {"from": before.role.value, "to": role.value}
        return _change(office, connection, before, {"role": role}, by, "changed the role", ip, told)


def deactivate(office: Office, person_id: int, by: Person | str, ip: str) -> Person:
    """Let a person sign in no longer; sessions and links of theirs end at once.

    Raises:
        BlockedError: the last active admin stays.
    """
    require_admin(by)
    with office.store.write() as connection:
        before = _before_change(connection, person_id, stays_admin=False)
        if not before.is_active:
            return before
        return _change(office, connection, before, {"is_active": False}, by, "deactivated", ip)


def activate(office: Office, person_id: int, by: Person | str, ip: str) -> Person:
    """Let a person sign in again, with the password they had."""
    require_admin(by)
    with office.store.write() as connection:
        before = load_person(connection, person_id).person
        if before.is_active:
            return before
        return _change(office, connection, before, {"is_active": True}, by, "activated", ip)


def rename(office: Office, person: Person, name: str, ip: str) -> Person:
    """A person is called something else; what they did before keeps the name it had.

    Raises:
        Mistakes: it is no name.
    """
    new = typed_name(name)
    with office.store.write() as connection:
        change_person(connection, person.id, {"name": new})
        rename_maker(connection, person.name, new)
        told = {"from": person.name, "to": new}
        office.note(connection, person, "changed the name", person.email, told, ip)
        return load_person(connection, person.id).person


def sign_out_everywhere(office: Office, person_id: int, by: Person | str, ip: str) -> int:
    """End a person's sessions, and links for a new password; returns how many sessions."""
    require_admin(by)
    with office.store.write() as connection:
        person = load_person(connection, person_id).person
        ended = end_everything(office, connection, person)
        office.note(connection, by, "ended sessions", person.email, {"sessions": ended}, ip)
        return ended


def _before_change(connection: Connection, person_id: int, *, stays_admin: bool) -> Person:
    admins = lock_admins(connection)
    person = load_person(connection, person_id).person
    if not stays_admin and admins == {person_id}:
        raise BlockedError(
            f"{person.name} is the only admin who can sign in. Make another person admin first."
        )
    return person


def _change(
    office: Office,
    connection: Connection,
    before: Person,
    values: Mapping[str, Any],
    by: Person | str,
    action: str,
    ip: str,
    told: Mapping[str, object] | None = None,
) -> Person:
    change_person(connection, before.id, values)
    end_everything(office, connection, before)
    after = load_person(connection, before.id).person
    if not after.is_active or not after.may(Role.ADMIN):
        _void_links_made_by(office, connection, before)
    office.note(connection, by, action, before.email, told, ip)
    return after


def _void_links_made_by(office: Office, connection: Connection, person: Person) -> None:
    """Who is no admin any more holds no link by which to become one again."""
    for kind in (LinkKind.INVITATION, LinkKind.PASSWORD):
        void_links(connection, office.now(), kind, made_by=person.name)
