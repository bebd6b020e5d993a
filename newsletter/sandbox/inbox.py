"""The inbox in the browser: a list, each reader's own mail, and its source. No JavaScript."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from newsletter.sandbox.api import Api
from newsletter.sandbox.eml import as_eml
from newsletter.sandbox.framed import framed
from newsletter.sandbox.mail import Mail
from newsletter.sandbox.presenting import FILTERS, happened
from newsletter.sandbox.security import page_headers

PAGES = Path(__file__).parent / "pages"
MAILS_A_PAGE = 50
VIEWS = {"html": "HTML", "text": "Text", "headers": "Headers", "source": "Source"}
CHOICES = {
    "width": ("desktop", "phone"),
    "look": ("auto", "light", "dark"),
    "images": ("on", "off"),
}


@dataclass(frozen=True, slots=True)
class Looking:
    """What a person is looking at: it all stands in the address, so that links can be kept.

    Attributes:
        q: the search; empty means none.
        page: of the list, from 1.
        view: one of `VIEWS`.
        width, look, images: one of `CHOICES`, how the HTML is shown.
    """

    q: str = ""
    page: int = 1
    view: str = "html"
    width: str = "desktop"
    look: str = "auto"
    images: str = "on"

    def to(self, mail_id: str = "", **changes: Any) -> str:
        """Return the address of a mail, or of the list, with some of this changed."""
        wanted, usual = replace(self, **changes), Looking()
        names = self.__slots__ if mail_id else ("q", "page")
        query = {n: getattr(wanted, n) for n in names if getattr(wanted, n) != getattr(usual, n)}
        path = f"/mail/{mail_id}" if mail_id else "/"
        place = f"#m{mail_id}" if mail_id else ""  # the list stays where it was clicked
        return path + (f"?{urlencode(query)}" if query else "") + place

    def frame(self, mail_id: str) -> str:
        """Return the address of the mail's own HTML."""
        shown = {n: getattr(self, n) for n in ("look", "images")}
        return f"/mail/{mail_id}/html?{urlencode(shown)}"


def looking(request: Request) -> Looking:
    """Read what is looked at from the address; what makes no sense counts as not given."""
    query = request.query_params
    page = query.get("page", "1")
    chosen = {name: query.get(name, "") for name in CHOICES}
    return Looking(
        q=query.get("q", "").strip()[:200],
        page=max(1, int(page)) if page.isdecimal() and len(page) < 8 else 1,
        view=query.get("view", "") if query.get("view") in VIEWS else "html",
        **{name: value for name, value in chosen.items() if value in CHOICES[name]},
    )


class Inbox:
    """The pages over one sandbox."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._pages = Environment(
            loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined
        )
        self._pages.filters.update(FILTERS)

    def routes(self) -> list[Route]:
        """Return the routes of the inbox."""
        return [
            Route("/", self._list, methods=["GET"]),
            Route("/empty", self._empty, methods=["POST"]),
            Route("/mail/{mail_id}", self._mail, methods=["GET"]),
            Route("/mail/{mail_id}/html", self._html, methods=["GET"]),
            Route("/mail/{mail_id}/eml", self._eml, methods=["GET"]),
            Route("/style.css", _asset("style.css", "text/css"), methods=["GET"]),
            Route("/icon.svg", _asset("icon.svg", "image/svg+xml"), methods=["GET"]),
        ]

    async def _list(self, request: Request) -> Response:
        return self._show(request, None)

    async def _mail(self, request: Request) -> Response:
        mail = self._api.mailbox.get(request.path_params["mail_id"])
        return self._show(request, mail) if mail else self._gone(request)

    async def _html(self, request: Request) -> Response:
        mail = self._api.mailbox.get(request.path_params["mail_id"])
        if mail is None:
            return self._gone(request)
        at = looking(request)
        return framed(mail, images=at.images == "on", look=at.look)

    async def _eml(self, request: Request) -> Response:
        mail = self._api.mailbox.get(request.path_params["mail_id"])
        if mail is None:
            return self._gone(request)
        name = f'attachment; filename="mail-{mail.id}.eml"'
        headers = {**page_headers(), "Content-Disposition": name}
        return Response(as_eml(mail), headers=headers, media_type="message/rfc822")

    async def _empty(self, request: Request) -> Response:
        self._api.empty()
        return RedirectResponse("/", 303, page_headers())

    def _show(self, request: Request, mail: Mail | None) -> Response:
        at = looking(request)
        offset = (at.page - 1) * MAILS_A_PAGE
        listed = self._api.mailbox.page(query=at.q, offset=offset, limit=MAILS_A_PAGE)
        shown = mail or next(iter(listed.mails), None)
        return self._render(
            "inbox.html",
            request,
            at=at,
            mails=listed.mails,
            total=listed.total,
            first=offset + 1,
            last=offset + len(listed.mails),
            chosen=mail is not None,
            mail=shown,
            happened=self._happened(shown),
            views=VIEWS,
            choices=CHOICES,
            eml=as_eml(shown) if shown and at.view == "source" else "",
            source=_pretty(shown) if shown and at.view == "source" else "",
        )

    def _happened(self, mail: Mail | None) -> str:
        """What was made up about a mail, in words; empty when nothing was."""
        line = self._api.mailbox.journal.find(mail.message_id) if mail else None
        return happened(line.words) if line else ""

    def _gone(self, request: Request) -> Response:
        return self._render("gone.html", request, status=404, at=Looking())

    def _render(self, name: str, request: Request, status: int = 200, **values: Any) -> Response:
        page = self._pages.get_template(name).render(
            stats=self._api.stats(),
            faults=self._api.plan.faults,
            address=str(request.base_url).rstrip("/"),
            **values,
        )
        return HTMLResponse(page, status, page_headers())


def _pretty(mail: Mail) -> str:
    return json.dumps(mail.source, indent=2, ensure_ascii=False)


def _asset(name: str, media_type: str) -> Any:
    async def answer(request: Request) -> Response:
        content = (PAGES / name).read_text("utf-8")
        return PlainTextResponse(content, headers=page_headers(), media_type=media_type)

    return answer
