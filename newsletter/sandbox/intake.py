"""`POST /v3/mail/send`: what the vendor would answer, or the fault that was asked for."""

from __future__ import annotations

import gc
import secrets
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from newsletter.sandbox.answers import error, errors
from newsletter.sandbox.connection import Connection, connection_of
from newsletter.sandbox.fault_answers import fault_answer
from newsletter.sandbox.faults import Fault, FaultKind, FaultPlan
from newsletter.sandbox.mailbox import Mailbox
from newsletter.sandbox.reactions import Reactions
from newsletter.sandbox.validation import MOST_BYTES, validate

BREAKS_FIRST = {FaultKind.RESET_BEFORE, FaultKind.OUTAGE}
BREAKS_LAST = {FaultKind.RESET_AFTER_ACCEPT, FaultKind.HANG}
WAITS = {FaultKind.SLOW, FaultKind.HANG}
ANSWERS_AS_USUAL = {FaultKind.NONE, FaultKind.SLOW}
ACCEPTS = ANSWERS_AS_USUAL | {FaultKind.RESET_AFTER_ACCEPT, FaultKind.SERVER_ERROR_AFTER_ACCEPT}


class Intake:
    """Takes mail in.

    Attributes:
        requests: how many came, whatever became of them.
        answers: status (or the name of the fault that gave none) -> how often.
    """

    def __init__(self, mailbox: Mailbox, plan: FaultPlan, reactions: Reactions) -> None:
        self._mailbox = mailbox
        self._reactions = reactions
        self._plan = plan
        self.requests = 0
        self.answers: Counter[str] = Counter()

    def clear(self) -> None:
        """Start counting again."""
        self.requests = 0
        self.answers.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        request = Request(scope, receive)
        if request.method != "POST":
            refusal = error(405, "Method not allowed; use POST.")
            refusal.headers["Allow"] = "POST"
            await refusal(scope, receive, send)
            return
        self.requests += 1
        fault = self._plan.next()
        answer = await self._answer(request, fault, connection_of(scope))
        self.answers[str(answer.status_code) if answer else fault.kind.value] += 1
        if answer:
            await answer(scope, receive, send)

    async def _answer(
        self, request: Request, fault: Fault, connection: Connection
    ) -> Response | None:
        """Return the answer, or None when the fault is that there is none."""
        kind = fault.kind
        if kind is FaultKind.OUTAGE:
            await connection.outage(fault.seconds)
        if kind in BREAKS_FIRST:
            await connection.reset()
            return None
        body = await _read(request)
        if kind in WAITS:
            await connection.wait(fault.seconds)
        accepted = self._accept(request, body) if kind in ACCEPTS else None
        if accepted and (kind in ANSWERS_AS_USUAL or accepted.status_code != 202):
            return accepted
        if kind in BREAKS_LAST:
            await connection.reset()
            return None
        return fault_answer(fault, body, self._plan.pick)

    def _accept(self, request: Request, body: bytes | None) -> Response:
        if refusal := _refusal(request, body):
            return refusal
        with collector_paused():
            return self._take(body or b"")

    def _take(self, raw: bytes) -> Response:
        try:
            message: Any = orjson.loads(raw)
        except orjson.JSONDecodeError as problem:
            return error(400, f"Bad Request: the body is not JSON ({problem}).")
        if flaws := validate(message, time.time()):
            return errors(400, flaws)
        if message.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return Response(status_code=200)
        message_id = secrets.token_urlsafe(16)
        entry = self._mailbox.accept(message, raw, message_id, datetime.now(UTC))
        self._reactions.follow(entry, message)
        return Response(status_code=202, headers={"X-Message-Id": message_id})


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector out for the length of one request.

    A thousand readers are ten thousand small objects that all die when the request has been
    read, none of them in a cycle. Looking through them takes as long as the work itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _refusal(request: Request, body: bytes | None) -> Response | None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        return error(415, "Content-Type should be application/json.")
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        return error(401, "The provided authorization grant is invalid, expired, or revoked.")
    if body is None:
        return error(413, "The request is larger than 30 MB.")
    return None


async def _read(request: Request) -> bytes | None:
    """Read the whole body; None when it is too large.

    Even then it is read to its end: an answer given earlier would be lost in the reset
    that follows closing a socket with unread data.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MOST_BYTES:
            chunks.append(chunk)
        else:
            chunks.clear()
    return b"".join(chunks) if size <= MOST_BYTES else None
