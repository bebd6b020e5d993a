"""`reconcile`: ask the provider about readers of whom nobody knows."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.naming import find_number
from newsletter.cli.output import emit, people, plain, warn
from newsletter.cli.resolving import UNKNOWN_LEFT
from newsletter.errors import UsageError
from newsletter.feedback.reconciling import Reconciled, reconcile
from newsletter.scheduling.spoken import people as readers_in_words


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("reconcile")(reconcile_issues)


def reconcile_issues(
    context: typer.Context,
    issue: Annotated[
        str | None, typer.Argument(metavar="ISSUE", help="Path, slug or number; none means all.")
    ] = None,
    json: Json = False,
) -> None:
    """Ask the provider about readers of whom nobody knows, and settle what it knows."""
    app: App = context.obj()
    console = people(json)
    with app.deskwork() as desk:
        number = None if issue is None else find_number(app, desk.store, issue)
        reconciler = app.reconciler(desk)
        if reconciler is None:
            raise UsageError(
                "There is no provider to ask: issues go out by SMTP, which keeps no log. "
                "Decide with `newsletter resolve ISSUE`."
            )
        done = reconcile(reconciler, number)
    _tell(console, done)
    if json:
        emit(_record(number, done))
    if done.problems:
        raise typer.Exit(1)
    raise typer.Exit(UNKNOWN_LEFT if done.unknown else 0)


def _tell(console: Console, done: Reconciled) -> None:
    for problem in done.problems:
        warn(console, problem)
    settled = readers_in_words(done.settled.accepted)
    plain(console, f"Settled by the provider's log: {settled}, by {done.calls} questions.")
    if done.settled.duplicates:
        twice = readers_in_words(len(done.settled.duplicates))
        warn(console, f"{twice} got the same issue twice.")
    if done.mails:
        plain(console, f"Mails of the program itself that were sent after all: {done.mails:,}.")
    if done.listed:
        plain(console, f"Taken from the provider's lists: {done.listed:,}.")
    if done.resent:
        plain(console, f"Sent again, as the site has decided: {readers_in_words(done.resent)}.")
    if done.unknown:
        plain(
            console,
            f"Still unknown: {readers_in_words(done.unknown)}, {done.proposed:,} of them proposed "
            "absent. `newsletter resolve ISSUE` shows them.",
        )
    if done.again_at:
        plain(console, f"The log may be asked again at {done.again_at:%H:%M:%S} UTC.")


def _record(number: int | None, done: Reconciled) -> dict[str, Any]:
    return {
        "issue": number,
        "calls": done.calls,
        "settled": done.settled.accepted,
        "duplicates": len(done.settled.duplicates),
        "mails": done.mails,
        "listed": done.listed,
        "unknown": done.unknown,
        "absent": done.proposed,
        "resent": done.resent,
        "again_at": done.again_at and done.again_at.isoformat(timespec="seconds"),
        "problems": list(done.problems),
    }
