"""A PostgreSQL server of the benchmark's own, with the safety that it has by default."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import Postgres, start_server


@dataclass(frozen=True, slots=True)
class Server:
    """A running server.

    Attributes:
        databases: makes and drops them, and tells their addresses.
        postmaster: its first process, whose children do the work.
    """

    databases: Postgres
    postmaster: int

    @contextmanager
    def database(self, name: str, template: str = "template1") -> Iterator[str]:
        """The address of a database that is gone when the block ends."""
        self.databases.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.databases.url(name)
        self.databases.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres(folder: Path | None = None) -> Iterator[Server]:
    """Start it, and take it away when the block ends.

    Args:
        folder: in which its data lie; what a commit costs depends on the disk.

    Raises:
        ImportError: the package that brings the server is not installed.
    """
    data = Path(tempfile.mkdtemp(dir=folder))
    server = start_server(data / "data")
    try:
        yield Server(Postgres(server.get_uri()), server.get_pid())
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)
