"""What a demo runs on: its own folder, its own ledger, its own SendGrid, nobody else's.

Nothing of the environment or of `.env` that says where to send or what to store is used:
every such setting is set here, and the transport is made for the demo's own sandbox.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from secrets import token_urlsafe

from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter.bootstrap import App, load_app
from newsletter.dispatching.running import Dispatcher
from newsletter.errors import UsageError
from newsletter.sandbox import RunningSandbox, SandboxOptions, serve
from newsletter.store.approvals import load_picture
from newsletter.transports.sendgrid import SendGridTransport
from newsletter.web import Served, create_preview, workshop_of
from newsletter.web.rehearsal import create_rehearsal

_FOLDER = Path("var") / "demo"
_KEY = "demo"  # the sandbox takes any
_OURS = ("SENDGRID_", "NEWSLETTER_", "DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo's parts, running.

    Attributes:
        app: the site, as the demo is set up.
        dispatcher: sends to the sandbox only.
        pages: the web side, with its port taken; it runs once it is started.
    """

    app: App
    dispatcher: Dispatcher
    sandbox: RunningSandbox
    pages: Served


@contextmanager
def set_stage(root: Path, environ: Mapping[str, str], ports: tuple[int, int]) -> Iterator[Stage]:
    """Start sandbox and web side over a fresh ledger; stop them at the end.

    Args:
        root: the site's folder.
        environ: of which only what has nothing to do with us is kept.
        ports: of the web side and of the sandbox; 0 takes any free one.

    Raises:
        UsageError: a port is in use.
    """
    folder = _fresh(root / _FOLDER)
    curtain = _Curtain()
    pages = Served(curtain, port=ports[0], before_stop=curtain.closing.set)
    with _sandbox(ports[1]) as sandbox:
        demo_environ = _settings(environ, folder, sandbox.url, pages.url)
        app = load_app(root, demo_environ, root)
        transport = SendGridTransport(_KEY, sandbox.url, clock=app.clock)
        dispatcher = app.open_dispatcher(transport)
        try:
            curtain.rise(app, demo_environ, dispatcher)
            with pages:
                yield Stage(app, dispatcher, sandbox, pages)
        finally:
            dispatcher.close()


def _sandbox(port: int) -> RunningSandbox:
    try:
        return serve(port=port, options=SandboxOptions())
    except UsageError as problem:  # its advice names its own command's option
        raise UsageError(str(problem).replace("--port", "--sandbox-port")) from problem


class _Curtain:
    """The port is taken before there is anything to show: the site's own address holds it."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self._show: ASGIApp | None = None

    def rise(self, app: App, environ: Mapping[str, str], dispatcher: Dispatcher) -> None:
        preview = create_preview(
            workshop_of(app, environ),
            closing=self.closing,
            more_pictures=partial(_frozen_picture, dispatcher),
        )
        self._show = create_rehearsal(preview)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._show is not None, "served before there was anything to show"
        await self._show(scope, receive, send)


def _frozen_picture(dispatcher: Dispatcher, filename: str) -> bytes | None:
    sha256, _, extension = filename.partition(".")
    with dispatcher.desk.store.read() as connection:
        return load_picture(connection, sha256, extension)


def _fresh(folder: Path) -> Path:
    """The demo's folder, with nothing of an earlier run in it."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as problem:
        raise UsageError(f"{folder} can not be made anew: {problem.strerror}.") from problem
    return folder


def _settings(
    environ: Mapping[str, str], folder: Path, sandbox_url: str, pages_url: str
) -> dict[str, str]:
    """An environment in which all that matters is the demo's own; it beats `.env`."""
    kept = {name: value for name, value in environ.items() if not name.startswith(_OURS)}
    return kept | {
        "DATABASE_URL": f"sqlite:///{(folder / 'newsletter.db').as_posix()}",
        "SENDGRID_API_KEY": "",
        "SENDGRID_URL": sandbox_url,
        "SENDGRID_WEBHOOK_KEYS": "",
        "NEWSLETTER_SECRET_KEYS": token_urlsafe(32),
        "NEWSLETTER_PUBLIC_URL": pages_url,
        "NEWSLETTER_DISPATCH__ENGINE": "inline",
        "NEWSLETTER_SITE__IMAGES_URL": f"{pages_url}/media",
    }
