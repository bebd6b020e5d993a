"""One-time links: the first admin, an invitation, a new password for who forgot theirs.

Looking at a link changes nothing, so programs that open links in messages use none up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from newsletter.accounts.marks import hashed, one_time_token
from newsletter.accounts.office import Caller, Office, email_key, require_admin
from newsletter.accounts.passwords import require_good
from newsletter.accounts.patience import SIGNED_IN, forgive_address
from newsletter.accounts.sessions import begin_session
from newsletter.accounts.signing_in import set_password
from newsletter.accounts.typed import Mistakes, judge, typed_email, typed_name
from newsletter.errors import BlockedError, NotFound
from newsletter.model.account import LinkKind, OneTimeLink
from newsletter.model.person import Person, Role
from newsletter.store.one_time_links import (
    add_link,
    find_link,
    open_invitations,
    use_link,
    void_links,
)
from newsletter.store.people import add_person, change_person, find_person, has_admin, load_person

GOOD_FOR = {
    LinkKind.FIRST: timedelta(hours=1),
    LinkKind.INVITATION: timedelta(days=7),
    LinkKind.PASSWORD: timedelta(days=1),
}
_ENDED = (
    "This link has ended: it was used, taken back, or is too old. "
    "Ask whoever gave it to you for a new one."
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What someone typed who came by a link.

    Attributes:
        email: only the first admin types it.
    """

    name: str
    password: str
    email: str = ""


def first_link(office: Office) -> str | None:
    """A token for the first admin; one made earlier is void. None when there is an admin."""
    with office.store.write() as connection:
        if has_admin(connection):
            return None
        void_links(connection, office.now(), LinkKind.FIRST)
        return _make(office, connection, LinkKind.FIRST, Role.ADMIN, by="first start")


def invite(office: Office, email: str, role: Role, by: Person | str, ip: str) -> str:
    """A token for someone new; an earlier one for the same address is void.

    Raises:
        Mistakes: it is no address, or has an account.
    """
    require_admin(by)
    address = typed_email(email)
    key = email_key(address)
    with office.store.write() as connection:
        if find_person(connection, key):
            told = "has an account already. Change its role, or make a new link for it."
            raise Mistakes({"email": f"{address} {told}"})
        void_links(connection, office.now(), LinkKind.INVITATION, email_key=key)
        office.note(connection, by, "invited", address, {"role": role.value}, ip)
        return _make(office, connection, LinkKind.INVITATION, role, by=_name(by), email=address)


def uninvite(office: Office, link_id: int, by: Person, ip: str) -> None:
    """Take an invitation back.

    Raises:
        NotFound: it was accepted or has ended.
    """
    require_admin(by)
    now = office.now()
    with office.store.write() as connection:
        found = {link.id: link for link in open_invitations(connection, now)}
        if link_id not in found:
            raise NotFound("That invitation was accepted, taken back, or has ended.")
        void_links(connection, now, LinkKind.INVITATION, link_id=link_id)
        office.note(connection, by, "took an invitation back", found[link_id].email, ip=ip)


def password_link(office: Office, person_id: int, by: Person | str, ip: str) -> str:
    """A token with which a person sets a new password; an earlier one is void.

    Raises:
        BlockedError: the account is deactivated.
    """
    require_admin(by)
    with office.store.write() as connection:
        person = load_person(connection, person_id).person
        if not person.is_active:
            raise BlockedError(f"{person.name} is deactivated. Activate the account first.")
        void_links(connection, office.now(), LinkKind.PASSWORD, person_id=person_id)
        office.note(connection, by, "made a new link", person.email, ip=ip)
        return _make(
            office, connection, LinkKind.PASSWORD, person.role, by=_name(by), person=person
        )


def link_for(office: Office, token: str) -> OneTimeLink | None:
    """What a link is good for; None when it is none, or has ended."""
    with office.store.read() as connection:
        return find_link(connection, hashed(token), office.now())


def invitations(office: Office) -> tuple[OneTimeLink, ...]:
    """Those that may still be accepted."""
    with office.store.read() as connection:
        return open_invitations(connection, office.now())


def accept(office: Office, token: str, typed: Accepted, caller: Caller) -> str:
    """Use a link: make the account or set the password, and begin a session.

    Raises:
        NotFound: the link has ended.
        Mistakes: what was typed will not do; the link stays good.
    """
    link = link_for(office, token)
    if link is None:
        raise NotFound(_ENDED)
    person = _asked_for(office, link, typed)
    password = office.passwords.make(typed.password)
    with office.store.write() as connection:
        if not use_link(connection, link.id, office.now()):
            raise NotFound(_ENDED)
        person = _settle(office, connection, link, person, password)
        return _sit_down(office, connection, link, person, caller)


def _asked_for(office: Office, link: OneTimeLink, typed: Accepted) -> Person:
    """Whose account it is, or will be; raises Mistakes, all at once."""
    name, email = typed.name, typed.email if link.kind is LinkKind.FIRST else link.email
    if link.person:
        name = link.person.name
    judge(
        lambda: typed_name(name),
        lambda: typed_email(email),
        lambda: require_good(typed.password, (office.site_name, name, email)),
    )
    return link.person or Person(0, typed_name(name), typed_email(email), link.role)


def _settle(
    office: Office, connection: Connection, link: OneTimeLink, person: Person, password: str
) -> Person:
    key = email_key(person.email)
    if link.person:
        if not load_person(connection, person.id).person.is_active:
            raise NotFound(_ENDED)
        set_password(office, connection, person, password)
        forgive_address(office, connection, key)
        return person
    if link.kind is LinkKind.FIRST and has_admin(connection):
        raise NotFound(_ENDED)
    return add_person(connection, person, key=key, password=password, at=office.now())


def _sit_down(
    office: Office, connection: Connection, link: OneTimeLink, person: Person, caller: Caller
) -> str:
    did = {
        LinkKind.FIRST: "became the first admin",
        LinkKind.INVITATION: "accepted an invitation",
        LinkKind.PASSWORD: "set a new password by link",
    }[link.kind]
    office.note(connection, person, did, person.email, {"role": person.role.value}, caller.ip)
    office.note(connection, person, SIGNED_IN, ip=caller.ip)
    change_person(connection, person.id, {"signed_in_at": office.now()})
    return begin_session(office, connection, person, caller)


def _make(
    office: Office,
    connection: Connection,
    kind: LinkKind,
    role: Role,
    *,
    by: str,
    email: str = "",
    person: Person | None = None,
) -> str:
    token, now = one_time_token(), office.now()
    made = OneTimeLink(0, kind, person, email, role, by, now, now + GOOD_FOR[kind])
    add_link(connection, made, token_sha256=hashed(token), email_key=email_key(email))
    return token


def _name(by: Person | str) -> str:
    return by.name if isinstance(by, Person) else by
