"""A letter under review, on each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.store import Store
from tests.databases import *  # noqa: F403
from tests.peers_ledger import SettableClock
from tests.unit.reviewing.review import Review, make_review


@pytest.fixture
def review(store: Store, clock: SettableClock, tmp_path: Path) -> Review:
    """A site with one issue, and everything that decides about it."""
    return make_review(store, clock, tmp_path)
