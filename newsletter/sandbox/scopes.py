"""`/v3/scopes`: what the key may do. Every key may do here what the sandbox can.

https://www.twilio.com/docs/sendgrid/api-reference/api-key-permissions
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.sandbox.answers import json_answer
from newsletter.sandbox.logs import Gate

_SCOPES = ["mail.send", "email_activity.read", "suppression.read", "suppression.delete"]


@dataclass(frozen=True, slots=True)
class Scopes:
    """The page, behind the same gate as the log."""

    gate: Gate

    def routes(self) -> list[Route]:
        """Return the route."""
        return [Route("/v3/scopes", self._tell, methods=["GET"])]

    async def _tell(self, request: Request) -> Response:
        return self.gate.refuse(request) or json_answer({"scopes": _SCOPES})
