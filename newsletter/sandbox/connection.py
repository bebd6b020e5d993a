"""What a fault may do to the connection it happens on."""

from __future__ import annotations

import asyncio
from typing import Protocol

from starlette.types import Scope

EXTENSION = "newsletter.sandbox.connection"


class Connection(Protocol):
    """The socket below a request, as far as faults need it."""

    async def reset(self) -> None:
        """Close at once, so that the client sees a reset and no answer."""

    async def wait(self, seconds: float) -> None:
        """Let time pass; ends early when the sandbox stops."""

    async def outage(self, seconds: float) -> None:
        """Refuse every connection for a while."""


class UnknownConnection:
    """Stands in under a server that is not ours: it can wait, and break, but not refuse."""

    async def reset(self) -> None:
        """Fail the request; what the client sees is up to the server."""
        raise ConnectionResetError("The sandbox was asked to break this connection.")

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def outage(self, seconds: float) -> None:
        """Do nothing: the listening socket belongs to another server."""


def connection_of(scope: Scope) -> Connection:
    """Return the connection a request came in on."""
    found: Connection | None = scope.get("extensions", {}).get(EXTENSION)
    return found or UnknownConnection()
