"""Send a corrected version to the rest, or an issue to those it missed."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.dispatching import control
from newsletter.dispatching.planning import Plan, follow_up
from newsletter.dispatching.status import dispatch_status
from newsletter.errors import BlockedError, LedgerError
from newsletter.model.ledger import DeliveryOutcome, Dispatch, DispatchState
from newsletter.model.person import Role
from newsletter.scheduling.outlook import newer_version
from newsletter.scheduling.placing import approval_of
from newsletter.scheduling.reach import Missed, count_missed
from newsletter.scheduling.spoken import people
from newsletter.store.approvals import Approved
from newsletter.web.studio.dispatch_pages import AT, DispatchPages, mailed, name_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.safeguards import count_problem
from newsletter.web.studio.visit import Visit


class Mending(DispatchPages):
    """Both ask first, with the numbers, and bind to the version that was shown."""

    def addresses(self) -> list[Address]:
        """Where it answers."""
        may = Role.PUBLISHER
        return [
            Address(f"{AT}/correct", get=self.ask_correct, post=self.correct, may=may),
            Address(f"{AT}/follow-up", get=self.ask_follow_up, post=self.follow_up, may=may),
        ]

    def ask_correct(self, visit: Visit) -> Response:
        """Who gets the new version and who has the old one."""
        of = self.dispatch(visit)
        return self._correction(visit, of, self._newer(of), "")

    def correct(self, visit: Visit) -> Response:
        """End the old version and send the new one to the rest."""
        of = self.dispatch(visit)
        newer = self._newer(of)
        if visit.form.one("approval") != str(newer.id):
            raise BlockedError("Another version was approved while you looked. Look again.")
        left = dispatch_status(self.side.store, of.id).outcomes[DeliveryOutcome.QUEUED]
        if problem := count_problem(visit.form, left, self.above):
            return self._correction(visit, of, newer, problem)
        plan = Plan(self.side.app.clock.now(), canary=of.canary, by=visit.person.name)
        made = control.correct(self.side.store, of.id, newer.id, plan).dispatch
        self.side.record(visit, "correct", name_of(of), by=made.id)
        told = f"The version {newer.by} approved goes to those not yet mailed."
        return self.side.went(f"/studio/dispatches/{made.id}", told)

    def ask_follow_up(self, visit: Visit) -> Response:
        """Whom a follow-up would mail."""
        return self._following(visit, self.dispatch(visit), "")

    def follow_up(self, visit: Visit) -> Response:
        """Send it to those whom it did not reach."""
        of = self.dispatch(visit)
        approved, missed = self._missed(of)
        if visit.form.one("approval") != str(approved.id):
            raise BlockedError("Another version was approved while you looked. Look again.")
        if problem := count_problem(visit.form, missed.readers, self.above):
            return self._following(visit, of, problem)
        if not missed.readers:
            raise BlockedError("It reached everyone it is for; there is nobody to follow.")
        plan = Plan(
            self.side.app.clock.now(), canary=self.side.site.dispatch.canary, by=visit.person.name
        )
        made = follow_up(self.side.store, approved.id, plan).dispatch
        self.side.record(visit, "follow up", name_of(of), by=made.id)
        return self.side.went(f"/studio/dispatches/{made.id}", "On its way to those it missed.")

    def _correction(self, visit: Visit, of: Dispatch, newer: Approved, problem: str) -> Response:
        outcomes = dispatch_status(self.side.store, of.id).outcomes
        left = outcomes[DeliveryOutcome.QUEUED]
        told = (
            f"{people(left)} who wait get the version that {newer.by} approved. "
            f"{people(mailed(outcomes))} have the old one already and get nothing more; "
            "a correction for them is an issue of its own. "
            f"{self.takes(left, canary=of.canary, per_hour=of.readers_per_hour)}"
        )
        return self.ask(
            visit,
            of,
            title="Send the corrected version to the rest?",
            says=told,
            action=f"/studio/dispatches/{of.id}/correct",
            words=f"Send it to {people(left)}",
            approval=newer.id,
            readers=left,
            count_problem=problem,
        )

    def _following(self, visit: Visit, of: Dispatch, problem: str) -> Response:
        approved, missed = self._missed(of)
        told = (
            f"{people(missed.readers)} did not get it: {missed.rejected:,} were refused by the "
            f"provider, {missed.excluded:,} were left out and may be mailed now, "
            f"{missed.never_frozen:,} joined or came to match since. "
            f"They get the version that {approved.by} approved. "
            f"{self.takes(missed.readers, canary=self.side.site.dispatch.canary)}"
        )
        return self.ask(
            visit,
            of,
            title="Send it to those it missed?",
            says=told,
            action=f"/studio/dispatches/{of.id}/follow-up",
            words=f"Send to {people(missed.readers)}" if missed.readers else "",
            approval=approved.id,
            readers=missed.readers,
            count_problem=problem,
        )

    def _missed(self, of: Dispatch) -> tuple[Approved, Missed]:
        approved = approval_of(self.side.store, of.issue_number)
        with self.side.store.read() as connection:
            return approved, count_missed(connection, approved, self.side.app.clock.now())

    def _newer(self, of: Dispatch) -> Approved:
        newer = newer_version(self.side.store, of)
        if of.state is not DispatchState.PAUSED or newer is None:
            raise LedgerError(
                "Stop it first, change the letter, and have it approved again; then it can be "
                "corrected for those who were not mailed yet."
            )
        return newer
