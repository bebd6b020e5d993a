"""Put an issue on the calendar, move it there, take it off; or send it now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from newsletter.content import Headline
from newsletter.dispatching.countdown import COUNTDOWN, counts_down
from newsletter.dispatching.planning import Plan
from newsletter.errors import BlockedError, NotFound
from newsletter.model.content import SUBSCRIBER_ZONE
from newsletter.model.person import Role
from newsletter.model.zone import known_zones
from newsletter.scheduling.lasting import in_words
from newsletter.scheduling.outlook import Outlook, how_long, look_ahead, plan_of
from newsletter.scheduling.placing import place
from newsletter.scheduling.reach import require_readers
from newsletter.scheduling.spoken import (
    at_clock_of,
    at_site,
    day_and_time,
    people,
    timing_of,
    when,
)
from newsletter.scheduling.timing import Timing
from newsletter.web.studio.routing import Address
from newsletter.web.studio.safeguards import asks_count, count_problem, require_same
from newsletter.web.studio.shelf import Shelf
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit
from newsletter.web.studio.wishes import (
    Wish,
    canary_size,
    hear,
    read_wish,
    usual_wish,
    wants_canary,
)

_USUAL_ZONES = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
)


@dataclass(frozen=True, slots=True)
class _Case:
    """One issue somebody wants to go out."""

    headline: Headline
    found: Outlook
    now: datetime


class Scheduling:
    """Two pages: one asks when, the other sends now."""

    def __init__(self, side: StudioSide, shelf: Shelf) -> None:
        self.side = side
        self.shelf = shelf

    def addresses(self) -> list[Address]:
        """Where they answer."""
        publisher = Role.PUBLISHER
        return [
            Address("/issues/{slug}/schedule", get=self.ask, post=self.put, may=publisher),
            Address("/issues/{slug}/send", get=self.ask_now, post=self.send, may=publisher),
        ]

    def ask(self, visit: Visit) -> Response:
        """When, and what follows from it."""
        try:
            case = self._case(visit)
        except BlockedError as problem:
            return self._blocked(visit, problem)
        wish = read_wish(lambda name: visit.query.get(name, ""), self._usual(case))
        return self.side.draw(visit, "schedule", self._values(case, wish))

    def put(self, visit: Visit) -> Response:
        """Put it on the calendar as asked."""
        case = self._case(visit)
        wish = read_wish(visit.form.one, self._usual(case))
        values = self._values(case, wish)
        timing: Timing | None = values["timing"]
        problem = count_problem(visit.form, case.found.reach.readers, self._above)
        if timing is None or values["asks_past"] or problem:
            return self.side.draw(visit, "schedule", {**values, "count_problem": problem}, 400)
        require_same(visit.form, case.found)
        require_readers(case.found.reach, case.found.approved)
        plan = plan_of(timing, values["canary"], visit.person.name)
        made = place(self.side.store, case.found.approved.id, plan, case.found.before)
        told = when(timing, case.found.reach.readers, case.now)
        self.side.record(visit, "schedule", visit.named["slug"], dispatch=made.id, when=told)
        return self.side.went(_back(visit, made.id, timing), f"Scheduled: {told}.")

    def ask_now(self, visit: Visit) -> Response:
        """What goes to whom, before the countdown begins."""
        try:
            case = self._case(visit)
        except BlockedError as problem:
            return self._blocked(visit, problem)
        return self.side.draw(visit, "send_now", self._now_values(case, visit))

    def send(self, visit: Visit) -> Response:
        """Begin the countdown."""
        case = self._case(visit)
        if case.found.before is not None and counts_down(case.found.before):
            # Another click, or another person's: its page says which version, and takes it back.
            return self.side.went(f"/studio/dispatches/{case.found.before.id}")
        values = self._now_values(case, visit)
        if problem := count_problem(visit.form, case.found.reach.readers, self._above):
            return self.side.draw(visit, "send_now", {**values, "count_problem": problem}, 400)
        require_same(visit.form, case.found)
        require_readers(case.found.reach, case.found.approved)
        plan = Plan(case.now + COUNTDOWN, canary=values["canary"], by=visit.person.name)
        made = place(self.side.store, case.found.approved.id, plan, case.found.before)
        self.side.record(visit, "send now", visit.named["slug"], dispatch=made.id)
        return self.side.went(f"/studio/dispatches/{made.id}")

    def _case(self, visit: Visit) -> _Case:
        slug = visit.named["slug"]
        headline = next((each for each in self.shelf.headlines() if each.slug == slug), None)
        if headline is None or not headline.number:
            raise NotFound(f'There is no issue "{slug}" with a number.')
        now = self.side.app.clock.now()
        return _Case(headline, look_ahead(self.side.store, headline.number, now), now)

    def _usual(self, case: _Case) -> Wish:
        return usual_wish(case.headline, case.found, self._zone, case.now)

    def _values(self, case: _Case, wish: Wish) -> dict[str, Any]:
        heard = hear(wish, case.found, self._zone, case.now)
        canary = self._canary(case.found, wants_canary(wish, case.found, self._of_site))
        values = self._shared(case, canary, heard.timing)
        return {
            **values,
            "wish": wish,
            "timing": heard.timing,
            "problem": heard.problem,
            "choices": [
                (each.at[:10], each.at[11:16], each.at[16:], each.words) for each in heard.choices
            ],
            "asks_past": heard.asks_past,
            "sentence": when(heard.timing, case.found.reach.readers, case.now)
            if heard.timing
            else "",
            "zones": self._zones(wish.zone),
            "back": "",
        }

    def _now_values(self, case: _Case, visit: Visit) -> dict[str, Any]:
        ticked = visit.form.one("canary") == "yes" if visit.form.has("asked") else None
        if "asked" in visit.query:
            ticked = visit.query.get("canary") == "yes"
        wish = replace(self._usual(case), canary=ticked)
        canary = self._canary(case.found, wants_canary(wish, case.found, self._of_site))
        return self._shared(case, canary, at_site(case.now + COUNTDOWN, self._zone))

    def _shared(self, case: _Case, canary: int, timing: Timing | None) -> dict[str, Any]:
        found, app = case.found, self.side.app
        wait = timedelta(minutes=app.settings.brakes.canary_wait_minutes)
        lasts, ends = None, ""
        if timing is not None:
            pause = wait if canary else timedelta()
            lasts = how_long(self.side.store, found, timing, app.rules, pause, case.now)
            ends = day_and_time(at_clock_of(lasts.ends, timing, self._zone), case.now)
        return {
            "issue": case.headline,
            "found": found,
            "readers": found.reach.readers,
            "people": people(found.reach.readers),
            "nothing_chosen": people(found.reach.nothing_chosen),
            "standing": self._standing(case),
            "is_changed": self.shelf.is_changed(found.approved.id, found.approved),
            "approved_at": day_and_time(at_site(found.approved.at, self._zone), case.now),
            "lasts": lasts,
            "takes": in_words(lasts.takes) if lasts else "",
            "ends": ends,
            "canary": canary,
            "canary_size": canary_size(self._of_site),
            "wait": in_words(wait),
            "deaf": app.why_no_events if canary else "",
            "asks_count": asks_count(found.reach.readers, self._above),
            "count_problem": "",
        }

    def _standing(self, case: _Case) -> str:
        before = case.found.before
        return day_and_time(timing_of(before, self._zone), case.now) if before else ""

    def _canary(self, found: Outlook, wanted: bool) -> int:
        size = canary_size(self._of_site)
        return size if wanted and found.reach.readers > size else 0

    def _zones(self, chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
        usual = dict.fromkeys((self._zone, *_USUAL_ZONES, chosen))
        usual.pop(SUBSCRIBER_ZONE, None)
        near = [(SUBSCRIBER_ZONE, "Each reader's own clock")]
        near += [(name, _city(name)) for name in usual]
        rest = [(name, name.replace("_", " ")) for name in sorted(known_zones())]
        return [("Usual", near), ("All", [each for each in rest if each[0] not in usual])]

    def _blocked(self, visit: Visit, problem: BlockedError) -> Response:
        told = str(problem).partition(" First:")[0]
        return self.side.draw(visit, "unapproved", {"slug": visit.named["slug"], "says": told}, 409)

    @property
    def _zone(self) -> str:
        return self.side.site.dispatch.timezone

    @property
    def _of_site(self) -> int:
        return self.side.site.dispatch.canary

    @property
    def _above(self) -> int:
        return self.side.app.settings.studio.type_count_above


def _city(name: str) -> str:
    return f"{name.rpartition('/')[2].replace('_', ' ')} ({name})"


def _back(visit: Visit, dispatch_id: int, timing: Timing) -> str:
    """Where the person came from: the month it moved to, or the dispatch."""
    if visit.form.one("back") == "calendar":
        return f"/studio/calendar?month={timing.wall:%Y-%m}"
    return f"/studio/dispatches/{dispatch_id}"
