"""Health: how the list fares, and whether the site is fit to send, with what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.feedback.health import health_warnings, list_health
from newsletter.feedback.limits import (
    BOUNCES_LIMIT,
    BOUNCES_WARN,
    COMPLAINTS_LIMIT,
    COMPLAINTS_WARN,
)
from newsletter.feedback.list_numbers import Health, Week
from newsletter.model.person import Role
from newsletter.publishing.examining import (
    MADE_UP_READER,
    Examined,
    examine_outside,
    examine_settings,
)
from newsletter.publishing.examining import Health as Fitness
from newsletter.scheduling.readiness import troubles
from newsletter.store.figures import read_figures
from newsletter.web.studio.charts import Chart, Line, Share, rates
from newsletter.web.studio.remembering import Remembered
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.ticks import is_looked_after
from newsletter.web.studio.visit import Visit

GOOD_FOR = 60.0  # seconds; the mails of the last weeks are counted
_LOOK = {
    Fitness.GOOD: ("Good", "fine"),
    Fitness.WEAK: ("Could be better", "warning"),
    Fitness.BAD: ("Needs mending", "error"),
    Fitness.UNKNOWN: ("Not known", "plain"),
}
_NAMES = {"public_url": "The site's address", "images_url": "Address of pictures"}
_WEIGHT = (Fitness.BAD, Fitness.WEAK, Fitness.UNKNOWN, Fitness.GOOD)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing that was looked at.

    Attributes:
        badge, tone: how it stands.
    """

    what: str
    told: str
    badge: str
    tone: str


class HealthPages:
    """The page of health."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side
        self._counted: Remembered[Health] = Remembered(side.app.clock, GOOD_FOR)

    def addresses(self) -> list[Address]:
        """Where it is."""
        return [
            Address("/health", get=self.health, may=Role.PUBLISHER),
            Address("/health/outside", post=self.outside, may=Role.PUBLISHER),
        ]

    def health(self, visit: Visit) -> Response:
        """Everything that can be said without asking anybody."""
        return self._draw(visit, ())

    def outside(self, visit: Visit) -> Response:
        """The same, and what DNS and the site's own unsubscribe address say."""
        app = self.side.app
        address = app.links.unsubscribe(MADE_UP_READER)
        self.side.record(visit, "look outside")
        return self._draw(visit, tuple(examine_outside(app.site, address)))

    def _draw(self, visit: Visit, outside: Sequence[Examined]) -> Response:
        app = self.side.app
        found = self._counted.get("list", self._count)
        settings = examine_settings(app.settings, real=app.sends_for_real)
        values = {
            "health": found,
            "warnings": health_warnings(found),
            "working": tuple(self._working()),
            "settings": _cards([*settings, *outside]),
            "asked": bool(outside),
            "charts": charts_of(found),
        }
        return self.side.draw(visit, "health", values)

    def _count(self) -> Health:
        with self.side.store.read() as connection:
            return list_health(connection, self.side.app.clock.now())

    def _working(self) -> Iterator[str]:
        """What keeps the program from its work right now, in words."""
        store = self.side.store
        with store.read() as connection:
            now = store.now(connection)
            yield from troubles(read_figures(connection, now), now)
        if not is_looked_after(store):
            yield "no scheduler has looked for two minutes: nothing scheduled would go out"
        if self.side.app.lacks_workers:
            yield "mails go out by workers, and none lives"


def charts_of(found: Health) -> tuple[Chart, Chart]:
    """Complaints and bounces by week, beside the lines that providers draw."""
    return (
        rates(
            "complaints",
            "Reported as spam",
            [Share(_week(each), each.complaints, each.accepted) for each in found.weeks],
            (
                Line(COMPLAINTS_WARN, "0.1 %: stay below"),
                Line(COMPLAINTS_LIMIT, "0.3 %: providers act"),
            ),
            digits=2,
        ),
        rates(
            "bounces",
            "Came back for good",
            [Share(_week(each), each.bounced, each.accepted) for each in found.weeks],
            (
                Line(BOUNCES_WARN, "2 %: a sound list stays below"),
                Line(BOUNCES_LIMIT, "5 %: providers act"),
            ),
        ),
    )


def _cards(found: Iterable[Examined]) -> Sequence[Card]:
    """What needs mending first."""
    by_weight = sorted(found, key=lambda each: _WEIGHT.index(each.health))
    return [Card(_named(each.what), each.told, *_LOOK[each.health]) for each in by_weight]


def _week(week: Week) -> str:
    return f"{week.begins.day} {week.begins:%b}"


def _named(what: str) -> str:
    """As people say it; what is told beside it names the setting."""
    return _NAMES.get(what) or what[:1].upper() + what[1:]
