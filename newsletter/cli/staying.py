"""Stay with an issue until it has ended, and say how it did."""

from __future__ import annotations

from functools import partial
from typing import Any

from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.output import plain, warn
from newsletter.cli.progress import Progress
from newsletter.cli.standing import look, record
from newsletter.cli.stopping import Stopping
from newsletter.cli.telling import lines_of
from newsletter.dispatching.running import LOOK_EVERY, Dispatcher, outlast
from newsletter.dispatching.status import issue_status
from newsletter.model.ledger import DeliveryOutcome, Dispatch, DispatchState
from newsletter.scheduling.placing import latest_dispatch
from newsletter.store import Store
from newsletter.store.known import is_paused_by_person

FOUND_ERRORS = 1
UNKNOWN_LEFT = 3
INTERRUPTED = 130
_MOVING = (DispatchState.SCHEDULED, DispatchState.PREPARING, DispatchState.SENDING)
_MOST_SPENT_COUNTING = 0.1  # of the time; counting a million deliveries is not free


def stay(app: App, dispatcher: Dispatcher, number: int, console: Console, stop: Stopping) -> None:
    """Tick until the issue's last dispatch has ended, waits for a person, or a signal comes.

    A pause that somebody wished for is waited out, and a correction takes the place of what it
    corrects; a pause the program made itself is not waited out.
    """
    store, clock = dispatcher.desk.store, app.clock
    if app.lacks_workers:
        warn(console, "No worker lives: nothing goes out before one is started. newsletter worker")
    count_at = clock.monotonic()
    with Progress(console, clock) as progress:
        while not stop():
            outlast(clock, dispatcher.tick)
            if not outlast(clock, partial(_goes_on, store, number)):
                return
            begun = clock.monotonic()
            if begun >= count_at:
                status = outlast(clock, partial(issue_status, store, number))
                progress.show(status.dispatches[-1])
                spent = clock.monotonic() - begun
                count_at = begun + max(LOOK_EVERY, spent / _MOST_SPENT_COUNTING)
            clock.wait(LOOK_EVERY)


def report(
    app: App, store: Store, number: int, console: Console, stop: Stopping
) -> tuple[dict[str, Any], int]:
    """Say where it stands; returns that for scripts, and the exit code."""
    standing = look(app, store, number)
    console.print(lines_of(standing, app.site))
    last = latest_dispatch(store, number)
    if stop.asked and last is not None and last.state in (*_MOVING, DispatchState.PAUSED):
        plain(
            console,
            "Interrupted. What was on the wire is finished and written down; nobody is lost.\n"
            f"Go on: newsletter send {number}     Stop for now: newsletter pause {number}",
        )
        return record(standing), INTERRUPTED
    return record(standing), _code(last, standing.status.count(DeliveryOutcome.UNKNOWN))


def _goes_on(store: Store, number: int) -> bool:
    last = latest_dispatch(store, number)
    if last is None or last.state in _MOVING:
        return last is not None
    with store.read() as connection:
        return last.state is DispatchState.PAUSED and is_paused_by_person(connection, last.id)


def _code(last: Dispatch | None, unknown: int) -> int:
    if last is None or last.state is not DispatchState.SENT:
        return FOUND_ERRORS
    return UNKNOWN_LEFT if unknown else 0
