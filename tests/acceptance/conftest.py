"""A newsroom on SQLite; one on PostgreSQL for the journey that runs on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from newsletter.sandbox import RunningSandbox, serve
from tests.acceptance.newsroom import Newsroom, make_newsroom
from tests.databases import Postgres, postgres  # noqa: F401


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """A sandbox of the test's own."""
    with serve() as running:
        yield running


@pytest.fixture
def sqlite_newsroom(tmp_path: Path, sandbox: RunningSandbox) -> Newsroom:
    """A site on SQLite with one issue, number 1, and nobody who reads it yet."""
    return make_newsroom(tmp_path, sandbox)


@pytest.fixture
def newsroom(sqlite_newsroom: Newsroom) -> Newsroom:
    """On SQLite, where a module does not say otherwise."""
    return sqlite_newsroom


@pytest.fixture
def postgres_newsroom(
    tmp_path: Path,
    sandbox: RunningSandbox,
    postgres: Postgres,  # noqa: F811
) -> Iterator[Newsroom]:
    """The same on an empty PostgreSQL database."""
    name = f"newsroom_{uuid4().hex[:12]}"
    postgres.run(f"CREATE DATABASE {name}")
    yield make_newsroom(tmp_path, sandbox, postgres.url(name))
    postgres.run(f"DROP DATABASE {name} WITH (FORCE)")
