"""The rehearsal, and the button that freezes a letter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from newsletter.errors import BlockedError, NewsletterError, UsageError
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.model.person import Role
from newsletter.publishing import Asking, Composition, compose
from newsletter.reviewing.authors import authors_of
from newsletter.reviewing.deciding import (
    Decided,
    Decision,
    Unaccepted,
    decide,
    is_one_of,
)
from newsletter.reviewing.rehearsing import Rehearsal, mail_of, rehearse
from newsletter.reviewing.seeing import Changed
from newsletter.scheduling.lasting import in_words as span_in_words
from newsletter.scheduling.spoken import at_clock_of, day_and_time, in_how_long
from newsletter.store.approvals import latest_approval
from newsletter.web.preview import letter
from newsletter.web.preview.showing import variant_label
from newsletter.web.studio.letter_views import decision_values, require_slug, room_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit


class Approving:
    """The page before an approval, readers' mails on it, and the page after."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they answer; all for publishers."""
        publisher, page = Role.PUBLISHER, "/issues/{slug}/approve"
        return [
            Address(page, get=self.page, post=self.approve, may=publisher),
            Address(f"{page}/readers/{{reader:int}}.html", get=self.mail, may=publisher),
            Address("/issues/{slug}/approved", get=self.approved, may=publisher),
        ]

    def page(self, visit: Visit) -> Response:
        """Everything an approval would mean."""
        return self._draw(visit, *self._made(visit))

    def approve(self, visit: Visit) -> Response:
        """Freeze what was shown, or say why not."""
        composition, asked = self._made(visit)
        person, form = visit.person, visit.form
        decision = Decision(
            by=person.name,
            seen=form.one("seen"),
            accepted=frozenset(form.many("accepted")),
            rebind=form.has("rebind"),
            email=person.email,
        )
        authors = self._authors(composition)
        try:
            decided = decide(room_of(self.side), composition, decision, authors=authors)
        except (Changed, Unaccepted, BlockedError) as problem:
            status = 400 if isinstance(problem, Unaccepted) else 409
            return self._draw(visit, composition, asked, problem, status)
        slug = composition.issue.slug
        self.side.record(visit, "approve", slug, approval=decided.approved.id, seen=decision.seen)
        return self.side.went(f"/studio/issues/{slug}/approved", _told(decided))

    def mail(self, visit: Visit) -> Response:
        """The mail one reader would get, for a frame."""
        slug = require_slug(self.side, visit)
        composition = self.side.desk.composition(slug)
        mail = mail_of(self.side.store, composition, int(visit.named["reader"]))
        return letter.framed(mail.html, composition.site, images=True)

    def approved(self, visit: Visit) -> Response:
        """What was approved, that it is not scheduled by that, and what comes next."""
        slug = require_slug(self.side, visit)
        composition = self.side.desk.composition(slug)
        with self.side.store.read() as connection:
            found = latest_approval(connection, composition.issue.number)
        if found is None:
            return self.side.went(f"/studio/issues/{slug}/approve")
        values = decision_values(self.side, composition)
        values |= {"slug": slug, "approved": found, "is_scheduled": _waits(values["under_way"])}
        return self.side.draw(visit, "approved", values)

    def _made(self, visit: Visit) -> tuple[Composition, Asking]:
        """The letter as the files make it now, with what the list says about it."""
        slug, site = require_slug(self.side, visit), self.side.site
        asking = Asking(site, self.side.store, readers=True)
        return compose(site, slug, self.side.app.evidence, asking), asking

    def _authors(self, composition: Composition) -> tuple[str, ...]:
        if not self.side.app.settings.studio.two_people:
            return ()
        return authors_of(self.side.store, self.side.root, composition.issue)

    def _draw(
        self,
        visit: Visit,
        composition: Composition,
        asked: Asking,
        problem: NewsletterError | None = None,
        status: int = 200,
    ) -> Response:
        values = decision_values(self.side, composition)
        seen = self._rehearsal(composition, asked, values["under_way"])
        form = visit.form
        values |= self._rehearsed(composition, seen) | {
            "slug": composition.issue.slug,
            "rehearsal": seen,
            "is_author": is_one_of(
                self._authors(composition), visit.person.name, visit.person.email
            ),
            "is_scheduled": _waits(values["under_way"]),
            "problem": str(problem) if problem else "",
            "missing": problem.missing if isinstance(problem, Unaccepted) else frozenset(),
            # What was ticked for another letter counts for nothing.
            "ticked": frozenset()
            if isinstance(problem, Changed)
            else frozenset(form.many("accepted")),
            "rebind": form.has("rebind"),
        }
        return self.side.draw(visit, "approve", values, status)

    def _rehearsal(
        self, composition: Composition, asked: Asking, under_way: Dispatch | None
    ) -> Rehearsal:
        app = self.side.app
        return rehearse(
            self.side.store,
            composition,
            asked,
            app.rules,
            scheduled=under_way if _waits(under_way) else None,
            canary_wait=timedelta(minutes=app.settings.brakes.canary_wait_minutes),
        )

    def _rehearsed(self, composition: Composition, found: Rehearsal) -> dict[str, Any]:
        zone, now = self.side.site.dispatch.timezone, self.side.app.clock.now()
        made = composition.renditions.renditions
        labels = {each.variant: variant_label(each, composition.site) for each in made}
        lasting, said = found.lasting, {}
        if found.timing is not None and lasting is not None:
            said = {
                "begins": day_and_time(found.timing, now),
                "in_how_long": in_how_long(found.timing, now),
                "last_wave": day_and_time(at_clock_of(lasting.last_wave, found.timing, zone), now)
                if lasting.last_wave > lasting.begins
                else "",
                "ends": day_and_time(at_clock_of(lasting.ends, found.timing, zone), now),
                "takes": span_in_words(lasting.takes),
            }
        return {"labels": labels, "said": said}


def _waits(under_way: Dispatch | None) -> bool:
    return under_way is not None and under_way.state is DispatchState.SCHEDULED


def _told(decided: Decided) -> str:
    if decided.rebound:
        return "Approved. It takes the place of the version before, at the time that was planned."
    if decided.under_way is not None:
        return "Approved. What is going out already goes on with the version before."
    return "Approved. Nothing goes out before somebody schedules it."


def require_int(text: str, what: str) -> int:
    """A number out of a form; raises UsageError for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise UsageError(f"Choose {what}.")
    return int(text)
