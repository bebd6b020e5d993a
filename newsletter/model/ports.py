"""Ports to the outside world that are not transports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The present, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def wait(self, seconds: float) -> None:
        """Return after that many seconds."""
        ...


class Engine(Protocol):
    """Runs `send_batch` somewhere. A doorbell: the ledger is the truth."""

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Ask for these batches to be sent, soon and at least perhaps.

        Args:
            batches: ids.
            connection: the store's connection, opaque, so that an engine that lives in the
                same database can join the transaction that made the batches.
        """
        ...

    def close(self, grace: float) -> None:
        """Take no more; finish what runs, within `grace` seconds."""
        ...
