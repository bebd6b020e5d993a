"""The web side of a demo: the preview, and what the links of its mails lead to."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from newsletter.web.guard import Guard
from newsletter.web.templating import page

_PERSONAL = ("unsubscribe", "preferences", "view")


def create_rehearsal(preview: ASGIApp) -> Starlette:
    """The preview at `/`, and a plain word at the links of readers who do not exist."""
    personal = [Route(f"/{name}/{{mark}}", _made_up) for name in _PERSONAL]
    return Starlette(
        routes=[*personal, Mount("/", preview)],
        middleware=[Middleware(Guard)],
    )


def _made_up(request: Request) -> Response:
    return page("made_up_reader", {})
