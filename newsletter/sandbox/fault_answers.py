"""The answers of the faults that answer at all."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import orjson
from starlette.responses import Response

from newsletter.sandbox.answers import error
from newsletter.sandbox.faults import Fault, FaultKind

MADE_UP = "This fault was injected by the sandbox."

_PLAIN = {
    FaultKind.SERVER_ERROR: (500, "Internal server error."),
    FaultKind.SERVER_ERROR_AFTER_ACCEPT: (500, "Internal server error."),
    FaultKind.UNAVAILABLE: (503, "Service unavailable."),
    FaultKind.BAD_REQUEST: (400, "Bad Request."),
    FaultKind.UNAUTHORIZED: (
        401,
        "The provided authorization grant is invalid, expired, or revoked.",
    ),
    FaultKind.FORBIDDEN: (403, "The from address does not match a verified Sender Identity."),
}


def fault_answer(fault: Fault, body: bytes | None, pick: Callable[[int], int]) -> Response:
    """Return what a faulty provider answers.

    Args:
        fault: one whose kind answers.
        body: the request, to name one of its readers.
        pick: gives a number below its argument.
    """
    if fault.kind is FaultKind.TOO_MANY:
        return _too_many(fault.seconds)
    if fault.kind is FaultKind.REDIRECT:
        return Response(status_code=302, headers={"Location": "/_sandbox/redirected"})
    if fault.kind is FaultKind.ODD_OK:
        return Response(status_code=200)
    if fault.kind is FaultKind.BAD_FIELD:
        return error(400, f"The from address is not accepted. {MADE_UP}", "from.email")
    if fault.kind is FaultKind.BAD_READER:
        field = f"personalizations.{pick(_readers(body))}.to.0.email"
        return error(400, f"Does not contain a valid address. {MADE_UP}", field)
    status, message = _PLAIN[fault.kind]
    return error(status, f"{message} {MADE_UP}")


def _too_many(seconds: float) -> Response:
    answer = error(429, f"Too many requests. {MADE_UP}")
    answer.headers["X-RateLimit-Limit"] = "600"
    answer.headers["X-RateLimit-Remaining"] = "0"
    answer.headers["X-RateLimit-Reset"] = str(math.ceil(time.time() + seconds))
    return answer


def _readers(body: bytes | None) -> int:
    """Return how many personalizations a request has, 1 when it is not even readable."""
    try:
        return max(1, len(orjson.loads(body or b"")["personalizations"]))
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return 1
