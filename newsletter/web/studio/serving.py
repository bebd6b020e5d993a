"""The studio of a real site, beside the public pages or on a port of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from functools import partial

from newsletter.bootstrap import App
from newsletter.feedback.bell import unread
from newsletter.store import Store
from newsletter.store.approvals import load_picture
from newsletter.web.media import Lookup
from newsletter.web.preview.desk import Desk
from newsletter.web.preview.running import workshop_of
from newsletter.web.serving import LOOPBACK, Served
from newsletter.web.studio.app import create_studio
from newsletter.web.studio.side import StudioSide


def studio_side(app: App, store: Store, environ: Mapping[str, str] = os.environ) -> StudioSide:
    """The parts of an app that the studio's pages work with.

    Args:
        store: open as long as they run.
        environ: the environment, with which settings are read anew when their file changes.
    """
    desk = Desk(workshop_of(app, environ))
    accounts = app.accounts(store)
    closing = threading.Event()
    return StudioSide(
        app, store, desk, accounts, partial(unread, store), closing=closing, environ=environ
    )


def studio_server(side: StudioSide, port: int = 0, host: str = LOOPBACK) -> Served:
    """The studio alone, with its port taken and not yet running.

    Raises:
        UsageError: the port or the host can not be had.
    """
    asgi = create_studio(side, pictures=studio_pictures(side))
    return Served(asgi, host, port, before_stop=side.closing.set)


def studio_pictures(side: StudioSide) -> Lookup:
    """Pictures of drafts that lie open, and of everything that was ever approved."""

    def find(name: str) -> bytes | None:
        sha256, _, extension = name.partition(".")
        if (data := side.desk.picture(name)) is not None:
            return data
        with side.store.read() as connection:
            return load_picture(connection, sha256, extension)

    return find
