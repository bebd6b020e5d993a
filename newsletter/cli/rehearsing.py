"""`preview` and `sandbox`: see an issue, and see what would arrive."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.output import people
from newsletter.sandbox import RunningSandbox, SandboxOptions, parse_fault
from newsletter.sandbox import run as run_sandbox
from newsletter.web import run_preview

PREVIEW_PORT = 8700
SANDBOX_PORT = 8701
Port = typer.Option(help="On 127.0.0.1; 0 takes any free one.", min=0, max=65535)


def register(program: typer.Typer) -> None:
    """Add these commands."""
    program.command("preview")(preview)
    program.command("sandbox")(sandbox)


def preview(
    context: typer.Context,
    issue: Annotated[str | None, typer.Argument(help="Path, slug or number.")] = None,
    port: Annotated[int, Port] = PREVIEW_PORT,
) -> None:
    """Show issues in the browser as readers get them; follows every change of a file."""
    app: App = context.obj()
    run_preview(app, port, issue)


def sandbox(
    port: Annotated[int, Port] = SANDBOX_PORT,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="KIND:RATE, such as 429:0.05 or reset_after_accept:0.01; repeatable."),
    ] = None,
) -> None:
    """Run a local SendGrid that delivers nothing and shows everything in an inbox."""
    faults = tuple(parse_fault(text) for text in fault or [])
    run_sandbox("127.0.0.1", port, SandboxOptions(faults=faults), _tell)


def _tell(running: RunningSandbox) -> None:
    people(json=False).print(
        f"Inbox: {running.url}   (Ctrl-C ends it; nothing is delivered anywhere)\n"
        f"Send to it: SENDGRID_URL={running.url} newsletter send ISSUE"
    )
