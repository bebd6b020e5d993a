"""Ports to the outside world that are not transports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
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


class Work(StrEnum):
    """What an engine runs beside batches.

    The name says it all: what there is to do stands in the database.
    """

    SYSTEM_MAILS = "system-mails"
    EVENTS = "events"
    RECONCILE = "reconcile"
    IMPORTS = "imports"


class Engine(Protocol):
    """Runs `send_batch`, and other work, somewhere. A doorbell: the ledger is the truth."""

    def ring(self, batches: Sequence[int], connection: Any = None) -> None:
        """Ask for these batches to be sent, soon and at least perhaps.

        Args:
            batches: ids.
            connection: the store's connection, opaque, so that an engine that lives in the
                same database can join the transaction that made the batches.
        """
        ...

    def call(self, work: Work) -> None:
        """Ask for this work to be done, soon and at least perhaps.

        Of a kind, one is done at a time, and one at most waits; batches have places of their
        own, so neither waits for the other.
        """
        ...

    def close(self, grace: float) -> None:
        """Take no more; finish what runs, within `grace` seconds."""
        ...
