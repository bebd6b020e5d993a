"""Keeps web pages of other sites away: the Host and Origin of every request are checked.

A page on the open web can make a browser send requests to loopback; DNS rebinding even
lets it read the answers. So only loopback names with our own port are served, and a
request that changes something may not come from another origin (RFC 6454).
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.sandbox.answers import error

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """Wraps an ASGI app; answers 421 to foreign hosts and 403 to foreign origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it (ASGI)."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if host not in _own_hosts(scope):
            message = f'This sandbox does not serve the host "{host}". Use its loopback address.'
            await error(421, message)(scope, receive, send)
        elif scope["method"] not in SAFE_METHODS and _is_foreign(headers, host):
            message = "A request from another site may not change anything here."
            await error(403, message)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _own_hosts(scope: Scope) -> set[str]:
    address, port = scope.get("server") or ("127.0.0.1", None)
    port = port or 80
    names = {*LOOPBACK_NAMES, address} if str(address).startswith("127.") else LOOPBACK_NAMES
    hosts = {f"{name}:{port}" for name in names}
    return hosts | set(names) if port == 80 else hosts


def _is_foreign(headers: Headers, host: str) -> bool:
    origin = headers.get("origin")
    if origin is not None:
        return origin.lower() != f"http://{host}"
    return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
