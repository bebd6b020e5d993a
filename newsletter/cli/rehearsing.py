"""`preview` and `sandbox`: see an issue, and see what would arrive."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.output import people, plain
from newsletter.errors import UsageError
from newsletter.sandbox import RunningSandbox, SandboxOptions, parse_fault, parse_happening
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
    events: Annotated[
        str, typer.Option(metavar="URL", help="Post signed events to this webhook.")
    ] = "",
    event: Annotated[
        list[str] | None,
        typer.Option(help="KIND:RATE, such as bounce:0.02 or open:0.3; repeatable."),
    ] = None,
) -> None:
    """Run a local SendGrid that delivers nothing and shows everything in an inbox."""
    if event and not events:
        raise UsageError("Say where the events are posted to: --events URL.")
    options = SandboxOptions(
        faults=tuple(parse_fault(text) for text in fault or []),
        events=events,
        happenings=tuple(parse_happening(text) for text in event or []),
    )
    run_sandbox("127.0.0.1", port, options, partial(_tell, events=events))


def _tell(running: RunningSandbox, events: str) -> None:
    plain(
        people(json=False),
        f"Inbox: {running.url}   (Ctrl-C ends it; nothing is delivered anywhere)\n"
        f"Send to it: SENDGRID_URL={running.url} newsletter send ISSUE",
    )
    if events:
        plain(
            people(json=False),
            f"Events go to {events}\n"
            f"Their key: SENDGRID_WEBHOOK_KEYS={running.events_key} newsletter serve",
        )
