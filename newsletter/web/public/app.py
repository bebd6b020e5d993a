"""The public pages as an ASGI app, or as routes beside others."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from newsletter.errors import NotFound
from newsletter.web.guard import LOOPBACK, Guard
from newsletter.web.operations.answers import Operations, Watching
from newsletter.web.public.access_log import AccessLog
from newsletter.web.public.api import Api
from newsletter.web.public.archive import Archive
from newsletter.web.public.assets import Assets, pictures_route
from newsletter.web.public.choosing import Choosing
from newsletter.web.public.headers import PublicHeaders, page_headers
from newsletter.web.public.joining import Joining
from newsletter.web.public.leaving import Leaving
from newsletter.web.public.routing import routes, trouble
from newsletter.web.public.side import PublicSide
from newsletter.web.public.webhooks import Webhook


def _no_picture(_name: str) -> None:
    return None


def create_public(
    side: PublicSide,
    *,
    hosts: Collection[str] = (),
    more_pictures: Callable[[str], bytes | None] = _no_picture,
    access_log: bool = True,
    watching: Watching | None = None,
    beside: Sequence[BaseRoute] = (),
) -> Starlette:
    """The public pages as an app.

    Args:
        side: the parts they work with.
        hosts: names it answers to beside loopback and the host of `public_url`.
        more_pictures: asked for a picture that was never approved, as the preview shows.
        access_log: whether each request is told to the log, masked.
        watching: what `/healthz`, `/readyz` and `/metrics` look at; without it they are not there.
        beside: other routes on the same port, with their own headers: the studio's.
    """
    logging = [Middleware(AccessLog)] if access_log else []
    watched = [Middleware(Operations, watching=watching)] if watching else []
    return Starlette(
        routes=[*public_routes(side, more_pictures=more_pictures), *beside],
        middleware=[
            *watched,
            *logging,
            Middleware(Guard, hosts=known_hosts(side) | frozenset(hosts)),
            Middleware(PublicHeaders, secret=True, https=side.is_https),
        ],
        exception_handlers={404: missing(side), 500: broken(side)},
    )


def public_routes(
    side: PublicSide, *, more_pictures: Callable[[str], bytes | None] = _no_picture
) -> list[BaseRoute]:
    """The same as routes, to stand beside those of preview, studio and webhooks.

    Each carries its own headers and limits; the host check is the app's. `/static/`, `/issues/`
    and `/live` are not among them, so the preview fits beside under another path.
    """
    archive, api = Archive(side), Api(side)
    webhooks = [Webhook(side.reception, side.events, https=side.is_https)] if side.events else []
    pages = [
        *Joining(side, archive).addresses(),
        *Choosing(side).addresses(),
        *Leaving(side).addresses(),
        *archive.addresses(),
        *api.addresses(),
        *Assets(side).addresses(),
    ]
    return [
        *routes(side, pages),
        api.preflight(),
        *(webhook.route() for webhook in webhooks),
        pictures_route(side, archive.cover, more_pictures),
    ]


def known_hosts(side: PublicSide) -> frozenset[str]:
    """Names that a request may give as its Host: loopback and the site's own."""
    own = urlsplit(side.site.public_url).hostname or ""
    return LOOPBACK | {f"[{own}]" if ":" in own else own}


def missing(side: PublicSide) -> Callable[[Request, Exception], Response]:
    """Answers an address that leads nowhere."""

    def lost(request: Request, problem: Exception) -> Response:
        return trouble(side, NotFound("There is nothing here."))

    return lost


def broken(side: PublicSide) -> Callable[[Request, Exception], Response]:
    """Answers what nobody foresaw: the log has it, the reader hears no details."""

    def failed(request: Request, problem: Exception) -> Response:
        answer = side.pages.broken()
        # No middleware of ours stands around this answer.
        answer.headers.update(page_headers(secret=True, https=side.is_https))
        return answer

    return failed
