"""Both databases, and a world around the ledger."""

from __future__ import annotations

import pytest

from newsletter.store import Store
from tests.databases import *  # noqa: F403
from tests.peers_ledger import SettableClock, World


@pytest.fixture
def world(store: Store, clock: SettableClock) -> World:
    """One process on the test's database."""
    return World(store, clock)
