"""An issue that is due, and what became of the ledger's rules meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from newsletter.store import Store, open_store
from tests.databases import FINGERPRINT
from tests.faults.audit import illegal_steps, watch
from tests.peers_ledger import SettableClock, World


def begin_world(store: Store) -> World:
    """People and readers around a database in the real world's time."""
    return World(store, SettableClock(datetime.now(UTC)))


def prepare_issue(store: Store, readers: int) -> list[str]:
    """Readers, an approval, and a dispatch that is due."""
    world = begin_world(store)
    emails = world.readers(readers)
    world.schedule(world.approve())
    if store.is_sqlite:
        with store.write() as connection:
            watch(connection)
    return emails


def forbidden_steps(store: Store) -> list[str]:
    """Changes that stand in no table; only SQLite writes them down."""
    with store.write() as connection:
        return illegal_steps(connection) if store.is_sqlite else []


@contextmanager
def fresh_store(clock: SettableClock) -> Iterator[Store]:
    """A new database in memory."""
    store = open_store("sqlite://", secret_fingerprint=FINGERPRINT, clock=clock)
    try:
        yield store
    finally:
        store.close()
