"""A fresh public side for each test: a real site, a real database, time that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from newsletter.store import open_store
from newsletter.tokens import Signer
from newsletter.web import Served
from tests import loopback
from tests.peers_ledger import SettableClock
from tests.unit.web.public.stage import SECRET, Stage, copy_site

BASE = "http://127.0.0.1:8700"


@pytest.fixture(scope="session")
def repository_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's own site; tests only read it."""
    return copy_site(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "newsletter.db"
    open_store(f"sqlite:///{file}", secret_fingerprint=Signer([SECRET]).fingerprint).close()
    return file


@pytest.fixture
def stage(repository_site: Path, empty_database: Path, tmp_path: Path) -> Iterator[Stage]:
    """The public side with a database of its own."""
    file = tmp_path / "newsletter.db"
    shutil.copy(empty_database, file)
    clock = SettableClock()
    with Stage(repository_site, BASE, f"sqlite:///{file}", clock) as made:
        yield made


@pytest.fixture
def clock(stage: Stage) -> SettableClock:
    """Time, which stands still until it is moved."""
    assert isinstance(stage.clock, SettableClock)
    return stage.clock


@pytest.fixture
def browser(stage: Stage) -> Iterator[httpx.Client]:
    """Asks as a browser would, and shows what fails inside."""
    with Served(stage.public) as served, client(served) as asking:
        yield asking


def client(served: Served) -> httpx.Client:
    """Follows no redirect and believes no proxy of the machine."""
    return loopback.client(served.url)
