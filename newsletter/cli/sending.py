"""`send`: approve if needed, dispatch now, stay until it ends."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import By, IssueName, Json, Yes, may_ask, named
from newsletter.cli.naming import find_number
from newsletter.cli.output import emit, people
from newsletter.cli.starting import Starter
from newsletter.cli.staying import report, stay
from newsletter.cli.stopping import Stopping
from newsletter.cli.trying import send_tests
from newsletter.dispatching.running import GRACE


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("send")(send)


def send(
    context: typer.Context,
    issue: IssueName,
    to: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Only a test mail; repeatable.")
    ] = None,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send an issue now and stay until it has ended; resumes one under way."""
    app: App = context.obj()
    if to:
        send_tests(app, issue, to, json=json)
        return
    console = people(json)
    with Stopping() as stop:
        dispatcher = app.open_dispatcher(stopping=stop)
        try:
            number = find_number(app, dispatcher.desk.store, issue)
            starter = Starter(app, dispatcher.desk.store, console, ask=may_ask(yes=yes, json=json))
            if starter.begin(number, named(by)):
                stay(app, dispatcher, number, console, stop)
            dispatcher.engine.close(GRACE)  # what is on the wire belongs into the report
            document, code = report(app, dispatcher.desk.store, number, console, stop)
        finally:
            dispatcher.close()
    if json:
        emit(document)
    raise typer.Exit(code)
