"""Stop, go on, take back, take off, cancel: what a publisher does to a dispatch."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.dispatching import control
from newsletter.dispatching.countdown import take_back
from newsletter.dispatching.planning import unschedule
from newsletter.dispatching.status import dispatch_status
from newsletter.model.ledger import DeliveryOutcome, DispatchState
from newsletter.model.person import Role
from newsletter.scheduling.spoken import people
from newsletter.web.studio.dispatch_pages import AT, DispatchPages, mailed, name_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.visit import Visit

CANARY = "canary"


class Controlling(DispatchPages):
    """Each takes effect between two batches; what is on the wire is finished."""

    def addresses(self) -> list[Address]:
        """Where it answers."""
        may = Role.PUBLISHER
        wave = f"{AT}/waves/{{wave}}/cancel"
        return [
            Address(f"{AT}/stop", post=self.stop, may=may),
            Address(f"{AT}/resume", post=self.resume, may=may),
            Address(f"{AT}/undo", post=self.undo, may=may),
            Address(f"{AT}/unschedule", post=self.unschedule, may=may),
            Address(f"{AT}/cancel", get=self.ask_cancel, post=self.cancel, may=may),
            Address(wave, get=self.ask_cancel_wave, post=self.cancel_wave, may=may),
        ]

    def stop(self, visit: Visit) -> Response:
        """Stop between two batches; what is on the wire is finished."""
        of = self.dispatch(visit)
        return self.done(
            visit, of, "stop", lambda by: control.pause(self.side.store, of.id, by=by), "Stopped."
        )

    def resume(self, visit: Visit) -> Response:
        """Go on where it was; or, when the form says so, without waiting for word of a canary.

        Each has its own button: a second click on the one must never do the other.
        """
        of, store = self.dispatch(visit), self.side.store
        if visit.form.one("past") == CANARY:
            return self.done(
                visit,
                of,
                "pass canary",
                lambda by: control.pass_canary(store, of.id, by=by),
                "The others are next.",
            )
        return self.done(
            visit, of, "resume", lambda by: control.resume(store, of.id, by=by), "It goes on."
        )

    def undo(self, visit: Visit) -> Response:
        """Take `send now` back."""
        of, now = self.dispatch(visit), self.side.app.clock.now()
        back = take_back(self.side.store, of.id, visit.person.name, now)
        self.side.record(visit, "undo send now", name_of(of))
        if back.state is DispatchState.CANCELLED:
            return self.side.went("/studio/", "Taken back. Nothing was sent.")
        told = "Taken back. It is scheduled as before; nothing was sent."
        if back.state is not DispatchState.SCHEDULED:
            told = "Taken back. Nothing was sent; it waits for a decision again."
        return self.side.went(f"/studio/dispatches/{of.id}", told)

    def unschedule(self, visit: Visit) -> Response:
        """Take it off the calendar."""
        of = self.dispatch(visit)
        unschedule(self.side.store, of.id, visit.person.name)
        self.side.record(visit, "unschedule", name_of(of))
        return self.side.went("/studio/", "Off the calendar. Nothing was sent; it stays approved.")

    def ask_cancel(self, visit: Visit) -> Response:
        """What cancelling means, in numbers."""
        of = self.dispatch(visit)
        status = dispatch_status(self.side.store, of.id)
        left, had = status.outcomes[DeliveryOutcome.QUEUED], mailed(status.outcomes)
        if of.frozen:
            told = f"{people(left)} will not get it. {people(had)} have it already."
        else:
            told = "Nobody was mailed yet, and nobody will be."
        return self.ask(
            visit,
            of,
            title="Cancel it for good?",
            says=f"{told} A cancelled dispatch can not be resumed; a follow-up can mail the rest.",
            action=f"/studio/dispatches/{of.id}/cancel",
            words="Cancel it",
        )

    def cancel(self, visit: Visit) -> Response:
        """End it."""
        of = self.dispatch(visit)
        return self.done(
            visit,
            of,
            "cancel",
            lambda by: control.cancel(self.side.store, of.id, by=by),
            "Cancelled. Whoever was not mailed yet is not mailed.",
        )

    def ask_cancel_wave(self, visit: Visit) -> Response:
        """The same for one wave."""
        of, wave = self.dispatch(visit), self.wave(visit)
        return self.ask(
            visit,
            of,
            title="Cancel this wave alone?",
            says="Its readers who were not mailed yet do not get it. The other waves go on.",
            action=f"/studio/dispatches/{of.id}/waves/{wave}/cancel",
            words="Cancel this wave",
        )

    def cancel_wave(self, visit: Visit) -> Response:
        """End one wave."""
        of, wave = self.dispatch(visit), self.wave(visit)
        return self.done(
            visit,
            of,
            "cancel wave",
            lambda by: control.cancel_wave(self.side.store, wave, by=by),
            "The wave is cancelled; the others go on.",
        )
