"""`serve`: the whole web side, with the scheduler inside: one process is a whole system.

Drafts are not for everyone: the preview has a port of its own, on loopback only, so that a
proxy before the public pages never reaches it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.logs import logging_steadily
from newsletter.cli.output import people, plain, warn
from newsletter.cli.rehearsing import PREVIEW_PORT, Port
from newsletter.cli.stopping import Stopping
from newsletter.cli.ticking import dispatching, exit_code, jobs_of, watching_jobs
from newsletter.errors import UsageError
from newsletter.scheduling.clockwork import clockwork
from newsletter.store import Store
from newsletter.web import Served, preview_server
from newsletter.web.public.serving import public_server
from newsletter.web.studio.serving import studio_server, studio_side

DRAFTS_PORT = PREVIEW_PORT + 2


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("serve")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="An address of this machine.")] = "127.0.0.1",
    port: Annotated[int, Port] = PREVIEW_PORT,
    preview_port: Annotated[int, Port] = DRAFTS_PORT,
    studio_port: Annotated[
        int | None, typer.Option(help="Put the studio on a port of its own.", min=0, max=65535)
    ] = None,
    no_scheduler: Annotated[
        bool, typer.Option("--no-scheduler", help="It runs elsewhere: python scheduler.py.")
    ] = False,
) -> None:
    """Run the whole web side, with the scheduler inside, until Ctrl-C or SIGTERM."""
    app: App = context.obj()
    console = people(json=False)
    with Stopping() as stop, ExitStack() as running:
        running.enter_context(logging_steadily(app.settings, "serve", scheduler=not no_scheduler))
        store = None if no_scheduler else _schedule(running, app, stop, console)
        if store is None:
            store = app.open_store()
            running.callback(store.close)
            running.enter_context(clockwork(*watching_jobs(app, store)))
        side = studio_side(app, store)
        public = public_server(app, store, port, host, side if studio_port is None else None)
        preview = _on_port("--preview-port", lambda: preview_server(app, preview_port))
        running.enter_context(preview)
        studio = public.url
        if studio_port is not None:
            alone = _on_port("--studio-port", lambda: studio_server(side, studio_port, host))
            running.enter_context(alone)
            studio = alone.url
        plain(console, f"Readers: {public.url}   Preview: {preview.url}   (Ctrl-C ends it)")
        plain(console, f"Studio:  {studio}/studio/")
        if token := side.accounts.first_link():
            plain(console, f"First sign-in, good for an hour: {studio}/studio/link/{token}")
        public.run()
    raise typer.Exit(exit_code(stop))


def _on_port(option: str, take: Callable[[], Served]) -> Served:
    try:
        return take()
    except UsageError as problem:  # its advice names another option
        raise UsageError(str(problem).replace("--port", option)) from problem


def _schedule(running: ExitStack, app: App, stop: Stopping, console: Console) -> Store | None:
    """Start the scheduler; where nothing can be sent, say so and serve without."""
    try:
        dispatcher = running.enter_context(dispatching(app, stop))
    except UsageError as problem:
        warn(console, f"The scheduler does not run. {problem}")
        return None
    running.enter_context(clockwork(*jobs_of(app, dispatcher)))
    return dispatcher.desk.store
