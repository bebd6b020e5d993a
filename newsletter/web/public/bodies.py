"""How much a request may carry: a form of a few fields, nothing else."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 32 * 1024
MOST_FIELDS = 64


class _TooLarge(Exception):
    """More came than was announced or allowed."""


class BodyLimit:
    """ASGI middleware: answers 413 to a body that is too large, announced or not."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, counting."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if _announced(Headers(scope=scope)) > self.most:
            await _REFUSAL(scope, receive, send)
            return
        await self._counted(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        seen, answered = 0, False

        async def counting() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.most:
                raise _TooLarge
            return message

        async def noting(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, counting, noting)
        except _TooLarge:
            if not answered:
                await _REFUSAL(scope, receive, send)


def _announced(headers: Headers) -> int:
    said = headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


_REFUSAL = PlainTextResponse("That is more than any form of ours holds.\n", status_code=413)
