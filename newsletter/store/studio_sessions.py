"""Browsers that are signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, or_, select, update

from newsletter.model.account import Session
from newsletter.model.person import Person
from newsletter.store.tables import person, studio_session


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session and whose it is."""

    id: int
    person: Person
    seen_at: datetime
    expires_at: datetime


def open_session(
    connection: Connection,
    person_id: int,
    token_sha256: str,
    now: datetime,
    expires_at: datetime,
    *,
    ip: str,
    user_agent: str,
) -> None:
    """Someone signed in."""
    row = {
        "person_id": person_id,
        "token_sha256": token_sha256,
        "made_at": now,
        "seen_at": now,
        "expires_at": expires_at,
        "ip": ip,
        "user_agent": user_agent,
    }
    connection.execute(insert(studio_session).values(row))


def find_session(connection: Connection, token_sha256: str) -> Sitting | None:
    """Whose session a token is, also one that has come to its end; None for none."""
    mine = studio_session
    columns = (mine.c.seen_at, mine.c.expires_at, mine.c.id.label("session"))
    row = connection.execute(
        select(person, *columns)
        .join_from(mine, person, mine.c.person_id == person.c.id)
        .where(mine.c.token_sha256 == token_sha256)
    ).first()
    if row is None:
        return None
    whose = Person(row.id, row.name, row.email, row.role, row.is_active)
    return Sitting(row.session, whose, row.seen_at, row.expires_at)


def list_sessions(
    connection: Connection, person_id: int, now: datetime, seen: datetime
) -> tuple[Session, ...]:
    """Where a person is signed in, the latest seen first.

    Args:
        seen: sessions seen before that have ended.
    """
    rows = connection.execute(
        select(studio_session)
        .where(
            studio_session.c.person_id == person_id,
            studio_session.c.expires_at > now,
            studio_session.c.seen_at > seen,
        )
        .order_by(studio_session.c.seen_at.desc(), studio_session.c.id.desc())
    )
    return tuple(
        Session(row.id, row.made_at, row.seen_at, row.expires_at, row.ip, row.user_agent)
        for row in rows
    )


def see_session(connection: Connection, session_id: int, now: datetime) -> None:
    """It was used just now."""
    mine = studio_session.c.id == session_id
    connection.execute(update(studio_session).where(mine).values(seen_at=now))


def end_sessions(
    connection: Connection, person_id: int, *, only: int | None = None, but: int | None = None
) -> int:
    """Sign a person out; returns in how many browsers.

    Args:
        only: this session alone.
        but: all except this one.
    """
    statement = delete(studio_session).where(studio_session.c.person_id == person_id)
    if only is not None:
        statement = statement.where(studio_session.c.id == only)
    if but is not None:
        statement = statement.where(studio_session.c.id != but)
    return connection.execute(statement).rowcount


def prune_sessions(connection: Connection, now: datetime, seen: datetime) -> int:
    """Take away those that have come to their end; returns how many."""
    over = or_(studio_session.c.expires_at <= now, studio_session.c.seen_at <= seen)
    return connection.execute(delete(studio_session).where(over)).rowcount
