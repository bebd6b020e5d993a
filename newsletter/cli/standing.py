"""`status`: where an issue stands, once or as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text
from sqlalchemy import Connection

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.naming import find_number
from newsletter.cli.output import emit, people
from newsletter.cli.records import status_record
from newsletter.cli.stopping import Stopping
from newsletter.cli.telling import lines_of
from newsletter.cli.ticking import exit_code
from newsletter.content import issue_numbers
from newsletter.dispatching.status import IssueStatus, issue_status
from newsletter.dispatching.ticking import last_tick
from newsletter.dispatching.waiting import Waiting, what_it_waits_for
from newsletter.model.ledger import DeliveryOutcome, DispatchState
from newsletter.publishing import changed_since
from newsletter.scheduling.watch import is_overdue
from newsletter.store import Store
from newsletter.store.approvals import Approved, latest_approval
from newsletter.store.known import known_issues

LOOK_EVERY = 1.0  # seconds


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an issue stands, and what a person should know about it.

    Attributes:
        approved: the newest approval, or None.
        changed: the files would make other bytes than those approved.
        overdue: due while no scheduler looks.
        lacks_workers: it sends, by workers, and none lives.
        waiting: what keeps its readers waiting, and until when.
    """

    status: IssueStatus
    approved: Approved | None
    changed: bool
    overdue: bool
    waiting: tuple[Waiting, ...] = ()
    lacks_workers: bool = False

    @property
    def state(self) -> str:
        """The last dispatch's state; without one `approved` or `draft`."""
        return self.status.state or ("approved" if self.approved else "draft")

    @property
    def words(self) -> str:
        """The state as a person reads it; uncertain is never complete."""
        last = self.status.dispatches[-1] if self.status.dispatches else None
        if last is None or not last.is_uncertain:
            return self.state.replace("_", " ")
        return f"sent, {last.outcomes[DeliveryOutcome.UNKNOWN]:,} uncertain"


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("status")(status)


def status(
    context: typer.Context,
    issue: Annotated[
        str | None, typer.Argument(metavar="ISSUE", help="Path, slug or number; none means all.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Follow it until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Say where issues stand, counted reader by reader."""
    app: App = context.obj()
    store = app.open_store()
    try:
        numbers = _numbers(app, store, issue)
        if watch and not json:
            _watch(app, store, numbers)
        found = [look(app, store, number) for number in numbers]
        if json:
            told = [record(each) for each in found]
            emit(told[0] if issue else told)
        else:
            people(json=False).print(_page(app, found))
    finally:
        store.close()


def look(app: App, store: Store, number: int) -> Standing:
    """Count an issue and compare it with its files."""
    status = issue_status(store, number)
    with store.read() as connection:
        approved, ticked = latest_approval(connection, number), last_tick(connection)
        waiting = _waiting(app, store, connection, status)
    now = app.clock.now()
    return Standing(
        status=status,
        approved=approved,
        changed=approved is not None and changed_since(app.site, approved),
        overdue=any(is_overdue(each.dispatch, ticked, now) for each in status.dispatches),
        waiting=waiting,
        lacks_workers=_is_sending(status) and app.lacks_workers,
    )


def record(standing: Standing) -> dict[str, Any]:
    """The same for scripts."""
    approved = standing.approved
    return status_record(standing.status, standing.state) | {
        "uncertain": any(each.is_uncertain for each in standing.status.dispatches),
        "approval": approved and approved.id,
        "approved_by": approved and approved.by,
        "changed_since_approval": standing.changed,
        "overdue": standing.overdue,
        "lacks_workers": standing.lacks_workers,
        "waits_for": [
            {
                "what": each.what,
                "until": each.until and each.until.isoformat(timespec="seconds"),
            }
            for each in standing.waiting
        ],
    }


def _is_sending(status: IssueStatus) -> bool:
    return any(each.dispatch.state is DispatchState.SENDING for each in status.dispatches)


def _waiting(
    app: App, store: Store, connection: Connection, status: IssueStatus
) -> tuple[Waiting, ...]:
    wait = timedelta(minutes=app.settings.brakes.canary_wait_minutes)
    now = store.now(connection)
    return tuple(
        waiting
        for each in status.dispatches
        for waiting in what_it_waits_for(connection, each, app.rules, wait, now)
    )


def _numbers(app: App, store: Store, issue: str | None) -> list[int]:
    if issue is not None:
        return [find_number(app, store, issue)]
    with store.read() as connection:
        known = known_issues(connection)
    return sorted({*issue_numbers(app.site).values(), *known})


def _page(app: App, found: Sequence[Standing]) -> Group:
    told = [lines_of(each, app.site) for each in found]
    return Group(*told) if told else Group(Text("This site has no issues yet."))


def _watch(app: App, store: Store, numbers: list[int]) -> NoReturn:
    """Show it anew every second; where nobody sees a screen, only what changed."""
    console = people(json=False)
    before: list[Standing] = []
    with Stopping() as stop, Live(console=console, auto_refresh=False, transient=True) as live:
        while not stop():
            found = [look(app, store, number) for number in numbers]
            if console.is_terminal:
                live.update(_page(app, found), refresh=True)
            elif found != before:
                console.print(_page(app, found))
            before = found
            app.clock.wait(LOOK_EVERY)
    raise typer.Exit(exit_code(stop))
