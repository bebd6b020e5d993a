"""The month calendar: issues at their time, to look at and to move."""

from __future__ import annotations

from datetime import date, datetime

from starlette.responses import JSONResponse, RedirectResponse, Response

from newsletter.authoring import change, change_letter, open_issue
from newsletter.errors import NotFound, UsageError
from newsletter.model.person import Role
from newsletter.scheduling.spoken import at_site, day_name
from newsletter.web.studio.month import DRAFT, Item, items_of, month_of, read_month, shifted
from newsletter.web.studio.routing import Address
from newsletter.web.studio.shelf import Shelf
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit


class Calendar:
    """Drafts move at once, by writing what they propose; what is scheduled is asked about."""

    def __init__(self, side: StudioSide, shelf: Shelf) -> None:
        self.side = side
        self.shelf = shelf

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [
            Address("/calendar", get=self.month),
            Address("/calendar/{slug}/move", get=self.ask, post=self.move),
        ]

    def month(self, visit: Visit) -> Response:
        """One month."""
        zone = self.side.site.dispatch.timezone
        today = at_site(self.side.app.clock.now(), zone).wall.date()
        first = read_month(visit.query.get("month", ""), today)
        values = {
            "month": month_of(first, self._items(), today),
            "zone": zone.rpartition("/")[2].replace("_", " "),
            "this_month": f"{today:%Y-%m}",
            "is_now": first == today.replace(day=1),
            "may_publish": visit.person.may(Role.PUBLISHER),
        }
        return self.side.draw(visit, "calendar", values)

    def ask(self, visit: Visit) -> Response:
        """The same as a form, for keyboards and browsers without scripts."""
        item = self._item(visit)
        if item.kind != DRAFT:
            return RedirectResponse(f"/studio/issues/{item.slug}/schedule", 303)
        return self._form(visit, item, "")

    def move(self, visit: Visit) -> Response:
        """Write another proposed time into a draft."""
        item = self._item(visit)
        if item.kind != DRAFT:
            raise UsageError("It is scheduled. Moving it is for publishers, on its own page.")
        try:
            wall = self._wanted(visit, item)
        except ValueError:
            return self._form(visit, item, "Choose a day, and a time like 09:00.")
        site = self.side.site
        planned = {"send_at": f"{wall:%Y-%m-%d %H:%M}"}
        change(site, open_issue(site, item.slug), lambda text: change_letter(text, planned))
        told = f"{item.subject} is proposed for {day_name(wall)}, {wall:%H:%M} now."
        self.side.record(visit, "move draft", item.slug, to=planned["send_at"])
        if visit.part:
            return JSONResponse({"told": told})
        return self.side.went(f"/studio/calendar?month={wall:%Y-%m}", told)

    def _wanted(self, visit: Visit, item: Item) -> datetime:
        """Where it is moved: to a square, or to the time of a form. Raises ValueError."""
        if square := visit.form.one("square"):
            return shifted(item, date.fromisoformat(square))
        said = f"{visit.form.one('day')} {visit.form.one('time')}"
        return datetime.strptime(said, "%Y-%m-%d %H:%M")  # noqa: DTZ007 - a wall time

    def _form(self, visit: Visit, item: Item, problem: str) -> Response:
        values = {"item": item, "problem": problem, "typed": visit.form}
        return self.side.draw(visit, "move_draft", values, 400 if problem else 200)

    def _item(self, visit: Visit) -> Item:
        slug = visit.named["slug"]
        found = next((each for each in self._items() if each.slug == slug), None)
        if found is None:
            raise NotFound(f'There is no issue "{slug}" in the calendar.')
        return found

    def _items(self) -> tuple[Item, ...]:
        zone = self.side.site.dispatch.timezone
        return items_of(self.shelf.headlines(), self.shelf.places(), zone)
