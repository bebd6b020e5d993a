"""A fresh studio for each test: a copy of the repository's site, a database, three people."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.store import open_store
from newsletter.tokens import Signer
from tests.peers_ledger import SettableClock
from tests.studio import SECRET, Studio

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "newsletter.db"
    open_store(f"sqlite:///{file}", secret_fingerprint=Signer([SECRET]).fingerprint).close()
    return file


@pytest.fixture
def clock() -> SettableClock:
    """Time, which stands still until it is moved."""
    return SettableClock()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the repository's site, to change."""
    root = tmp_path / "site"
    for name in ("issues", "templates"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "newsletter.toml", root)
    return root


@pytest.fixture
def studio(
    site: Path, empty_database: Path, tmp_path: Path, clock: SettableClock
) -> Iterator[Studio]:
    """The studio of that site; the three people sign in when first asked for."""
    file = tmp_path / "newsletter.db"
    shutil.copy(empty_database, file)
    with Studio(site, f"sqlite:///{file}", clock) as made:
        yield made
