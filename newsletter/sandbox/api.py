"""The sandbox's own API, under `/_sandbox/`: what came in, and what shall go wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from newsletter.errors import UsageError
from newsletter.sandbox.answers import error, json_answer
from newsletter.sandbox.faults import FaultPlan, read_fault
from newsletter.sandbox.intake import Intake
from newsletter.sandbox.mailbox import Mailbox
from newsletter.sandbox.reactions import Reactions

MOST_MESSAGES = 1_000


@dataclass(frozen=True, slots=True)
class Api:
    """The handlers, over the parts of one sandbox."""

    mailbox: Mailbox
    plan: FaultPlan
    intake: Intake
    reactions: Reactions

    def routes(self) -> list[Route]:
        """Return the routes of the API."""
        return [
            Route("/_sandbox/messages", self._messages, methods=["GET"]),
            Route("/_sandbox/messages", self._empty, methods=["DELETE"]),
            Route("/_sandbox/messages/{mail_id}", self._message, methods=["GET"]),
            Route("/_sandbox/stats", self._stats, methods=["GET"]),
            Route("/_sandbox/recipients", self._recipients, methods=["GET"]),
            Route("/_sandbox/faults", self._faults, methods=["GET"]),
            Route("/_sandbox/faults", self._set_faults, methods=["PUT"]),
            Route("/_sandbox/faults", self._clear_faults, methods=["DELETE"]),
            Route("/_sandbox/script", self._script, methods=["POST"]),
            Route("/_sandbox/redirected", self._redirected),
        ]

    def stats(self) -> dict[str, Any]:
        """Return the counts since the start or the last `DELETE /_sandbox/messages`.

        `requests` counts every POST to `/v3/mail/send`, `recipients` the accepted ones;
        `duplicates` is explained at `Accounting`; `kept` can still be read.
        """
        accounting = self.mailbox.accounting
        return {
            "requests": self.intake.requests,
            "recipients": accounting.recipients,
            "distinct_recipients": len(accounting.times),
            "duplicates": accounting.duplicates,
            "kept": self.mailbox.kept,
            "answers": dict(self.intake.answers),
            "faults": dict(self.plan.drawn),
        }

    def empty(self) -> None:
        """Forget all mail, all counts and who is suppressed; faults and rates stay."""
        self.mailbox.clear()
        self.reactions.clear()
        self.intake.clear()
        self.plan.drawn.clear()

    async def _messages(self, request: Request) -> Response:
        query = request.query_params
        try:
            limit = min(_whole(query.get("limit", "100"), "limit"), MOST_MESSAGES)
            offset = _whole(query.get("offset", "0"), "offset")
        except UsageError as problem:
            return error(400, str(problem))
        page = self.mailbox.page(
            to=query.get("to", ""), query=query.get("q", ""), offset=offset, limit=limit
        )
        total = {"X-Total-Count": str(page.total)}
        return json_answer([mail.as_json() for mail in page.mails], headers=total)

    async def _message(self, request: Request) -> Response:
        mail = self.mailbox.get(request.path_params["mail_id"])
        return json_answer(mail.as_json()) if mail else error(404, "There is no such mail.")

    async def _empty(self, request: Request) -> Response:
        self.empty()
        return Response(status_code=204)

    async def _stats(self, request: Request) -> Response:
        return json_answer(self.stats())

    async def _recipients(self, request: Request) -> Response:
        try:
            least = _whole(request.query_params.get("at_least", "1"), "at_least")
        except UsageError as problem:
            return error(400, str(problem))
        times = self.mailbox.accounting.times
        return json_answer({address: n for address, n in times.items() if n >= least})

    async def _faults(self, request: Request) -> Response:
        return json_answer(self.plan.as_json())

    async def _set_faults(self, request: Request) -> Response:
        def change(value: Any) -> None:
            settings = value if isinstance(value, dict) else {"faults": value}
            seed = settings.get("seed")
            if seed is not None and not isinstance(seed, int):
                raise UsageError("The seed is an integer.")
            self.plan.set([read_fault(each) for each in _listed(settings.get("faults"))], seed)

        return await self._change(request, change)

    async def _clear_faults(self, request: Request) -> Response:
        self.plan.clear()
        return json_answer(self.plan.as_json())

    async def _script(self, request: Request) -> Response:
        def change(value: Any) -> None:
            self.plan.script([read_fault(each) for each in _listed(value)])

        return await self._change(request, change)

    async def _change(self, request: Request, change: Callable[[Any], None]) -> Response:
        try:
            change(orjson.loads(await request.body()))
        except orjson.JSONDecodeError as problem:
            return error(400, f"The body is not JSON ({problem}).")
        except UsageError as problem:
            return error(400, str(problem))
        return json_answer(self.plan.as_json())

    async def _redirected(self, request: Request) -> Response:
        return json_answer({"message": "You followed the redirect; no mail was accepted."})


def _whole(text: str, name: str) -> int:
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise UsageError(f'"{name}" is "{text}"; it must be a whole number.')


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UsageError('Give a list of faults, such as ["429:0.1"] or [{"fault": "429"}].')
    return value
