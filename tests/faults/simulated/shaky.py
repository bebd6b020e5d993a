"""A real store whose transactions may be cut off before, during and after their commit."""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine

from newsletter.model.ports import Clock
from newsletter.store import Store
from tests.faults.simulated.fate import Fate


class Disk:
    """A database in memory that can be set back to what a power cut would leave."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._safe = sqlite3.connect(":memory:")
        self.sync()

    def sync(self) -> None:
        """A durable commit: all that was committed until now survives."""
        with self._raw() as raw:
            raw.backup(self._safe)

    def cut_power(self) -> None:
        """Commits since the last durable one are gone."""
        with self._raw() as raw:
            self._safe.backup(raw)

    def copy(self) -> sqlite3.Connection:
        """What survives, to begin with again later."""
        made = sqlite3.connect(":memory:")
        self._safe.backup(made)
        return made

    def load(self, content: sqlite3.Connection) -> None:
        """Begin with this."""
        content.backup(self._safe)
        self.cut_power()

    def close(self) -> None:
        """Let go of what was kept."""
        self._safe.close()

    @contextmanager
    def _raw(self) -> Iterator[sqlite3.Connection]:
        borrowed = self.engine.raw_connection()
        try:
            raw = borrowed.driver_connection
            assert isinstance(raw, sqlite3.Connection)
            yield raw
        finally:
            borrowed.close()


Around = Callable[[Connection], AbstractContextManager[None]]
"""What looks on from the beginning of a transaction to just before its commit."""


class ShakyStore(Store):
    """One process's view of the database."""

    _around: Around = nullcontext

    def __init__(
        self,
        disk: Disk,
        clock: Clock,
        site_id: str,
        seam: Callable[[], None],
        fate: Fate,
    ) -> None:
        super().__init__(disk.engine, lambda connection: clock.now(), alone=True)
        self.site_id = site_id
        self._disk = disk
        self._seam = seam
        self._fate = fate

    def watched(self, around: Around) -> ShakyStore:
        """The same view, with somebody who looks on while it writes."""
        made = copy.copy(self)
        made._around = around
        return made

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """As a store's; others may write before it."""
        self._seam()
        with self._fate.transaction(), super().read() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True, **options: Any) -> Iterator[Connection]:
        """As a store's; it may fail at the start, at the commit, or just after it."""
        self._seam()
        with self._fate.transaction():
            self._fate.maybe_refuse()
            with super().write(durable=durable, **options) as connection:
                with self._around(connection):
                    yield connection
                self._fate.maybe_kill()
                self._fate.maybe_refuse()
            if durable:
                self._disk.sync()
        self._seam()
        self._fate.maybe_refuse()  # it is done, but whoever asked is told that it failed
