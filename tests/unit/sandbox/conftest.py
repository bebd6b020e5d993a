"""One running sandbox for all, empty and without faults at the start of each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.sandbox import serve
from tests.unit.sandbox.client import Client


@pytest.fixture(scope="package")
def running() -> Iterator[Client]:
    with serve() as sandbox:
        yield Client(sandbox.port)


@pytest.fixture
def client(running: Client) -> Client:
    running.ask("DELETE", "/_sandbox/faults")
    running.ask("DELETE", "/_sandbox/messages")
    return running
