"""Signing in, and changing one's password.

A wrong address and a wrong password are answered alike, in words and in time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.accounts.office import NETWORKS_KEPT, Caller, Office, email_key
from newsletter.accounts.passwords import require_good
from newsletter.accounts.patience import (
    SIGNED_IN,
    forget_counts,
    forgive,
    require_patience,
)
from newsletter.accounts.sessions import begin_session, forget_sessions
from newsletter.accounts.typed import Mistakes
from newsletter.errors import UsageError
from newsletter.model.account import LinkKind
from newsletter.model.person import Person, Seat
from newsletter.store.audit import cut_audit_networks
from newsletter.store.one_time_links import prune_links, void_links
from newsletter.store.people import Known, change_person, find_person, load_person, signs_in
from newsletter.store.studio_sessions import end_sessions

_LINKS_KEPT = timedelta(days=30)
_REFUSED = (
    "That address and password do not go together. Look at both again; "
    "an admin can give you a new link if you forgot your password."
)


def sign_in(office: Office, email: str, password: str, caller: Caller) -> str:
    """Begin a session.

    Raises:
        UsageError: the address, the password or the account is not right; it never says which.
        TooManyRequests: too many tries.
    """
    key = email_key(email)
    with office.store.write() as connection:
        known = find_person(connection, key)
        require_patience(office, connection, key, caller.ip, known.person if known else None)
    kept = office.passwords.compare(password, known.password if known else None)
    with office.store.write() as connection:
        if known and kept and signs_in(connection, known, office.now(), kept):
            forgive(office, connection, key, caller.ip)
            return _signed_in(office, connection, known.person, caller)
        _note_refusal(office, connection, known, caller)
    raise UsageError(_REFUSED)


def change_password(office: Office, seat: Seat, current: str, new: str, caller: Caller) -> str:
    """Take another password; every other browser is signed out, and this one's token is new.

    Returns:
        The token for this browser's cookie.

    Raises:
        Mistakes: the current password is wrong, or the new one would be guessed.
        TooManyRequests: too many tries at the current one.
    """
    person = seat.person
    require_good(new, (office.site_name, person.name, person.email))
    key = email_key(person.email)
    with office.store.write() as connection:
        require_patience(office, connection, key, caller.ip, person)
        known = load_person(connection, person.id)
    if office.passwords.compare(current, known.password) is None:
        raise Mistakes({"current": "That is not your current password."})
    hashed = office.passwords.make(new)
    with office.store.write() as connection:
        if not signs_in(connection, known, office.now(), hashed):
            raise UsageError("Your account was changed meanwhile. Sign in again.")
        forgive(office, connection, key, caller.ip)
        end_everything(office, connection, person)
        office.note(connection, person, "changed the password", person.email, ip=caller.ip)
        return begin_session(office, connection, person, caller)


def set_password(office: Office, connection: Connection, person: Person, hashed: str) -> None:
    """Take a password that a link let someone choose; every session ends."""
    change_person(connection, person.id, {"password": hashed})
    end_everything(office, connection, person)


def end_everything(office: Office, connection: Connection, person: Person) -> int:
    """End a person's sessions and links for a new password; returns how many sessions."""
    void_links(connection, office.now(), LinkKind.PASSWORD, person_id=person.id)
    return end_sessions(connection, person.id)


def _signed_in(office: Office, connection: Connection, person: Person, caller: Caller) -> str:
    token = begin_session(office, connection, person, caller)
    office.note(connection, person, SIGNED_IN, ip=caller.ip)
    _tidy_up(office, connection, office.now())
    return token


def _note_refusal(
    office: Office, connection: Connection, known: Known | None, caller: Caller
) -> None:
    """What was typed is not kept: people type passwords into the wrong field."""
    on = known.person.email if known else "an address without an account"
    office.note(connection, "somebody", "failed to sign in", on, ip=caller.ip)


def _tidy_up(office: Office, connection: Connection, now: datetime) -> None:
    """Whoever signs in takes away what nobody needs any more."""
    forget_sessions(connection, now)
    forget_counts(office, connection, now)
    prune_links(connection, now - _LINKS_KEPT)
    cut_audit_networks(connection, now - NETWORKS_KEPT)
