"""Ask a database who it is, without making, upgrading or changing anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from newsletter.store.connecting import connect, database_file, parse_url
from newsletter.store.revisions import newest
from newsletter.store.store import host_time, server_time
from newsletter.store.tables import site, tick
from newsletter.store.trouble import while_opening
from newsletter.store.upgrading import revision_of

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Met:
    """A database that answered.

    Attributes:
        server: its name and version: `PostgreSQL 16.2`.
        revision: the one it is of; empty when there is nothing in it yet.
        ahead: its clock less this machine's; negative when it is behind.
        fingerprint: of the secret key that signs its links; empty when that is not known, because
            it is new or older than this program.
        moved_to: where it was moved; empty when it was not.
        last_tick: when a scheduler looked last, aware, by its own clock; or None.
    """

    server: str
    revision: str
    ahead: timedelta
    fingerprint: str = ""
    moved_to: str = ""
    last_tick: datetime | None = None


def meet_database(url: str, now: Callable[[], datetime]) -> Met | None:
    """Connect and ask; None where a SQLite file is still to be made.

    Args:
        now: this machine's time, aware.

    Raises:
        UsageError: a URL that is neither SQLite nor PostgreSQL.
        DatabaseRefused: too new for this program, or not ours.
        DatabaseUnreachable: it can not be opened.
    """
    parsed = parse_url(url)
    file = database_file(parsed)
    if file is not None and not file.exists():
        return None
    engine = connect(parsed, 1)
    try:
        with while_opening(parsed), engine.connect() as connection:
            return _asked(connection, now)
    finally:
        engine.dispose()


def _asked(connection: Connection, now: Callable[[], datetime]) -> Met:
    dialect = connection.dialect
    version = ".".join(str(part) for part in dialect.server_version_info or ())
    server, revision = f"{_NAMES[dialect.name]} {version}", revision_of(connection) or ""
    ahead = _ahead(connection, now)
    if revision < newest():
        return Met(server, revision, ahead)
    row = connection.execute(select(site.c.secret_fingerprint, site.c.moved_to)).first()
    looked = connection.execute(select(tick.c.at)).scalar()
    if row is None:
        return Met(server, revision, ahead)
    return Met(server, revision, ahead, row.secret_fingerprint, row.moved_to or "", looked)


def _ahead(connection: Connection, now: Callable[[], datetime]) -> timedelta:
    """Compared with the middle of the question's way there and back."""
    tell = host_time if connection.dialect.name == "sqlite" else server_time
    before = now()
    told = tell(connection)
    after = now()
    return told - (before + (after - before) / 2)
