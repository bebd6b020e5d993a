"""Open the database: make, upgrade and check it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from secrets import token_hex

from sqlalchemy import URL, Connection, select, update

from newsletter.errors import DatabaseRefused
from newsletter.model.ports import Clock
from newsletter.store.connecting import connect, database_file, parse_url
from newsletter.store.store import Store, TimeSource, host_time, server_time
from newsletter.store.tables import identity, site, throttle
from newsletter.store.trouble import while_opening
from newsletter.store.upgrading import Upgraded, expand, upgrade
from newsletter.store.writing import insert_or_ignore

CONNECTIONS = 8


def open_store(
    url: str,
    *,
    secret_fingerprint: str,
    retired_fingerprints: Sequence[str] = (),
    clock: Clock | None = None,
    connections: int = CONNECTIONS,
    moved: bool = False,
) -> Store:
    """Open a database, making it or expanding it first; see `upgrading`.

    Args:
        url: `sqlite:///path`, `sqlite://` (memory), or `postgresql://...`.
        secret_fingerprint: which secret key signs this site's links, as a hash of it.
        retired_fingerprints: keys that sign no longer and still verify; a database made with
            one of them moves on to the key that signs.
        clock: time for leases; None takes the database's own, which is right outside tests.
        connections: kept open at most; one for each thread that works at a time.
        moved: open it although it was moved elsewhere; only a copy has a reason to.

    Raises:
        UsageError: a URL that is neither SQLite nor PostgreSQL.
        DatabaseRefused: too new for this program, not ours, moved elsewhere, to be contracted
            first, or made with another secret key.
        DatabaseUnreachable: no server, no folder, no right to write it.
    """
    parsed = parse_url(url)
    with while_opening(parsed):
        return _open(
            parsed, (secret_fingerprint, *retired_fingerprints), clock, connections, moved=moved
        )


def upgrade_database(url: str) -> Upgraded:
    """Bring a database to this program's revision; contracts it, too, unless older ones are seen.

    Raises:
        UsageError: a URL that is neither SQLite nor PostgreSQL.
        DatabaseRefused: too new for this program, or not ours.
        DatabaseUnreachable: as for `open_store`.
    """
    parsed = parse_url(url)
    with while_opening(parsed), closing(_store(parsed, None, 1)) as store:
        return upgrade(store, parsed)


def _open(
    parsed: URL, fingerprints: Sequence[str], clock: Clock | None, connections: int, *, moved: bool
) -> Store:
    signs, *retired = fingerprints
    store = _store(parsed, clock, connections)
    try:
        expand(store, parsed)
        store.site_id = _site_id(store, signs)
        _keep_key(store, signs, retired)
        if not moved:
            store.guard()
    except BaseException:
        store.close()
        raise
    return store


def _store(parsed: URL, clock: Clock | None, connections: int) -> Store:
    is_sqlite = parsed.get_backend_name() == "sqlite"
    return Store(
        connect(parsed, connections),
        _time_source(clock, is_sqlite=is_sqlite),
        alone=is_sqlite and database_file(parsed) is None,
    )


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


def _keep_key(store: Store, fingerprint: str, retired: Sequence[str]) -> None:
    """Note that the site's key was changed for a newer one; refuse a key of another site."""
    with store.read() as connection:
        made_with = connection.scalars(select(site.c.secret_fingerprint)).one()
    if made_with == fingerprint:
        return
    if made_with not in retired:
        raise DatabaseRefused(
            "The database was made with another secret key, so links in mails already sent would "
            "stop working. Put the old key into NEWSLETTER_SECRET_KEYS or var/secret.key; a new "
            "one goes before it, with a comma between them."
        )
    with store.write() as connection:
        connection.execute(update(site).values(secret_fingerprint=fingerprint))
