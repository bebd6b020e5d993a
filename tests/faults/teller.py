"""A process that tells people, and ends by SIGKILL at a named point."""

from __future__ import annotations

import signal
from pathlib import Path

from newsletter.config import load_settings
from newsletter.feedback.telling import Herald
from newsletter.feedback.ways import UrlWay
from newsletter.store import open_store
from tests.databases import FINGERPRINT
from tests.faults.sender import SignalAt


def tell(database: str, site: str, url: str, crash: str) -> None:
    """Tell what waits by one webhook."""
    store = open_store(database, secret_fingerprint=FINGERPRINT)
    way = UrlWay(url, load_settings(Path(site), {}).site)
    Herald(store, (way,), crash_point=SignalAt(crash, 1, signal.SIGKILL)).tell()
    store.close()
