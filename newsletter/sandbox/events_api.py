"""The part of the sandbox's own API that is about events: rates, the key, and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import UsageError
from newsletter.sandbox.answers import error, json_answer
from newsletter.sandbox.journal import Journal, Line
from newsletter.sandbox.logs import Gate
from newsletter.sandbox.reactions import Reactions

MOST_LINES = 10_000
USUAL_LINES = 1_000


@dataclass(frozen=True, slots=True)
class EventsApi:
    """The handlers, over the parts of one sandbox."""

    journal: Journal
    reactions: Reactions
    gate: Gate

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/_sandbox/events", self._events, methods=["GET"]),
            Route("/_sandbox/events", self._set_events, methods=["PUT"]),
            Route("/_sandbox/events/key", self._key, methods=["GET"]),
            Route("/_sandbox/truth", self._truth, methods=["GET"]),
            Route("/_sandbox/logs", self._logs, methods=["GET"]),
            Route("/_sandbox/logs", self._set_logs, methods=["PUT"]),
        ]

    async def _events(self, request: Request) -> Response:
        return json_answer(self.reactions.as_json())

    async def _set_events(self, request: Request) -> Response:
        try:
            self.reactions.set(_json(await request.body()))
        except UsageError as problem:
            return error(400, str(problem))
        return json_answer(self.reactions.as_json())

    async def _key(self, request: Request) -> Response:
        return Response(self.reactions.signer.public_key, media_type="text/plain")

    async def _logs(self, request: Request) -> Response:
        return json_answer(self.gate.as_json())

    async def _set_logs(self, request: Request) -> Response:
        try:
            self.gate.set(_json(await request.body()))
        except UsageError as problem:
            return error(400, str(problem))
        return json_answer(self.gate.as_json())

    async def _truth(self, request: Request) -> Response:
        query = request.query_params
        numbers = query.get("offset", "0"), query.get("limit", str(USUAL_LINES))
        if not all(text.isdecimal() and len(text) < 10 for text in numbers):
            return error(400, "offset and limit are whole numbers.")
        offset, limit = map(int, numbers)
        lines = truth(self.journal, query.get("to", "").strip().lower())
        chosen = islice(lines, offset, offset + min(limit, MOST_LINES))
        return json_answer([_as_json(line) for line in chosen])


def truth(journal: Journal, to: str = "") -> Iterator[Line]:
    """Every accepted recipient and what happened to the mail, the oldest request first."""
    for entry in reversed(journal.entries()):
        yield from entry.lines(to)


def _as_json(line: Line) -> dict[str, Any]:
    return {
        "email": line.email,
        "message_id": line.message_id,
        "custom_args": dict(line.custom_args),
        "events": line.words,
        "status": line.status,
    }


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise UsageError(f"The body is not JSON ({problem}).") from None
