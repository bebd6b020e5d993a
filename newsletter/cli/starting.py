"""See to it that an issue has a dispatch that is due: made, brought forward, or found."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.approving import show_findings, warn_of_the_left_out
from newsletter.cli.asking import require_count
from newsletter.cli.output import plain, warn
from newsletter.cli.planning import warn_of_a_deaf_canary
from newsletter.dispatching.planning import Plan, reschedule, schedule
from newsletter.errors import BlockedError
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.publishing import approve, changed_since, require_sendable
from newsletter.scheduling.placing import latest_dispatch
from newsletter.scheduling.reach import Reach, count_reach, require_readers
from newsletter.scheduling.spoken import people as readers_in_words
from newsletter.store import Store
from newsletter.store.approvals import Approved, latest_approval, load_approval


class Starter:
    """Begins one `send`.

    Args:
        ask: whether a person sits there, who types the count before anything goes.
    """

    def __init__(self, app: App, store: Store, console: Console, *, ask: bool) -> None:
        self.app, self.store, self.console, self.ask = app, store, console, ask

    def begin(self, number: int, by: str) -> bool:
        """See to it that a dispatch is due.

        Returns:
            Whether there is anything to stay for; False after a finished one.

        Raises:
            BlockedError: it has errors, no readers, or waits for a person.
        """
        before = latest_dispatch(self.store, number)
        if before is None:
            self._dispatch(number, by)
            return True
        match before.state:
            case DispatchState.SENT | DispatchState.CANCELLED:
                self._explain_the_end(before)
                return False
            case DispatchState.PAUSED | DispatchState.NEEDS_REVIEW:
                raise _waits_for_a_person(before)
            case DispatchState.SCHEDULED if before.due_at > self.app.clock.now():
                self._bring_forward(before, by)
            case _:
                plain(self.console, f"Dispatch {before.id} is {before.state}; going on with it.")
        return True

    def _dispatch(self, number: int, by: str) -> None:
        composition = self.app.compose(str(number))
        require_sendable(composition)
        with self.store.read() as connection:
            approved = latest_approval(connection, number)
        if approved is None:
            show_findings(self.console, composition)
            approved = approve(self.store, composition, by=by, clock=self.app.clock)
        self._show(approved)
        schedule(self.store, approved.id, self._plan(by))

    def _bring_forward(self, before: Dispatch, by: str) -> None:
        plain(self.console, f"It is scheduled for {before.wall_time} {before.zone}; now instead.")
        with self.store.read() as connection:
            approved = load_approval(connection, before.approval_id)
        self._show(approved)
        reschedule(self.store, before.id, replace(self._plan(by), canary=before.canary))

    def _plan(self, by: str) -> Plan:
        return Plan(self.app.clock.now(), canary=self.app.site.dispatch.canary, by=by)

    def _show(self, approved: Approved) -> None:
        """What goes to whom; on a terminal the count must be typed."""
        reach = self._reach(approved)
        require_readers(reach, approved)
        audience = approved.audience.name or "by conditions"
        plain(self.console, f"Subject:  {approved.subject}")
        plain(self.console, f"Audience: {audience}, {readers_in_words(reach.readers)}")
        if changed_since(self.app.site, approved):
            warn(
                self.console,
                f"The files changed since {approved.by} approved them; what was approved is sent.",
            )
        warn_of_the_left_out(self.console, reach)
        warn_of_a_deaf_canary(self.console, self.app)
        if self.ask:
            require_count(reach.readers)

    def _reach(self, approved: Approved) -> Reach:
        with self.store.read() as connection:
            return count_reach(connection, approved, self.app.clock.now())

    def _explain_the_end(self, before: Dispatch) -> None:
        plain(
            self.console,
            f"Issue {before.issue_number} was {before.state} already; nothing is sent. For readers "
            f"it did not reach: newsletter follow-up {before.issue_number}",
        )


def _waits_for_a_person(before: Dispatch) -> BlockedError:
    number = before.issue_number
    if before.state is DispatchState.PAUSED:
        way = f"newsletter resume {number}, or cancel {number}"
    else:
        way = f'newsletter schedule {number} --at "YYYY-MM-DD HH:MM", or cancel {number}'
    told = before.state.replace("_", " ")
    return BlockedError(f"Dispatch {before.id} is {told}: {before.reason} To go on: {way}")
