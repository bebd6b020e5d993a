"""One sandbox as an ASGI app."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from newsletter.sandbox.answers import error
from newsletter.sandbox.api import Api
from newsletter.sandbox.events_api import EventsApi
from newsletter.sandbox.faults import FaultPlan
from newsletter.sandbox.guard import Guard
from newsletter.sandbox.inbox import Inbox
from newsletter.sandbox.intake import Intake
from newsletter.sandbox.logs import Gate, Logs
from newsletter.sandbox.mailbox import Mailbox
from newsletter.sandbox.options import SandboxOptions
from newsletter.sandbox.reactions import Reactions
from newsletter.sandbox.scopes import Scopes
from newsletter.sandbox.suppressions import SuppressionPages


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One sandbox, ready to be served.

    Attributes:
        app: the ASGI app: the vendor's API, our own, and the inbox.
        mailbox: what was accepted.
        plan: what goes wrong.
        api: the counts, as `GET /_sandbox/stats` gives them.
        reactions: what comes of accepted mail.
    """

    app: ASGIApp
    mailbox: Mailbox
    plan: FaultPlan
    api: Api
    reactions: Reactions


def build(options: SandboxOptions) -> Sandbox:
    """Put the parts of one sandbox together."""
    mailbox = Mailbox(options)
    plan = FaultPlan(options.faults, options.seed)
    reactions = Reactions(options.events, options.happenings, options.seed)
    intake = Intake(mailbox, plan, reactions)
    gate = Gate()
    api = Api(mailbox, plan, intake, reactions)
    routes = [
        Route("/v3/mail/send", intake),
        *Logs(mailbox.journal, gate).routes(),
        *SuppressionPages(reactions.lists, gate).routes(),
        *Scopes(gate).routes(),
        Route("/v3/{rest:path}", _no_such_endpoint, methods=["GET", "POST", "PUT", "DELETE"]),
        *api.routes(),
        *EventsApi(mailbox.journal, reactions, gate).routes(),
        *Inbox(api).routes(),
    ]
    return Sandbox(Guard(Starlette(routes=routes)), mailbox, plan, api, reactions)


def create_app(options: SandboxOptions | None = None) -> ASGIApp:
    """Return a sandbox as an ASGI app, with an empty mailbox of its own.

    Faults that break connections need the server of `serve`; under another one the request
    fails in whichever way that server knows.
    """
    return build(options or SandboxOptions()).app


async def _no_such_endpoint(request: Request) -> Response:
    return error(404, f"The sandbox has no endpoint {request.method} {request.url.path}.")
