"""`POST /api/subscribe`: the same sign-up for a form that another site draws itself.

Only the origins that the settings name may ask, exactly as written there; no cookie or other
credential plays a part. JSON is asked for by name, so that no plain form of a foreign page
gets here without the browser asking us first (a preflight).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import TooManyRequests, UsageError
from newsletter.model.consent import Channel
from newsletter.subscribing.signing_up import SignUp, sign_up
from newsletter.subscribing.wishes import Wishes
from newsletter.web.public.description import description
from newsletter.web.public.headers import OPEN, PublicHeaders
from newsletter.web.public.routing import Address
from newsletter.web.public.side import PublicSide
from newsletter.web.public.visit import Visit, clean

PATH = "/api/subscribe"
DESCRIPTION = "/api/openapi.json"
_FIELDS = ("email", "first_name", "interests", "attributes", "consent")


class Api:
    """The JSON side of signing up."""

    def __init__(self, side: PublicSide) -> None:
        self.side = side
        self._origins = side.origins | {side.site.public_url}

    def addresses(self) -> list[Address]:
        """Where it is."""
        return [
            Address(PATH, post=self.subscribe, plain=True),
            Address(DESCRIPTION, get=self.describe),
        ]

    def describe(self, visit: Visit) -> Response:
        """What it takes and answers, in OpenAPI."""
        return Response(
            orjson.dumps(description(self.side.site)),
            media_type="application/json",
            headers=OPEN,
        )

    def preflight(self) -> Route:
        """What a browser asks before it lets a page of another origin post JSON."""
        headers = Middleware(PublicHeaders, secret=False, https=self.side.is_https)
        return Route(PATH, self._preflight, methods=["OPTIONS"], middleware=[headers])

    def subscribe(self, visit: Visit) -> Response:
        """Take it; 202 whatever is known about the address."""
        if visit.origin and visit.origin not in self._origins:
            return _told(403, "This origin may not ask. The site's settings name those that may.")
        return self._shared(visit.origin, self._subscribe(visit))

    def _subscribe(self, visit: Visit) -> Response:
        if visit.kind != "application/json":
            return _told(415, "Send JSON: Content-Type: application/json.")
        try:
            form, words = _read(visit.body)
            evidence = self.side.evidence(visit, "api", words)
            sign_up(self.side.reception, form, evidence, Channel.API)
        except TooManyRequests as problem:
            answer = _told(429, str(problem))
            answer.headers["Retry-After"] = str(problem.retry_after)
            return answer
        except UsageError as problem:
            return _told(400, str(problem))
        return _json(202, {"status": "check_your_mail"})

    async def _preflight(self, request: Request) -> Response:
        origin = request.headers.get("origin", "")
        if origin not in self._origins:
            return _told(403, "This origin may not ask.")
        answer = self._shared(origin, Response(status_code=204))
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = "Content-Type"
        answer.headers["Access-Control-Max-Age"] = "600"
        return answer

    def _shared(self, origin: str, answer: Response) -> Response:
        if origin:
            answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Vary"] = "Origin"
        return answer


def _read(body: bytes) -> tuple[SignUp, str]:
    """What was asked for, and the words that the other site showed; raises UsageError."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        raise UsageError(f"This is not JSON: {problem}.") from None
    if not isinstance(data, dict):
        raise UsageError('Send one object: {"email": "...", "interests": ["tips"]}.')
    if unknown := [name for name in data if name not in _FIELDS]:
        raise UsageError(f'There is no field "{unknown[0][:40]}". Known: {", ".join(_FIELDS)}.')
    wishes = Wishes(_text(data, "first_name"), _interests(data), _attributes(data))
    return SignUp(_text(data, "email"), wishes), _text(data, "consent")


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{name} is a text.")
    return clean(value)


def _interests(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    value = data.get("interests")
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UsageError("interests is a list of texts.")
    return tuple(clean(each) for each in value)


def _attributes(data: Mapping[str, Any]) -> dict[str, str]:
    value = data.get("attributes")
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise UsageError("attributes is an object of texts.")
    return {clean(name): clean(text) for name, text in value.items()}


def _told(status: int, problem: str) -> Response:
    return _json(status, {"error": problem})


def _json(status: int, value: object) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(value), status, headers, "application/json")
