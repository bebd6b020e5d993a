"""The studio as routes under `/studio/`, to stand beside the public pages or alone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from newsletter.errors import NotFound
from newsletter.web.guard import LOOPBACK, Guard
from newsletter.web.media import Lookup, media_route
from newsletter.web.public.access_log import masked_path
from newsletter.web.studio.account import Account
from newsletter.web.studio.auditing import Auditing
from newsletter.web.studio.brand import BrandPages
from newsletter.web.studio.going_out import going_out
from newsletter.web.studio.headers import StudioHeaders, studio_headers
from newsletter.web.studio.issue import issue_addresses
from newsletter.web.studio.media import Media
from newsletter.web.studio.people import People
from newsletter.web.studio.reader_pages import reader_pages
from newsletter.web.studio.report_pages import report_pages
from newsletter.web.studio.review_pages import review_pages
from newsletter.web.studio.routing import Address, routes
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.signing_in import SigningIn
from newsletter.web.studio.snippet_pages import snippet_pages
from newsletter.web.studio.trouble import trouble
from newsletter.web.studio.visit import Visit
from newsletter.web.templating import studio_static_files

_log = structlog.get_logger(__name__)
_BROKEN = (
    "<!DOCTYPE html><html lang=en class=studio><meta charset=utf-8><title>Not now</title>"
    '<meta name=viewport content="width=device-width"><link rel=stylesheet href=/static/studio.css>'
    '<body class=outside><main><div class="empty review-closed"><h1>Not now</h1>'
    "<p>Something is wrong at our end. It is written down for those who mend it; please try again "
    'in a few minutes.</p><p class=actions><a class="button quiet" href="/studio/">Back to the '
    "issues</a></p></div></main>"
)


def studio_addresses(side: StudioSide) -> list[Address]:
    """Every address of the studio, one group of pages a line."""
    groups: tuple[list[Address], ...] = (
        going_out(side),
        SigningIn(side).addresses(),
        Account(side).addresses(),
        People(side).addresses(),
        Auditing(side).addresses(),
        review_pages(side),
        report_pages(side),
        reader_pages(side),
        issue_addresses(side),
        Media(side).addresses(),
        BrandPages(side).addresses(),
        snippet_pages(side),
    )
    return [address for group in groups for address in group]


def studio_routes(side: StudioSide) -> list[BaseRoute]:
    """The studio and the files its pages load, as routes."""
    inside = Starlette(
        routes=routes(side, studio_addresses(side)),
        middleware=[Middleware(StudioHeaders, https=side.is_https)],
        exception_handlers={404: _lost(side), 405: _lost(side), 500: _broken},
    )
    return [
        Route("/studio", lambda request: RedirectResponse("/studio/", 308)),
        Mount("/studio", inside),
        *studio_static_files(),
    ]


def create_studio(side: StudioSide, *, pictures: Lookup, hosts: Collection[str] = ()) -> Starlette:
    """The studio alone, on a host or port of its own.

    Args:
        pictures: `<sha256>.<extension>` -> bytes, for the letters it shows.
        hosts: names it answers to beside loopback and the host of `[studio] url`.
    """
    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/studio/", 307)),
            *studio_routes(side),
            media_route(pictures),
        ],
        middleware=[Middleware(Guard, hosts=LOOPBACK | studio_hosts(side) | frozenset(hosts))],
    )


def studio_hosts(side: StudioSide) -> frozenset[str]:
    """The name that people reach the studio by, as a Host header has it."""
    own = urlsplit(side.url).hostname or ""
    return frozenset({f"[{own}]" if ":" in own else own})


def _lost(side: StudioSide) -> Callable[[Request, Exception], Response]:
    def lost(request: Request, problem: Exception) -> Response:
        token = side.cookies.seat(request)
        seat = side.accounts.seat(token) if token else None
        visit = Visit(request.method, request.url.path, seat=seat)
        return trouble(side, visit, NotFound(f"There is no page {request.url.path}."))

    return lost


def _broken(request: Request, problem: Exception) -> Response:
    _log.error("a page of the studio failed", path=masked_path(request.url.path), exc_info=problem)
    # No middleware of ours stands around this answer.
    return HTMLResponse(_BROKEN, 500, studio_headers(https=False))
