"""What every public answer says about itself.

No page runs a script, loads anything foreign or may be framed. A page that a mark in its
address led to is neither kept, nor indexed, nor told to whom it links.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# Mail is data: whatever stands in it, nothing in it can run, post, or load from elsewhere.
LETTER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src 'self'; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECRET = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
OPEN = {"Cache-Control": "public, max-age=300", "Referrer-Policy": "same-origin"}
_ALWAYS = {
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}


def page_headers(*, secret: bool, https: bool) -> Mapping[str, str]:
    """The headers of every answer.

    Args:
        secret: whether the address holds a mark.
        https: whether readers reach us by https alone.
    """
    return {**_ALWAYS, **(SECRET if secret else {}), **(_HSTS if https else {})}


class PublicHeaders:
    """ASGI middleware: adds the headers an answer does not set itself; see `page_headers`."""

    def __init__(self, app: ASGIApp, *, secret: bool, https: bool) -> None:
        self.app = app
        self.headers = page_headers(secret=secret, https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, adding headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, adding)
