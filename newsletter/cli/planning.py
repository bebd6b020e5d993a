"""`schedule` and `unschedule`: put an issue on the calendar, move it, take it off."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.approving import warn_of_the_left_out
from newsletter.cli.asking import By, IssueName, Json, Yes, agree, may_ask, named
from newsletter.cli.naming import find_dispatch
from newsletter.cli.output import emit, people, plain, warn
from newsletter.cli.records import dispatch_record
from newsletter.dispatching.planning import Plan, reschedule, schedule, unschedule
from newsletter.dispatching.ticking import last_tick
from newsletter.errors import UsageError
from newsletter.model.content import Issue
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.publishing import changed_since, require_sendable
from newsletter.scheduling.placing import approval_of, movable_dispatch
from newsletter.scheduling.reach import Reach, count_reach, require_readers
from newsletter.scheduling.spoken import day_and_time, when
from newsletter.scheduling.spoken import people as readers_in_words
from newsletter.scheduling.timing import Past, Timing, read_timing
from newsletter.scheduling.watch import is_watched
from newsletter.store import Store


def register(program: typer.Typer) -> None:
    """Add these commands."""
    program.command("schedule")(schedule_issue)
    program.command("unschedule")(unschedule_issue)


def schedule_issue(
    context: typer.Context,
    issue: IssueName,
    at: Annotated[
        str, typer.Option(metavar='"YYYY-MM-DD HH:MM"', help="Beats the file's send_at.")
    ] = "",
    timezone: Annotated[
        str, typer.Option(metavar="ZONE", help="Such as Europe/Berlin; or: subscriber.")
    ] = "",
    past: Annotated[
        Past | None, typer.Option(help="For readers whose own time is past already.")
    ] = None,
    by: By = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Send what was approved, at that time."""
    app: App = context.obj()
    console = people(json)
    composition = app.compose(issue)
    require_sendable(composition)
    store = app.open_store()
    try:
        desk = _Calendar(app, store, console, composition.issue, yes=yes, json=json)
        made = desk.put(at, timezone, past, named(by))
    finally:
        store.close()
    if json:
        emit(dispatch_record(made) | {"readers": desk.reach.readers})


def unschedule_issue(
    context: typer.Context, issue: IssueName, by: By = "", json: Json = False
) -> None:
    """Take an issue off the calendar; nothing of it was sent."""
    app: App = context.obj()
    store = app.open_store()
    try:
        done = unschedule(store, find_dispatch(app, store, issue).id, named(by))
    finally:
        store.close()
    plain(people(json), f"Issue {done.issue_number} is off the calendar. Nothing was sent.")
    if json:
        emit(dispatch_record(done))


def tell_if_unwatched(console: Console, app: App, store: Store) -> None:
    """Say so when no scheduler runs: what is due would wait."""
    with store.read() as connection:
        ticked = last_tick(connection)
    if not is_watched(ticked, app.clock.now()):
        warn(
            console,
            "No scheduler is running. Start `newsletter serve` or `python scheduler.py`; "
            "without one nothing goes out.",
        )


def warn_of_a_deaf_canary(console: Console, app: App) -> None:
    """Say so when a canary will wait for word that can not come."""
    if app.site.dispatch.canary and app.why_no_events:
        warn(
            console,
            f"The canary can hear nothing: {app.why_no_events}. After "
            f"{app.settings.brakes.canary_wait_minutes:g} minutes it passes unless the provider "
            "refused too many of its mails at once; bounces and complaints stay unseen.",
        )


class _Calendar:
    """One issue and where it goes on the calendar."""

    def __init__(
        self, app: App, store: Store, console: Console, issue: Issue, *, yes: bool, json: bool
    ) -> None:
        self.app, self.store, self.console, self.issue = app, store, console, issue
        self.yes, self.json = yes, json
        self.now = app.clock.now()
        self.approved = approval_of(store, issue.number)
        with store.read() as connection:
            self.reach: Reach = count_reach(connection, self.approved, self.now)

    def put(self, at: str, zone: str, past: Past | None, by: str) -> Dispatch:
        """Schedule the issue, or move it where it is scheduled already."""
        require_readers(self.reach, self.approved)
        before = movable_dispatch(self.store, self.issue.number)
        timing, past = self._timing(at, zone, past)
        plan = Plan(
            due_at=timing.due_at,
            wall_time=timing.wall_text,
            zone=timing.zone,
            past_zones=past,
            canary=self.app.site.dispatch.canary,
            by=by,
        )
        made = self._make(plan, timing) if before is None else self._move(before, plan, timing)
        self._tell(timing)
        warn_of_a_deaf_canary(self.console, self.app)
        return made

    def _timing(self, at: str, zone: str, past: Past | None) -> tuple[Timing, Past]:
        def read(choice: Past) -> Timing:
            return read_timing(
                self.issue,
                self.reach.zones,
                site_zone=self.app.site.dispatch.timezone,
                now=self.now,
                at=at,
                zone=zone,
                past=choice,
            )

        timing = read(past or Past.NOW)
        if timing.past and past is None:
            past = self._choose(timing)
            timing = read(past)
        return timing, past or Past.NOW

    def _choose(self, timing: Timing) -> Past:
        told = (
            f"For {readers_in_words(timing.past)} in {_listed(timing.past_zones)} "
            f"{timing.wall:%H:%M} on that day is past already."
        )
        if not may_ask(yes=self.yes, json=self.json):
            raise UsageError(f"{told} Say --past now, or --past next_day for a day later.")
        plain(self.console, told)
        return Past(typer.prompt("Send them now, or next_day", type=Past, err=True))

    def _make(self, plan: Plan, timing: Timing) -> Dispatch:
        planned = schedule(self.store, self.approved.id, plan)
        if planned.is_new:
            return planned.dispatch
        return self._move(planned.dispatch, plan, timing)  # another click was quicker

    def _move(self, before: Dispatch, plan: Plan, timing: Timing) -> Dispatch:
        if (before.due_at, before.zone) == (plan.due_at, plan.zone) and not before.reason:
            return before
        told = _standing(before)
        agree(
            f"{told} Move it to {day_and_time(timing, self.now)}?",
            yes=self.yes,
            json=self.json,
            otherwise=f"{told} With --yes it moves to {day_and_time(timing, self.now)}.",
        )
        return reschedule(self.store, before.id, replace(plan, canary=before.canary))

    def _tell(self, timing: Timing) -> None:
        plain(self.console, f"{when(timing, self.reach.readers, self.now)}.")
        warn_of_the_left_out(self.console, self.reach)
        if changed_since(self.app.site, self.approved):
            warn(
                self.console,
                f"The files changed since {self.approved.by} approved them. What was approved is "
                f"sent; to send the change: newsletter approve {self.issue.number} --by NAME",
            )
        tell_if_unwatched(self.console, self.app, self.store)


def _standing(before: Dispatch) -> str:
    if before.state is DispatchState.NEEDS_REVIEW:
        return f"Issue {before.issue_number} waits for a person: {before.reason}"
    told = before.wall_time or f"{before.due_at:%Y-%m-%d %H:%M} UTC"
    return f"Issue {before.issue_number} is scheduled for {told} {before.zone}".rstrip() + "."


def _listed(zones: tuple[str, ...], most: int = 5) -> str:
    more = len(zones) - most
    return ", ".join(zones[:most]) + (f" and {more} more zones" if more > 0 else "")
