"""`pause`, `resume`, `cancel`: what a person does to an issue under way."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import By, IssueName, Json, Yes, confirm_on_terminal, named
from newsletter.cli.naming import find_dispatch
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.cli.planning import tell_if_unwatched
from newsletter.cli.records import dispatch_record
from newsletter.dispatching import control
from newsletter.dispatching.status import DispatchStatus, issue_status
from newsletter.errors import NotFound
from newsletter.model.ledger import DeliveryOutcome, Dispatch
from newsletter.store import Store


def register(program: typer.Typer) -> None:
    """Add these commands."""
    program.command("pause")(pause)
    program.command("resume")(resume)
    program.command("cancel")(cancel)


def pause(
    context: typer.Context,
    issue: IssueName,
    reason: Annotated[str, typer.Option(help="Shown to whoever looks.")] = "",
    by: By = "",
    json: Json = False,
) -> None:
    """Stop sending, between two batches; what is on the wire is finished."""
    app: App = context.obj()
    with opened(app) as store:
        of = find_dispatch(app, store, issue)
        done = control.pause(store, of.id, by=named(by), reason=reason)
        left = _left(store, done)
    plain(
        people(json),
        f"Issue {done.issue_number} is paused, {left:,} readers wait. "
        f"Go on: newsletter resume {done.issue_number}",
    )
    if json:
        emit(dispatch_record(done))


def resume(context: typer.Context, issue: IssueName, by: By = "", json: Json = False) -> None:
    """Go on with a paused issue where it was, or without waiting longer for its canary."""
    app: App = context.obj()
    console = people(json)
    with opened(app) as store:
        of = find_dispatch(app, store, issue)
        if _status(store, of).watched is not None:
            done = control.pass_canary(store, of.id, by=named(by))
            plain(
                console,
                f"The canary of issue {done.issue_number} is let pass; "
                f"{_left(store, done):,} readers are next.",
            )
        else:
            done = control.resume(store, of.id, by=named(by))
            plain(console, f"Issue {done.issue_number} goes on: {done.state.value}.")
        tell_if_unwatched(console, app, store)
    if json:
        emit(dispatch_record(done))


def cancel(
    context: typer.Context,
    issue: IssueName,
    wave: Annotated[int, typer.Option(metavar="ID", help="Only this wave; see status.")] = 0,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """End an issue; whoever was not mailed yet is not mailed."""
    app: App = context.obj()
    console = people(json)
    with opened(app) as store:
        of = find_dispatch(app, store, issue)
        if wave:
            _cancel_wave(store, of, wave, named(by))
            plain(console, f"Wave {wave} of issue {of.issue_number} is cancelled.")
        else:
            question = f"Cancel issue {of.issue_number}, with {_left(store, of):,} readers waiting?"
            confirm_on_terminal(question, yes=yes, json=json)
            control.cancel(store, of.id, by=named(by))
            plain(console, f"Issue {of.issue_number} is cancelled.")
        done = _status(store, of)
    if json:
        emit(dispatch_record(done.dispatch))


def _cancel_wave(store: Store, of: Dispatch, wave: int, by: str) -> None:
    ids = [str(each.id) for each in _status(store, of).waves]
    if str(wave) not in ids:
        told = f"It has {', '.join(ids)}." if ids else "It has none before it is prepared."
        raise NotFound(f"Dispatch {of.id} has no wave {wave}. {told}")
    control.cancel_wave(store, wave, by=by)


def _left(store: Store, of: Dispatch) -> int:
    return _status(store, of).outcomes[DeliveryOutcome.QUEUED]


def _status(store: Store, of: Dispatch) -> DispatchStatus:
    found = issue_status(store, of.issue_number).dispatches
    return next(each for each in found if each.dispatch.id == of.id)
