"""What fault tests run on: a database of their own and a sandbox of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.sandbox import RunningSandbox, SandboxOptions, serve
from tests.databases import *  # noqa: F403


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """The other side, in which all counting is done; it outlives the senders."""
    with serve(options=SandboxOptions(keep="counts")) as running:
        yield running
