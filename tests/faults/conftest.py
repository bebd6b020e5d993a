"""What fault tests run on: a database of their own and a sandbox of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.sandbox import RunningSandbox, SandboxOptions, serve
from newsletter.store import Store, open_store
from tests.databases import *  # noqa: F403
from tests.databases import FINGERPRINT
from tests.faults.processes import Senders, senders


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """The other side, in which all counting is done; it outlives the senders."""
    with serve(options=SandboxOptions(keep="counts")) as running:
        yield running


@pytest.fixture
def now_store(database_url: str) -> Iterator[Store]:
    """The test's database as the senders see it: with the time of the real world."""
    store = open_store(database_url, secret_fingerprint=FINGERPRINT)
    yield store
    store.close()


@pytest.fixture
def sending(database_url: str, sandbox: RunningSandbox) -> Iterator[Senders]:
    """Starts senders."""
    with senders(database_url, sandbox.url) as made:
        yield made
