"""Sessions: a browser that is signed in, until it signs out, rests too long, or is told to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.accounts.office import Caller, Office
from newsletter.errors import NotFound
from newsletter.model.account import Session
from newsletter.model.person import Person, Seat
from newsletter.store.studio_sessions import (
    end_sessions,
    find_session,
    list_sessions,
    open_session,
    prune_sessions,
    see_session,
)

IDLE = timedelta(hours=24)
LONGEST = timedelta(days=7)
_SEEN_EVERY = timedelta(minutes=1)


def begin_session(office: Office, connection: Connection, person: Person, caller: Caller) -> str:
    """Always with a new token: whatever the browser held before is worth nothing.

    Returns:
        The token for the browser's cookie.
    """
    token, now = office.marks.session_token(), office.now()
    kept = office.marks.read_session(token)
    assert kept is not None
    open_session(
        connection,
        person.id,
        kept,
        now,
        now + LONGEST,
        ip=caller.ip,
        user_agent=caller.agent,
    )
    return token


def take_seat(office: Office, token: str, *, is_asking: bool = True) -> Seat | None:
    """Who sits at a browser, as the account is now; None when nobody does (any more).

    Args:
        is_asking: whether the person asks for something, and so does not rest.
    """
    kept = office.marks.read_session(token)
    if kept is None:
        return None
    now = office.now()
    with office.store.read() as connection:
        found = find_session(connection, kept)
    if found is None or not found.person.is_active:
        return None
    if found.expires_at <= now or found.seen_at <= now - IDLE:
        return None
    if is_asking and found.seen_at <= now - _SEEN_EVERY:
        with office.store.write(durable=False) as connection:
            see_session(connection, found.id, now)
    return Seat(found.person, found.id, office.marks.csrf(kept))


def leave_seat(office: Office, seat: Seat, ip: str) -> None:
    """Sign a browser out; one that is signed out already stays so."""
    with office.store.write() as connection:
        if end_sessions(connection, seat.person.id, only=seat.session):
            office.note(connection, seat.person, "signed out", ip=ip)


def sessions_of(office: Office, person: Person) -> tuple[Session, ...]:
    """Where a person is signed in."""
    now = office.now()
    with office.store.read() as connection:
        return list_sessions(connection, person.id, now, now - IDLE)


def revoke(office: Office, person: Person, session_id: int, ip: str) -> None:
    """A person signs one of their own browsers out.

    Raises:
        NotFound: it is none of theirs, or has ended.
    """
    with office.store.write() as connection:
        if not end_sessions(connection, person.id, only=session_id):
            raise NotFound("That browser is signed out already.")
        office.note(connection, person, "ended a session", person.email, ip=ip)


def revoke_others(office: Office, seat: Seat, ip: str) -> int:
    """A person signs all browsers out but the one they sit at; returns how many."""
    with office.store.write() as connection:
        ended = end_sessions(connection, seat.person.id, but=seat.session)
        if ended:
            told = {"sessions": ended}
            office.note(connection, seat.person, "ended sessions", seat.person.email, told, ip)
        return ended


def forget_sessions(connection: Connection, now: datetime) -> None:
    """Take away what has come to its end."""
    prune_sessions(connection, now, now - IDLE)
