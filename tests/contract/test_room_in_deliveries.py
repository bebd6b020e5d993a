"""Sending changes each delivery twice: on PostgreSQL the rows stay in their pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.store import Store
from tests.databases import *  # noqa: F403
from tests.databases import Postgres, start_server
from tests.peers_ledger import SettableClock, World


@pytest.fixture
def database_url(
    postgres: Postgres,  # where there is none, it says so
    tmp_path: Path,
) -> Iterator[str]:
    """A database on a server nobody else is on, not even its own housekeeping.

    While any transaction is open on a server, in whatever database, PostgreSQL may keep every
    version of a row that was replaced since: pages fill up.
    """
    server = start_server(tmp_path / "postgresql")
    try:
        alone = Postgres(server.get_uri())
        alone.run("ALTER SYSTEM SET autovacuum = off")
        alone.run("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


@pytest.mark.postgres
def test_sending_makes_the_ledger_no_larger(store: Store, clock: SettableClock) -> None:
    """Neither the table nor its indexes grow, or a dispatch would cost twice as much."""
    world = World(store, clock)
    world.begin(3_000)
    before = bytes_of(store)
    world.run()
    assert bytes_of(store) <= before * 1.05


def bytes_of(store: Store) -> int:
    """Deliveries with their indexes."""
    told = "SELECT pg_relation_size('delivery') + pg_indexes_size('delivery')"
    with store.read() as connection:
        return int(connection.exec_driver_sql(told).scalar_one())
