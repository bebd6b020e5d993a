"""`/v3/suppression`: addresses the provider does not mail any more, and why.

https://www.twilio.com/docs/sendgrid/api-reference/bounces-api
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.sandbox.answers import error, json_answer
from newsletter.sandbox.logs import Gate

LISTS = ("bounces", "blocks", "spam_reports", "invalid_emails", "unsubscribes")
MOST_ROWS = 500
MOST_KEPT = 100_000
"""Addresses a list; beyond, the oldest are forgotten."""

# Whoever is on one of these is dropped; a block keeps nobody from being tried again.
_DROPS = {
    "bounces": "Bounced Address",
    "invalid_emails": "Invalid",
    "spam_reports": "Spam Reporting Address",
    "unsubscribes": "Unsubscribed Address",
}
_BYPASS = {
    "bounces": "bypass_bounce_management",
    "spam_reports": "bypass_spam_management",
    "unsubscribes": "bypass_unsubscribe_management",
}


@dataclass(slots=True)
class Suppressions:
    """The lists: address -> the vendor's row."""

    rows: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {name: {} for name in LISTS}
    )

    def add(self, name: str, email: str, reason: str = "", status: str = "") -> None:
        """Put an address on a list, now."""
        listed = self.rows[name]
        row: dict[str, Any] = {"created": int(time.time()), "email": email}
        if name not in ("unsubscribes", "spam_reports"):
            row |= {"reason": reason, "status": status}
        listed[email] = row
        if len(listed) > MOST_KEPT:
            del listed[next(iter(listed))]

    def why_dropped(self, email: str, message: Mapping[str, Any]) -> str:
        """Why a mail to this address is dropped; empty when it is not."""
        for name, reason in _DROPS.items():
            if email in self.rows[name] and not _bypasses(message, name):
                return reason
        return ""

    @property
    def is_empty(self) -> bool:
        """Whether nobody is on any list that drops."""
        return not any(self.rows[name] for name in _DROPS)

    def clear(self) -> None:
        """Forget everybody."""
        for listed in self.rows.values():
            listed.clear()


class SuppressionPages:
    """The endpoints over the lists."""

    def __init__(self, lists: Suppressions, gate: Gate) -> None:
        self._lists = lists
        self._gate = gate

    def routes(self) -> list[Route]:
        """Return the routes of the lists."""
        paths = ("/v3/suppression/{name}", "/v3/suppression/{name}/{email}")
        group = "/v3/asm/suppressions/global"
        return [
            Route(paths[0], self._list, methods=["GET"]),
            Route(paths[1], self._one, methods=["GET"]),
            Route(paths[1], self._remove, methods=["DELETE"]),
            Route(group, self._unsubscribe, methods=["POST"]),
            Route(group + "/{email}", self._is_unsubscribed, methods=["GET"]),
            Route(group + "/{email}", self._remove, methods=["DELETE"]),
        ]

    async def _list(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        query = request.query_params
        try:
            start, end = int(query.get("start_time", "0")), int(query.get("end_time", "9" * 11))
            limit, offset = int(query.get("limit", MOST_ROWS)), int(query.get("offset", "0"))
        except ValueError:
            return error(400, "start_time, end_time, limit and offset are whole numbers.")
        if not 1 <= limit <= MOST_ROWS or offset < 0:
            return error(400, f"The limit goes from 1 to {MOST_ROWS}.", "limit")
        rows = self._lists.rows[_name(request)].values()
        found = [row for row in rows if start <= row["created"] <= end]
        return json_answer(found[offset : offset + limit])

    async def _one(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        row = self._lists.rows[_name(request)].get(_email(request))
        return json_answer([row] if row else [])

    async def _remove(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        found = self._lists.rows[_name(request)].pop(_email(request), None)
        return Response(status_code=204) if found else error(404, "The address is not on the list.")

    async def _unsubscribe(self, request: Request) -> Response:
        body = await request.body()
        if refusal := self._refusal(request):
            return refusal
        emails = _listed(body)
        for email in emails:
            self._lists.add("unsubscribes", email)
        return json_answer({"recipient_emails": emails}, 201)

    async def _is_unsubscribed(self, request: Request) -> Response:
        if refusal := self._refusal(request):
            return refusal
        email = _email(request)
        return json_answer(
            {"recipient_email": email} if email in self._lists.rows[_name(request)] else {}
        )

    def _refusal(self, request: Request) -> Response | None:
        if _name(request) not in LISTS:
            return error(404, f"There is no list {_name(request)}.")
        return self._gate.refuse(request)


def _name(request: Request) -> str:
    name: str = request.path_params.get("name", "unsubscribes")
    return name


def _email(request: Request) -> str:
    email: str = request.path_params["email"]
    return email.lower()


def _listed(body: bytes) -> list[str]:
    try:
        found: Iterable[Any] = orjson.loads(body)["recipient_emails"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return []
    return [each.lower() for each in found if isinstance(each, str)]


def _bypasses(message: Mapping[str, Any], name: str) -> bool:
    settings = message.get("mail_settings", {})
    switches = ("bypass_list_management", _BYPASS.get(name, ""))
    return any(settings.get(switch, {}).get("enable") for switch in switches)
