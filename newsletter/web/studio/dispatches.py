"""One dispatch: how it goes, live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from starlette.responses import Response

from newsletter.dispatching.countdown import counts_down
from newsletter.feedback.wording import without_addresses
from newsletter.model.ledger import Dispatch, DispatchKind, DispatchState
from newsletter.model.person import Role
from newsletter.scheduling.outlook import newer_version
from newsletter.scheduling.reach import count_reach
from newsletter.scheduling.spoken import at_site, day_and_time, in_how_long, people, timing_of
from newsletter.store.approvals import Approved, load_approval
from newsletter.store.dispatches import dispatches_of
from newsletter.web.studio.dispatch_pages import AT, DispatchPages, number_in
from newsletter.web.studio.going import Going
from newsletter.web.studio.routing import Address
from newsletter.web.studio.shelf import Shelf
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit
from newsletter.web.studio.watching import Watcher


class Dispatches(DispatchPages):
    """The page of one dispatch."""

    def __init__(self, side: StudioSide, shelf: Shelf) -> None:
        super().__init__(side)
        self.shelf = shelf

    def addresses(self) -> list[Address]:
        """Where it answers."""
        return [Address(AT, get=self.show), Address(f"{AT}/live", stream=self.live)]

    def show(self, visit: Visit) -> Response:
        """How it goes."""
        watcher = self._watcher(visit)
        found = watcher.look()
        live = {"it": found, "may_publish": watcher.may_publish}
        return self.side.draw(visit, "dispatch", self._values(found) | live)

    def live(self, visit: Visit) -> AsyncIterator[str]:
        """The same as it changes."""
        return self._watcher(visit).events()

    def _values(self, found: Going) -> dict[str, Any]:
        of = found.status.dispatch
        zone, now = self.side.site.dispatch.timezone, self.side.app.clock.now()
        with self.side.store.read() as connection:
            approved = load_approval(connection, of.approval_id)
            all_of_them = dispatches_of(connection, of.issue_number)
        headlines = self.shelf.headlines()
        timing = timing_of(of, zone)
        is_open = of.state in (DispatchState.SCHEDULED, DispatchState.NEEDS_REVIEW)
        newer = newer_version(self.side.store, of) if of.state is DispatchState.PAUSED else None
        return {
            "dispatch": of,
            "reason": without_addresses(of.reason),
            "approved": approved,
            "approved_at": day_and_time(at_site(approved.at, zone), now),
            "slug": next((each.slug for each in headlines if each.number == of.issue_number), ""),
            "when": day_and_time(timing, now),
            "in_how_long": in_how_long(timing, now),
            "counts_down": counts_down(of),
            "seconds": max(0, round((of.due_at - now).total_seconds())),
            "due_ms": int(of.due_at.timestamp() * 1000),
            "due_time": f"{at_site(of.due_at, zone).wall:%H:%M}",
            "is_changed": is_open and self.shelf.is_changed(approved.id, approved),
            "newer": newer,
            "ended": day_and_time(at_site(of.ended_at, zone), now) if of.ended_at else "",
            "readers": self._readers(of, approved, now),
            "is_last": of.id == all_of_them[-1].id,
            "others": [each for each in all_of_them if each.id != of.id],
            "is_follow_up": of.kind is DispatchKind.FOLLOW_UP,
            "watched": found.status.watched is not None,
        }

    def _readers(self, of: Dispatch, approved: Approved, now: datetime) -> str:
        """Who would get it today, in words; empty once they are counted for good."""
        if of.state not in (DispatchState.SCHEDULED, DispatchState.NEEDS_REVIEW):
            return ""
        is_follow_up = of.kind is DispatchKind.FOLLOW_UP
        with self.side.store.read() as connection:
            return people(count_reach(connection, approved, now, follow_up=is_follow_up).readers)

    def _watcher(self, visit: Visit) -> Watcher:
        return Watcher(self.side, number_in(visit, "id"), visit.person.may(Role.PUBLISHER))
