"""A studio for tests: a copy of a site, its database, and browsers that are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from pwdlib.hashers.argon2 import Argon2Hasher
from starlette.types import ASGIApp

from newsletter.accounts import Accounts, Passwords
from newsletter.bootstrap import App, load_app
from newsletter.model.person import Person, Role
from newsletter.model.ports import Clock
from newsletter.store import Store
from newsletter.web import Served
from newsletter.web.studio.app import create_studio
from newsletter.web.studio.serving import studio_pictures, studio_side
from newsletter.web.studio.side import StudioSide
from tests import loopback

SECRET = "a-secret-for-tests-0123456789-abcdef"
PASSWORD = "soft-lamps-over-the-river"
BASE = "http://127.0.0.1:8700"


class Studio:
    """The studio of one site, with one person of each role.

    Attributes:
        root: the site's folder, for the test to change.
        app, store, side: what the pages work with.
    """

    def __init__(
        self,
        root: Path,
        database_url: str,
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        outside = {
            "NEWSLETTER_SECRET_KEYS": SECRET,
            "NEWSLETTER_PUBLIC_URL": BASE,
            "DATABASE_URL": database_url,
            **(environ or {}),
        }
        loaded = load_app(root, outside, root)
        self.root = root
        self.app = App(loaded.settings, clock or loaded.clock)
        self.store: Store = self.app.open_store()
        quick = Passwords(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
        accounts = Accounts(self.store, self.app.clock, self.app.signer, passwords=quick)
        side = studio_side(self.app, self.store, outside)
        self.side: StudioSide = replace(side, accounts=accounts)
        self.asgi = create_studio(self.side, pictures=studio_pictures(self.side))
        self._tokens: dict[Role, str] = {}
        self._open = ExitStack()
        self._served: dict[int, Served] = {}

    @property
    def url(self) -> str:
        """Where it runs, without a slash at the end."""
        return self._serve(self.asgi).url

    def _serve(self, asgi: ASGIApp) -> Served:
        if id(asgi) not in self._served:
            served = Served(asgi, before_stop=self.side.closing.set)
            self._served[id(asgi)] = self._open.enter_context(served)
        return self._served[id(asgi)]

    def person(self, role: Role) -> Person:
        """Who has that role here."""
        self.token(role)
        return next(each for each in self.side.accounts.people() if each.role is role)

    def token(self, role: Role) -> str:
        """A session of the person with that role, who is made when first asked for."""
        if role not in self._tokens:
            self._tokens[role] = self._sit_down(role)
        return self._tokens[role]

    def client(self, role: Role | None = None, asgi: ASGIApp | None = None) -> Client:
        """A browser, signed in when a role is given.

        Args:
            asgi: another app than the whole studio.
        """
        token = self.token(role) if role else ""
        seat = self.side.accounts.seat(token)
        served = self._serve(asgi or self.asgi)
        browser = Client(served.url, token, seat.csrf if seat else "")
        self._open.enter_context(browser.asking)
        return browser

    def _sit_down(self, role: Role) -> str:
        accounts = self.side.accounts
        if role is not Role.ADMIN:
            by = self.person(Role.ADMIN)
            link = accounts.invite(f"{role}@team.test", role, by=by)
        else:
            link = accounts.first_link() or ""
        name = {"editor": "Edda Writer", "publisher": "Paul Press", "admin": "Ada Min"}[role]
        return accounts.accept(
            link, name=name, email=f"{role}@team.test", password=PASSWORD, ip="", user_agent=""
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()
        self.side.closing.set()
        self.store.close()


class Client:
    """A browser: asks, and sends forms with what their page would have put in.

    Attributes:
        csrf: the session's own secret, as every page of it carries it.
    """

    def __init__(self, url: str, token: str, csrf: str) -> None:
        self.asking = loopback.client(url, timeout=30)
        self.csrf = csrf
        self._origin = url
        if token:
            self.asking.cookies.set("newsletter-seat", token, domain="127.0.0.1", path="/studio")

    def get(self, path: str, *, part: bool = False, **params: str) -> httpx.Response:
        """Ask for a page."""
        return self.asking.get(path, params=params or None, headers=self._headers(part))

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        files: Any = None,
        part: bool = False,
        csrf: str | None = None,
    ) -> httpx.Response:
        """Send a form.

        Args:
            csrf: instead of the session's own.
        """
        filled = {"csrf": self.csrf if csrf is None else csrf, **(data or {})}
        return self.asking.post(path, data=filled, files=files, headers=self._headers(part))

    def _headers(self, part: bool) -> dict[str, str]:
        return {"Origin": self._origin, **({"X-Part": "1"} if part else {})}
