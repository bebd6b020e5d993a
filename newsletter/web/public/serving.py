"""The public pages of a real site, on a port."""

from __future__ import annotations

from newsletter.bootstrap import App
from newsletter.store import Store
from newsletter.web.operations.answers import Watching
from newsletter.web.public.app import create_public
from newsletter.web.public.callers import Callers
from newsletter.web.public.side import PublicSide
from newsletter.web.serving import LOOPBACK, Served
from newsletter.web.studio.app import studio_hosts, studio_routes
from newsletter.web.studio.side import StudioSide


def public_side(app: App, store: Store) -> PublicSide:
    """The parts of an app that the public pages work with."""
    chosen = app.settings.web
    return PublicSide(
        app.reception(store),
        app.links,
        Callers(chosen.proxies),
        frozenset(chosen.origins),
        app.events,
    )


def public_server(
    app: App,
    store: Store,
    port: int = 0,
    host: str = LOOPBACK,
    studio: StudioSide | None = None,
) -> Served:
    """The public pages, with their port taken and not yet running.

    Args:
        store: open as long as they run.
        studio: stands under `/studio/` on the same port; None: it is elsewhere, or nowhere.

    Raises:
        UsageError: the port or the host can not be had.
    """
    token = app.settings.metrics_token.get_secret_value()
    watching = Watching(store, token, app.count_workers)
    side = public_side(app, store)
    if studio is None:
        return Served(create_public(side, watching=watching), host, port)
    asgi = create_public(
        side,
        watching=watching,
        beside=studio_routes(studio),
        hosts=studio_hosts(studio),
        more_pictures=studio.desk.picture,
    )
    return Served(asgi, host, port, before_stop=studio.closing.set)
