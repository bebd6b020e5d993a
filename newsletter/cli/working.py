"""`worker`: one of any number of processes that do what schedulers ring for."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.logs import logging_steadily
from newsletter.cli.output import people, plain
from newsletter.cli.stopping import Stopping
from newsletter.cli.ticking import exit_code

_SLOTS = 4


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("worker")(worker)


def worker(
    context: typer.Context,
    slots: Annotated[
        int, typer.Option(min=1, max=64, help="Batches on the wire at once.")
    ] = _SLOTS,
) -> None:
    """Send, and do what else schedulers ring for, on this machine."""
    app: App = context.obj()
    with Stopping() as stop, app.worker(stop) as work:
        plain(people(json=False), f"Working for {app.site.name}; Ctrl-C ends it.")
        with logging_steadily(app.settings, "worker", slots=slots):
            work(slots)
    raise typer.Exit(exit_code(stop))
