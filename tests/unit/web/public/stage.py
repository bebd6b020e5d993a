"""The whole public side on one real site: database, use cases, postroom, dispatcher, sandbox."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.bootstrap import App, SystemClock
from newsletter.config import load_settings
from newsletter.dispatching.desk import Desk
from newsletter.dispatching.owners import HostRoster
from newsletter.dispatching.planning import Plan, schedule
from newsletter.dispatching.running import Dispatcher
from newsletter.dispatching.sending import send_batch
from newsletter.engines.inline import InlineEngine
from newsletter.model.ports import Clock
from newsletter.publishing import approve
from newsletter.sandbox import RunningSandbox, serve
from newsletter.store import Store, open_store
from newsletter.store.subscribers import NewReader, add_reader
from newsletter.subscribing.limits import RequestLimits
from newsletter.subscribing.mailing import Postroom
from newsletter.subscribing.reception import Reception, open_reception
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.web.public import Callers, PublicSide, create_public

REPOSITORY = Path(__file__).parents[4]
SECRET = "0123456789abcdef0123456789abcdef"


def copy_site(root: Path) -> Path:
    """The repository's own site, to be changed at will."""
    for name in ("issues", "templates"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "newsletter.toml", root)
    return root


class Later:
    """An app that is not known yet: its address is part of what makes it."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@dataclass
class Stage:
    """One site, ready to be visited; also a context manager."""

    root: Path
    public_url: str = "http://127.0.0.1:8700"
    database_url: str = ""
    clock: Clock = field(default_factory=SystemClock)
    limits: RequestLimits | None = None
    origins: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()

    @cached_property
    def app(self) -> App:
        """Settings and wiring."""
        environ = {
            "NEWSLETTER_SITE__PUBLIC_URL": self.public_url,
            "NEWSLETTER_SECRET_KEYS": SECRET,
            "DATABASE_URL": self.database_url or f"sqlite:///{self.root}/newsletter.db",
        }
        return App(load_settings(self.root, environ), self.clock)

    @cached_property
    def store(self) -> Store:
        """The database."""
        url = self.app.settings.database_url
        return open_store(url, secret_fingerprint=self.app.signer.fingerprint, clock=self.clock)

    @cached_property
    def reception(self) -> Reception:
        """The use cases of readers."""
        app = self.app
        return open_reception(self.store, app.site, app.signer, self.clock, limits=self.limits)

    @cached_property
    def side(self) -> PublicSide:
        """What the pages work with."""
        callers = Callers(self.proxies)
        return PublicSide(self.reception, self.app.links, callers, self.origins)

    @cached_property
    def public(self) -> ASGIApp:
        """The pages."""
        return create_public(self.side)

    @cached_property
    def sandbox(self) -> RunningSandbox:
        """Where mails go."""
        return serve()

    @cached_property
    def transport(self) -> SendGridTransport:
        """How they get there."""
        return SendGridTransport("sandbox", self.sandbox.url, clock=self.clock)

    @cached_property
    def postroom(self) -> Postroom:
        """Sends the mails of the system."""
        return Postroom(self.reception, self.transport)

    def dispatch(self, ref: str) -> None:
        """Approve and send an issue; returns when everything has an outcome."""
        desk = Desk(self.store, self.transport, self.clock, self.app.links, HostRoster())
        dispatcher = Dispatcher(desk, InlineEngine(partial(send_batch, desk)))
        composition = self.app.compose(ref)
        approved = approve(self.store, composition, by="Test", clock=self.clock)
        schedule(self.store, approved.id, Plan(due_at=self.clock.now(), by="Test"))
        dispatcher.stay(composition.issue.number, lambda status: None)
        desk_engine = dispatcher.engine
        desk_engine.close(5)

    def reader(self, email: str, **more: Any) -> int:
        """A confirmed reader; returns the id."""
        return add_reader(self.store, NewReader(email, **more), self.clock.now())

    def mails(self, to: str) -> list[Mapping[str, Any]]:
        """What arrived for a reader, oldest first, after everything queued went out."""
        self.postroom.deliver()
        answer = httpx.get(f"{self.sandbox.url}/_sandbox/messages", params={"to": to})
        found: list[Mapping[str, Any]] = answer.json()
        return found

    def close(self) -> None:
        """Let go of everything that was opened."""
        for name in ("transport", "sandbox", "store"):
            opened = self.__dict__.get(name)
            if opened is not None:
                opened.stop() if name == "sandbox" else opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
