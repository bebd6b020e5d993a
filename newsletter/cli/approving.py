"""`approve`: freeze what was looked at; `correct`: and send it to those not yet mailed."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import IssueName, Json, Yes, agree
from newsletter.cli.output import emit, finding_line, people, plain, warn
from newsletter.dispatching.planning import rebind
from newsletter.model.ledger import ENDED, Dispatch, DispatchState
from newsletter.publishing import Composition, approve, require_sendable
from newsletter.scheduling.reach import Reach, count_reach
from newsletter.scheduling.spoken import people as readers_in_words
from newsletter.store import Store
from newsletter.store.approvals import Approved
from newsletter.store.dispatches import dispatches_of

Approver = Annotated[str, typer.Option("--by", metavar="NAME", help="Who approves.")]


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("approve")(approve_issue)


def approve_issue(
    context: typer.Context, issue: IssueName, by: Approver, yes: Yes = False, json: Json = False
) -> None:
    """Freeze an issue: these bytes and no others are what readers get."""
    app: App = context.obj()
    console = people(json)
    composition = app.compose(issue)
    show_findings(console, composition)
    require_sendable(composition)
    store = app.open_store()
    try:
        under_way = _under_way(store, composition.issue.number)
        if under_way is not None and under_way.state is DispatchState.SCHEDULED:
            _agree_to_rebind(composition, yes=yes, json=json)
        approved = approve(store, composition, by=by, clock=app.clock)
        with store.read() as connection:
            reach = count_reach(connection, approved, app.clock.now())
        _tell(console, approved, reach)
        if under_way is not None:
            _bind(console, store, under_way, approved)
    finally:
        store.close()
    if json:
        emit(_record(approved, reach))


def show_findings(console: Console, composition: Composition) -> None:
    """A line for everything the checks found."""
    for found in composition.findings:
        console.print(finding_line(found))


def warn_of_the_left_out(console: Console, reach: Reach) -> None:
    """Say so when an issue has nothing for many of its readers."""
    if reach.leaves_many_out:
        warn(
            console,
            f"{readers_in_words(reach.nothing_chosen)} chose nothing that is in this issue "
            "and will not get it.",
        )


def _under_way(store: Store, number: int) -> Dispatch | None:
    with store.read() as connection:
        found = dispatches_of(connection, number)
    return next((each for each in found if each.state not in ENDED), None)


def _agree_to_rebind(composition: Composition, *, yes: bool, json: bool) -> None:
    number = composition.issue.number
    agree(
        f"Issue {number} is scheduled already. Approve again and send this version at that time?",
        yes=yes,
        json=json,
        otherwise=f"Issue {number} is scheduled already. With --yes this approval takes the place "
        "of the one before, and the time stays.",
    )


def _bind(console: Console, store: Store, under_way: Dispatch, approved: Approved) -> None:
    """The new version takes the old one's place while that is still possible."""
    if under_way.state is DispatchState.SCHEDULED:
        rebind(store, under_way.id, approved.id, approved.by)
        plain(console, "The dispatch keeps its time and sends this version.")
        return
    told = f"Dispatch {under_way.id} is {under_way.state.value} and sends what it was made with."
    if under_way.state is DispatchState.PAUSED:
        told += f" To send this version to the rest: newsletter correct {approved.issue_number}"
    warn(console, told)


def _tell(console: Console, approved: Approved, reach: Reach) -> None:
    plain(
        console,
        f"Approved issue {approved.issue_number}, {approved.subject}, by {approved.by}: "
        f"{len(approved.hashes)} variants, {readers_in_words(reach.readers)} today.",
    )
    warn_of_the_left_out(console, reach)


def _record(approved: Approved, reach: Reach) -> dict[str, Any]:
    return {
        "issue": approved.issue_number,
        "approval": approved.id,
        "subject": approved.subject,
        "by": approved.by,
        "at": approved.at.isoformat(timespec="seconds"),
        "readers": reach.readers,
        "nothing_chosen": reach.nothing_chosen,
        "renditions": [
            {"variant": name, "sha256": sha256, "readers": reach.variants[name]}
            for name, sha256 in approved.hashes.items()
        ],
    }
