"""Sending changes each delivery twice: on PostgreSQL the rows stay in their pages."""

from __future__ import annotations

import pytest

from newsletter.store import Store
from tests.databases import *  # noqa: F403
from tests.peers_ledger import SettableClock, World


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
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
