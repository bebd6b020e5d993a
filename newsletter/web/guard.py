"""What every answer of our web side has: a checked Host and headers that shut doors.

A page on loopback is reachable by every other page of the same browser. Checking Host keeps
a foreign name that was pointed at 127.0.0.1 (DNS rebinding) from reading it.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
CHROME_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
DEFAULT_HEADERS = {
    "Content-Security-Policy": CHROME_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Guard:
    """ASGI middleware: refuses unknown hosts, adds the headers an answer does not set itself."""

    def __init__(self, app: ASGIApp, hosts: Collection[str] = LOOPBACK) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 400."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in DEFAULT_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self.app if self._knows(Headers(scope=scope).get("host", "")) else _refusal
        await app(scope, receive, send_guarded)

    def _knows(self, host: str) -> bool:
        end = host.find(":", host.find("]") + 1)
        name = (host[:end] if end >= 0 else host).lower()
        return name in self.hosts


_refusal = PlainTextResponse("This server does not answer to that name.\n", status_code=400)
