"""`follow-up`: an issue for those whom it did not reach."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import By, IssueName, Json, Yes, confirm_on_terminal, named
from newsletter.cli.naming import find_number
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.planning import tell_if_unwatched
from newsletter.cli.records import dispatch_record
from newsletter.dispatching.planning import Plan, follow_up
from newsletter.errors import BlockedError, LedgerError
from newsletter.scheduling.placing import approval_of
from newsletter.scheduling.reach import Missed, count_missed
from newsletter.scheduling.spoken import people as readers_in_words
from newsletter.store import Store
from newsletter.store.approvals import Approved
from newsletter.store.dispatches import dispatches_of


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("follow-up")(follow_up_issue)


def follow_up_issue(
    context: typer.Context,
    issue: IssueName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send an issue to readers it did not reach: rejected, excluded or never frozen."""
    app: App = context.obj()
    console = people(json)
    with opened(app) as store:
        number = find_number(app, store, issue)
        _require_a_first(store, number)
        approved = approval_of(store, number)
        with store.read() as connection:
            missed = count_missed(connection, approved, app.clock.now())
        _preview(console, approved, missed)
        found = asdict(missed) | {"readers": missed.readers}
        if not dry_run:
            _require_somebody(number, missed)
            confirm_on_terminal("Send it to them?", yes=yes, json=json)
            plan = Plan(app.clock.now(), canary=app.site.dispatch.canary, by=named(by))
            planned = follow_up(store, approved.id, plan)
            found = dispatch_record(planned.dispatch) | found
            plain(console, f"Dispatch {planned.dispatch.id} is due now.")
            tell_if_unwatched(console, app, store)
    if json:
        emit(found)


def _require_a_first(store: Store, number: int) -> None:
    with store.read() as connection:
        if dispatches_of(connection, number):
            return
    raise LedgerError(
        f"Issue {number} was never sent, so nothing can follow. First: newsletter send {number}"
    )


def _preview(console: Console, approved: Approved, missed: Missed) -> None:
    plain(console, f"{approved.subject}, as {approved.by} approved it, to:")
    plain(console, f"  {missed.rejected:>9,}  rejected by the provider before")
    plain(console, f"  {missed.excluded:>9,}  excluded before, who may be mailed now")
    plain(console, f"  {missed.never_frozen:>9,}  who joined or came to match since")
    plain(console, f"  {missed.readers:>9,}  {readers_in_words(missed.readers).split()[-1]} in all")


def _require_somebody(number: int, missed: Missed) -> None:
    if not missed.readers:
        raise BlockedError(f"Issue {number} reached everyone it is for; there is nobody to follow.")
