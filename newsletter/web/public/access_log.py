"""A line for each request, at level debug: nothing in it can be used or names a person.

Marks in addresses are rights, so they are masked; queries are not written down at all; an
address of the network is cut to its /24 or /48.
"""

from __future__ import annotations

import re

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from newsletter.store.consents import cut_network

_MARKED = re.compile(
    r"^/(confirm|preferences|unsubscribe|view|undo|address)/[^/]+", re.ASCII | re.IGNORECASE
)
_MARK_ANYWHERE = re.compile(r"(?<=/)[A-Za-z0-9_-]{40,}(?=/|$)", re.ASCII)
_log = structlog.get_logger(__name__)


class AccessLog:
    """ASGI middleware: tells method, masked path, status and the caller's network."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and write a line once the answer begins."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                _log.debug(
                    "request",
                    method=scope["method"],
                    path=masked_path(scope["path"]),
                    status=message["status"],
                    network=cut_network((scope.get("client") or ("",))[0]),
                )
            await send(message)

        await self.app(scope, receive, noting)


def masked_path(path: str) -> str:
    """The path with its mark as `•••`; `/media/<sha256>.png` holds none and stays."""
    return _MARK_ANYWHERE.sub("•••", _MARKED.sub(r"/\1/•••", path))
