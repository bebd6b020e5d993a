"""`/v3/logs`: what a provider answers when it is asked afterwards."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import UsageError
from newsletter.sandbox.answers import error, json_answer
from newsletter.sandbox.fault_answers import MADE_UP
from newsletter.sandbox.journal import Journal, Line
from newsletter.sandbox.log_query import Query, parse_query

MOST_ROWS = 1_000
USUAL_ROWS = 10
WINDOW = 60.0
"""Seconds over which calls are counted."""


class Gate:
    """Who may ask, and how often.

    Attributes:
        most: calls a minute; 0 means any number.
        failing: answer every call with this status instead; 0 means not.
        calls: how many came.
    """

    def __init__(self) -> None:
        self.most = 0
        self.failing = 0
        self.calls = 0
        self._times: deque[float] = deque()

    def refuse(self, request: Request) -> Response | None:
        """The refusal of one call, or None when it may pass."""
        self.calls += 1
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key.strip():
            return error(401, "The provided authorization grant is invalid, expired, or revoked.")
        if self.failing:
            return error(self.failing, f"The log does not answer. {MADE_UP}")
        return self._too_many()

    def set(self, value: Any) -> None:
        """Change it as the API says.

        Raises:
            UsageError: an unknown key or a number that is none.
        """
        if not isinstance(value, dict) or value.keys() - {"calls_per_minute", "failing"}:
            raise UsageError('Give {"calls_per_minute": 6} or {"failing": 503}, or both.')
        numbers = [value.get("calls_per_minute", 0), value.get("failing", 0)]
        if not all(isinstance(n, int) and 0 <= n < 1_000_000 for n in numbers):
            raise UsageError("Calls a minute and a status are whole numbers.")
        self.most, self.failing = numbers
        self._times.clear()

    def as_json(self) -> dict[str, int]:
        """Return the form the API shows."""
        return {"calls_per_minute": self.most, "failing": self.failing, "calls": self.calls}

    def _too_many(self) -> Response | None:
        now = time.time()
        while self._times and self._times[0] <= now - WINDOW:
            self._times.popleft()
        if not self.most or len(self._times) < self.most:
            self._times.append(now)
            return None
        answer = error(429, "Too many requests.")
        answer.headers["X-RateLimit-Limit"] = str(self.most)
        answer.headers["X-RateLimit-Remaining"] = "0"
        answer.headers["X-RateLimit-Reset"] = str(math.ceil(self._times[0] + WINDOW))
        return answer


class Logs:
    """The two endpoints of the vendor's log.

    https://www.twilio.com/docs/sendgrid/api-reference/email-logs
    """

    def __init__(self, journal: Journal, gate: Gate) -> None:
        self._journal = journal
        self._gate = gate

    def routes(self) -> list[Route]:
        """Return the routes of the log."""
        return [
            Route("/v3/logs", self._search, methods=["POST"]),
            Route("/v3/logs/{message_id}", self._read, methods=["GET"]),
        ]

    async def _search(self, request: Request) -> Response:
        body = await request.body()
        if refusal := self._gate.refuse(request):
            return refusal
        try:
            query, limit = _asked(body)
        except UsageError as problem:
            return error(400, str(problem), "query")
        return json_answer({"messages": [_summary(line) for line in self._found(query, limit)]})

    async def _read(self, request: Request) -> Response:
        if refusal := self._gate.refuse(request):
            return refusal
        line = self._journal.find(request.path_params["message_id"])
        return json_answer(_detail(line)) if line else error(404, "Message not found.")

    def _found(self, query: Query, limit: int) -> list[Line]:
        found: list[Line] = []
        for entry in self._journal.entries():
            for line in entry.lines(query.to):
                if query.matches(line):
                    found.append(line)
                if len(found) == limit:
                    return found
        return found


def _asked(body: bytes) -> tuple[Query, int]:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise UsageError(f"The body is not JSON ({problem}).") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("query", ""), str):
        raise UsageError('The body is an object such as {"query": "...", "limit": 10}.')
    limit = asked.get("limit", USUAL_ROWS)
    if not isinstance(limit, int) or not 1 <= limit <= MOST_ROWS:
        raise UsageError(f"The limit goes from 1 to {MOST_ROWS}.")
    return parse_query(asked.get("query", "")), limit


def _summary(line: Line) -> Mapping[str, str]:
    return {
        "from_email": line.sender,
        "sg_message_id": line.message_id,
        "subject": line.subject,
        "to_email": line.email,
        "status": line.status,
        "sg_message_id_created_at": line.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _detail(line: Line) -> Mapping[str, Any]:
    events = [{"event": word.partition(":")[0], "email": line.email} for word in line.words]
    return {
        **{key: value for key, value in _summary(line).items() if not key.endswith("_at")},
        "api_key_id": "sandbox",
        "client_ip": "127.0.0.1",
        "custom_args": dict(line.custom_args),
        "events": [{**event, "timestamp": int(line.at.timestamp())} for event in events],
    }
