"""`correct`: one action that ends the old version and sends the new one to the rest."""

from __future__ import annotations

import typer

from newsletter.bootstrap import App
from newsletter.cli.approving import Approver, show_findings
from newsletter.cli.asking import IssueName, Json, Yes, confirm_on_terminal
from newsletter.cli.naming import find_dispatch
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.planning import tell_if_unwatched
from newsletter.cli.records import dispatch_record
from newsletter.dispatching import control
from newsletter.dispatching.planning import Plan
from newsletter.errors import BlockedError, LedgerError
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.publishing import Composition, approve, require_sendable
from newsletter.store import Store
from newsletter.store.approvals import load_approval


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("correct")(correct)


def correct(
    context: typer.Context, issue: IssueName, by: Approver, yes: Yes = False, json: Json = False
) -> None:
    """Send a new version to those not yet mailed, while the issue is paused.

    Whoever was mailed already gets nothing: a correction for them is an issue of its own, with
    `audience: {received: N}`.
    """
    app: App = context.obj()
    console = people(json)
    with opened(app) as store:
        of = _paused(app, store, issue)
        composition = app.compose(str(of.issue_number))
        show_findings(console, composition)
        _require_another_version(store, of, composition)
        question = f"End dispatch {of.id} and send this version to those it did not mail?"
        confirm_on_terminal(question, yes=yes, json=json)
        approved = approve(store, composition, by=by, clock=app.clock)
        plan = Plan(app.clock.now(), canary=of.canary, by=approved.by)
        planned = control.correct(store, of.id, approved.id, plan)
        plain(
            console,
            f"Dispatch {of.id} is cancelled; dispatch {planned.dispatch.id} sends the version "
            f"{approved.by} approved just now to readers not yet mailed.",
        )
        tell_if_unwatched(console, app, store)
    if json:
        emit(dispatch_record(planned.dispatch))


def _paused(app: App, store: Store, issue: str) -> Dispatch:
    of = find_dispatch(app, store, issue)
    if of.state is DispatchState.PAUSED:
        return of
    raise LedgerError(
        f"Dispatch {of.id} is {of.state}. Pause it before correcting: "
        f"newsletter pause {of.issue_number}"
    )


def _require_another_version(store: Store, of: Dispatch, composition: Composition) -> None:
    require_sendable(composition)
    with store.read() as connection:
        hashes = dict(load_approval(connection, of.approval_id).hashes)
    if hashes == {each.variant: each.sha256 for each in composition.renditions.renditions}:
        raise BlockedError(
            f"The files of issue {of.issue_number} still make what dispatch {of.id} sends. "
            f"Mend them first, or go on: newsletter resume {of.issue_number}"
        )
