"""What all buttons of a dispatch's page share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from newsletter.dispatching.status import dispatch_status
from newsletter.errors import NotFound
from newsletter.model.ledger import DeliveryOutcome, Dispatch
from newsletter.scheduling.lasting import expect, in_words
from newsletter.scheduling.spoken import at_site
from newsletter.store.dispatches import load_dispatch
from newsletter.web.studio.safeguards import asks_count
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

AT = "/dispatches/{id}"


class DispatchPages:
    """Finds the dispatch of an address, asks before it acts, and says what was done."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def ask(self, visit: Visit, of: Dispatch, **values: Any) -> Response:
        """Say what an act means, with its button."""
        asked = {"approval": "", "readers": 0, "count_problem": "", **values}
        asked["asks_count"] = asks_count(asked["readers"], self.above)
        return self.side.draw(
            visit,
            "confirm_dispatch",
            {**asked, "dispatch": of},
            400 if asked["count_problem"] else 200,
        )

    def done(
        self,
        visit: Visit,
        of: Dispatch,
        action: str,
        act: Callable[[str], object],
        told: str,
    ) -> Response:
        """Act, write down who did, and show the dispatch again."""
        act(visit.person.name)
        self.side.record(visit, action, name_of(of))
        return self.side.went(f"/studio/dispatches/{of.id}", told)

    def takes(self, readers: int, *, canary: int, per_hour: int = 0) -> str:
        """How long it takes to send to so many from now on, as a sentence."""
        app, now = self.side.app, self.side.app.clock.now()
        zone, wait = self.side.site.dispatch.timezone, app.settings.brakes.canary_wait_minutes
        with self.side.store.read() as connection:
            lasts = expect(
                connection,
                at_site(now, zone),
                {zone: readers},
                app.rules,
                canary=timedelta(minutes=wait if 0 < canary < readers else 0),
                readers_per_hour=per_hour,
                now=now,
            )
        span = in_words(lasts.takes)
        return f"Sending takes {'' if span.startswith('less') else 'about '}{span}."

    def dispatch(self, visit: Visit) -> Dispatch:
        """The dispatch of the address; raises NotFound."""
        with self.side.store.read() as connection:
            return load_dispatch(connection, number_in(visit, "id"))

    def wave(self, visit: Visit) -> int:
        """The wave of the address; raises NotFound when the dispatch has no such."""
        wave = number_in(visit, "wave")
        status = dispatch_status(self.side.store, number_in(visit, "id"))
        if wave not in [each.id for each in status.waves]:
            raise NotFound(f"Dispatch {status.dispatch.id} has no wave {wave}.")
        return wave

    @property
    def above(self) -> int:
        """From so many readers on the count is typed."""
        return self.side.app.settings.studio.type_count_above


def mailed(outcomes: Mapping[DeliveryOutcome, int]) -> int:
    """How many have the mail, or may have it."""
    return outcomes[DeliveryOutcome.ACCEPTED] + outcomes[DeliveryOutcome.UNKNOWN]


def name_of(of: Dispatch) -> str:
    """As the audit log says it."""
    return f"dispatch {of.id} of issue {of.issue_number}"


def number_in(visit: Visit, name: str) -> int:
    """A number out of the address; raises NotFound."""
    said = visit.named[name]
    if not (said.isascii() and said.isdecimal() and len(said) <= 18):
        raise NotFound(f'There is no dispatch "{said[:40]}".')
    return int(said)
