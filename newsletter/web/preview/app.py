"""The preview's routes: read the address, ask the desk, fill a page."""

from __future__ import annotations

import threading
from collections.abc import Collection

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from newsletter.errors import NewsletterError, NotFound
from newsletter.web.guard import LOOPBACK, Guard
from newsletter.web.media import Lookup, media_route
from newsletter.web.preview import letter
from newsletter.web.preview.desk import Desk, Workshop
from newsletter.web.preview.live import changes
from newsletter.web.preview.showing import index_values, issue_values
from newsletter.web.preview.shown import Shown, shown
from newsletter.web.preview.trouble import title, troubles
from newsletter.web.preview.view import View
from newsletter.web.templating import page, static_files


def _no_picture(_name: str) -> None:
    return None


def create_preview(
    workshop: Workshop,
    *,
    closing: threading.Event | None = None,
    hosts: Collection[str] = LOOPBACK,
    more_pictures: Lookup = _no_picture,
) -> Starlette:
    """The preview as an ASGI app. It only reads: no address changes anything.

    Args:
        workshop: how to get at the site and its issues.
        closing: set it when the server stops, to end the streams of open pages.
        hosts: the names it answers to.
        more_pictures: asked for a picture that no issue on the desk has any more.
    """
    desk = Desk(workshop)
    pages = Pages(desk, closing or threading.Event())
    return Starlette(
        routes=[
            Route("/", pages.index),
            Route("/issues/{slug}", pages.issue),
            Route("/issues/{slug}/{variant}.html", pages.html),
            Route("/issues/{slug}/{variant}.txt", pages.text),
            Route("/issues/{slug}/{variant}.eml", pages.eml),
            Route("/live", pages.live),
            media_route(lambda name: desk.picture(name) or more_pictures(name)),
            static_files(),
        ],
        middleware=[Middleware(Guard, hosts=hosts)],
        exception_handlers={NewsletterError: pages.trouble, 404: pages.missing},
    )


class Pages:
    """What each address answers."""

    def __init__(self, desk: Desk, closing: threading.Event) -> None:
        self.desk = desk
        self.closing = closing

    def index(self, request: Request) -> Response:
        """Every issue of the site."""
        return page("preview_index", index_values(self.desk))

    def issue(self, request: Request) -> Response:
        """One issue, with all ways to look at it."""
        view = View.read(request.query_params)
        return page("preview_issue", issue_values(self.desk, request.path_params["slug"], view))

    def html(self, request: Request) -> Response:
        """The HTML part alone, for the frame; with `exact=1` untouched, as a file."""
        part = self._shown(request)
        if request.query_params.get("exact"):
            return letter.exact(part.mail, _name(request))
        return letter.framed(part.html, part.galley.site, part.view.images == "on")

    def text(self, request: Request) -> Response:
        """The text part alone."""
        return letter.plain(self._shown(request).mail)

    def eml(self, request: Request) -> Response:
        """The whole mail as a file."""
        return letter.message(self._shown(request).eml, _name(request))

    def _shown(self, request: Request) -> Shown:
        """What an address such as `/issues/x/all.html?persona=no-name` names."""
        slug, variant = request.path_params["slug"], request.path_params["variant"]
        return shown(self.desk, slug, variant, View.read(request.query_params))

    async def live(self, request: Request) -> Response:
        """Versions of the files, as they change."""
        return StreamingResponse(changes(self.desk, self.closing), media_type="text/event-stream")

    def trouble(self, request: Request, problem: Exception) -> HTMLResponse:
        """What is wrong, where, and what to do; it goes away when the file is mended."""
        assert isinstance(problem, NewsletterError)
        values = {
            "version": self.desk.version(),
            "title": title(problem),
            "troubles": troubles(problem, self.desk.workshop.root),
        }
        status = 404 if isinstance(problem, NotFound) else 422
        return page("preview_problem", values, status)

    def missing(self, request: Request, problem: Exception) -> HTMLResponse:
        """An address that leads nowhere."""
        return self.trouble(request, NotFound(f"There is no page {request.url.path}."))


def _name(request: Request) -> str:
    return "{slug}-{variant}".format_map(request.path_params)
