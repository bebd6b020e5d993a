"""What the studio's pages work with, and the frame every page stands in."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse

from newsletter.accounts import Accounts
from newsletter.bootstrap import App
from newsletter.model.person import Person
from newsletter.model.site import Site
from newsletter.store import Store
from newsletter.web.preview.desk import Desk
from newsletter.web.public.callers import Callers
from newsletter.web.studio.cookies import Cookies
from newsletter.web.studio.navigation import entries
from newsletter.web.studio.visit import Visit
from newsletter.web.templating import page, versioned

_SECRETS = "studio"


def _none_unread(_person: Person) -> int:
    return 0


@dataclass(frozen=True)
class StudioSide:
    """The parts that a server puts together.

    Attributes:
        app: settings, clock, and the way to every use case.
        store: open as long as the studio runs.
        desk: the site and its issues as they are on disk right now.
        accounts: people, sessions, and the log of what they did.
        unread: how many notices a person has not seen.
        closing: set when the server stops; streams end then.
        environ: the environment, whose variables beat the file of settings.
    """

    app: App
    store: Store
    desk: Desk
    accounts: Accounts
    unread: Callable[[Person], int] = _none_unread
    closing: threading.Event = field(default_factory=threading.Event)
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @property
    def site(self) -> Site:
        """The letter's own settings, as they are on disk right now."""
        return self.desk.site()

    @property
    def root(self) -> Path:
        """The site's folder."""
        return self.app.site.root

    @property
    def url(self) -> str:
        """How browsers reach the studio's server, without a slash at the end."""
        return self.app.settings.studio.url

    @property
    def is_https(self) -> bool:
        """Whether people reach the studio by https."""
        return self.url.startswith("https://")

    @cached_property
    def callers(self) -> Callers:
        """Tells who asks; believes the proxies that the settings name."""
        return Callers(self.app.settings.web.proxies)

    @cached_property
    def secrets(self) -> tuple[bytes, ...]:
        """What the studio signs its messages and links with; the last signs, all verify."""
        return tuple(reversed(self.app.signer.derived(_SECRETS)))

    @cached_property
    def cookies(self) -> Cookies:
        """Who sits here, and what the last page has to say."""
        return Cookies(self.is_https, self.secrets)

    def link(self, path: str) -> str:
        """The whole address of a studio path, to stand in a mail or to be copied."""
        return f"{self.url}{path}"

    def draw(
        self, visit: Visit, name: str, values: Mapping[str, Any], status: int = 200
    ) -> HTMLResponse:
        """Fill `pages/studio/<name>.html`.

        Every page can use, beside `values`: `site_name`, `person` (None when nobody is signed
        in), `nav`, `notices`, `csrf`, `told`, `here` (the path) and `versioned` (the address of
        a file of ours, good until that file changes).
        """
        person = visit.seat.person if visit.seat else None
        frame = {
            "site_name": self.app.site.name,
            "person": person,
            "nav": entries(person, visit.path) if person else (),
            "notices": self.unread(person) if person else 0,
            "csrf": visit.seat.csrf if visit.seat else "",
            "told": visit.told,
            "here": visit.path,
            "versioned": versioned,
        }
        return page(f"studio/{name}", {**frame, **values}, status)

    def went(self, path: str, told: str = "") -> RedirectResponse:
        """Done: to another page (303), which shows the message once."""
        response = RedirectResponse(path, 303)
        if told:
            self.cookies.tell(response, told)
        return response

    def record(self, visit: Visit, action: str, on: str = "", **details: object) -> None:
        """Write what somebody did into the audit log."""
        self.accounts.record(visit.person, action, on, details=details, ip=visit.ip)
