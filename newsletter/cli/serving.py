"""`serve`: the whole web side, with the scheduler inside: one process is a whole system."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.output import people, plain, warn
from newsletter.cli.rehearsing import PREVIEW_PORT, Port
from newsletter.cli.stopping import Stopping
from newsletter.cli.ticking import dispatching, exit_code
from newsletter.errors import UsageError
from newsletter.scheduling.clockwork import clockwork
from newsletter.web import preview_server


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("serve")(serve)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="An address of this machine.")] = "127.0.0.1",
    port: Annotated[int, Port] = PREVIEW_PORT,
    no_scheduler: Annotated[
        bool, typer.Option("--no-scheduler", help="It runs elsewhere: python scheduler.py.")
    ] = False,
) -> None:
    """Run the whole web side, with the scheduler inside, until Ctrl-C or SIGTERM."""
    app: App = context.obj()
    console = people(json=False)
    served = preview_server(app, port, host)
    with Stopping() as stop, ExitStack() as running:
        if not no_scheduler:
            _schedule(running, app, stop, console)
        plain(console, f"Serving {served.url}   (Ctrl-C ends it)")
        served.run()
    raise typer.Exit(exit_code(stop))


def _schedule(running: ExitStack, app: App, stop: Stopping, console: Console) -> None:
    """Start the scheduler; where nothing can be sent, say so and serve without."""
    try:
        dispatcher = running.enter_context(dispatching(app, stop))
    except UsageError as problem:
        warn(console, f"The scheduler does not run. {problem}")
        return
    running.enter_context(clockwork(dispatcher.tick))
