"""A process that applies the provider's posts, and ends by SIGKILL before its n-th statement."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from sqlalchemy import event

from newsletter.config import load_settings
from newsletter.store import open_store
from tests.databases import FINGERPRINT
from tests.faults.sender import SignalAt
from tests.peers_ledger import SettableClock, World
from tests.unit.feedback.posting import Provider
from tests.unit.feedback.stage import RULES


def apply_until(database: str, site: str, nth: int) -> None:
    """Apply what waits."""
    clock = SettableClock()
    store = open_store(database, secret_fingerprint=FINGERPRINT, clock=clock)
    kill = SignalAt("statement", nth, signal.SIGKILL)

    def count(*_: Any) -> None:
        kill("statement")

    event.listen(store.engine, "before_cursor_execute", count)
    provider = Provider.of(World(store, clock), load_settings(Path(site), {}).site, RULES)
    assert provider.apply().problems == ()
    store.close()
