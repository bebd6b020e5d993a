"""Open the database: make, upgrade and check it."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex

from sqlalchemy import Connection, select

from newsletter.errors import DatabaseRefused
from newsletter.model.ports import Clock
from newsletter.store.connecting import connect, database_file, parse_url
from newsletter.store.store import Store, TimeSource, host_time, server_time
from newsletter.store.tables import identity, site, throttle
from newsletter.store.upgrading import upgrade
from newsletter.store.writing import insert_or_ignore

CONNECTIONS = 8


def open_store(
    url: str, *, secret_fingerprint: str, clock: Clock | None = None, connections: int = CONNECTIONS
) -> Store:
    """Open a database, making or upgrading it first.

    Args:
        url: `sqlite:///path`, `sqlite://` (memory), or `postgresql://...`.
        secret_fingerprint: which secret key signs this site's links, as a hash of it.
        clock: time for leases; None takes the database's own, which is right outside tests.
        connections: kept open at most; one for each thread that works at a time.

    Raises:
        UsageError: a URL that is neither SQLite nor PostgreSQL.
        DatabaseRefused: newer than this program, not ours, or made with another secret key.
    """
    parsed = parse_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    store = Store(
        connect(parsed, connections),
        _time_source(clock, is_sqlite=is_sqlite),
        alone=is_sqlite and database_file(parsed) is None,
    )
    try:
        upgrade(store, parsed)
        store.site_id = _site_id(store, secret_fingerprint)
    except BaseException:
        store.close()
        raise
    return store


def _time_source(clock: Clock | None, *, is_sqlite: bool) -> TimeSource:
    if clock is not None:
        given = clock

        def told(connection: Connection) -> datetime:
            return given.now()

        return told
    return host_time if is_sqlite else server_time


def _site_id(store: Store, fingerprint: str) -> str:
    """The current site id; the first opening draws it."""
    current = select(identity.c.site_id).where(identity.c.retired_at.is_(None))
    with store.read() as connection:
        found = connection.scalar(current) is not None
    if not found:
        with store.write() as connection:
            _found_site(store, connection, fingerprint)
    with store.read() as connection:
        _require_key(connection, fingerprint)
        name: str = connection.execute(current).scalar_one()
    return name


def _found_site(store: Store, connection: Connection, fingerprint: str) -> None:
    """Write the rows that every site has once; harmless when another process was quicker."""
    now = store.now(connection)
    made = insert_or_ignore(
        connection, site, {"id": 1, "secret_fingerprint": fingerprint, "created_at": now}
    )
    if made:
        insert_or_ignore(connection, identity, {"site_id": token_hex(4), "since": now})
        insert_or_ignore(connection, throttle, {"id": 1})


def _require_key(connection: Connection, fingerprint: str) -> None:
    made_with = connection.scalar(select(site.c.secret_fingerprint))
    if made_with != fingerprint:
        raise DatabaseRefused(
            "The database was made with another secret key, so links in mails already sent would "
            "stop working. Put the old key into NEWSLETTER_SECRET_KEYS or var/secret.key."
        )
