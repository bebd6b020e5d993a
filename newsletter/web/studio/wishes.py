"""When somebody wants an issue to go out, as typed into a form or standing in an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsletter.content import Headline
from newsletter.errors import UsageError
from newsletter.model.walltime import AmbiguousTime, NonexistentTime
from newsletter.scheduling.choices import Choice, choices
from newsletter.scheduling.outlook import Outlook
from newsletter.scheduling.placing import USUAL_CANARY, usual_canary
from newsletter.scheduling.spoken import at_site, timing_of
from newsletter.scheduling.timing import Past, Timing, time_of

_MORNING = "09:00"


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; nothing of it is checked yet.

    Attributes:
        day, time: `2026-12-01` and `09:00`.
        offset: `+01:00`, where the time comes twice that day.
        zone: IANA name, or `subscriber`.
        past: what becomes of readers whose own time is past; empty while nobody said.
        canary: whether some get it first; None while nobody said.
    """

    day: str
    time: str
    offset: str = ""
    zone: str = ""
    past: str = ""
    canary: bool | None = None

    @property
    def at(self) -> str:
        """As times are read."""
        return f"{self.day} {self.time}{self.offset}"

    @property
    def choice(self) -> Past:
        """What becomes of readers whose own time is past."""
        return Past.NEXT_DAY if self.past == Past.NEXT_DAY else Past.NOW


@dataclass(frozen=True, slots=True)
class Heard:
    """A wish as it was understood.

    Attributes:
        timing: None when it means no time.
        problem: why.
        choices: times it may have meant.
        asks_past: whether somebody has to say what becomes of readers whose time is past.
    """

    timing: Timing | None
    problem: str = ""
    choices: tuple[Choice, ...] = ()
    asks_past: bool = False


def usual_wish(headline: Headline, found: Outlook, site_zone: str, now: datetime) -> Wish:
    """What stands in the form first: the time it has, the one it proposes, or tomorrow's."""
    if found.before is not None and found.before.due_at > now:
        wall = timing_of(found.before, site_zone)
        zone = found.before.zone or site_zone
        return Wish(f"{wall.wall:%Y-%m-%d}", f"{wall.wall:%H:%M}", "", zone)
    zone = headline.timezone or site_zone
    if headline.send_at is not None:
        return Wish(f"{headline.send_at:%Y-%m-%d}", f"{headline.send_at:%H:%M}", "", zone)
    tomorrow = at_site(now + timedelta(days=1), site_zone).wall
    return Wish(f"{tomorrow:%Y-%m-%d}", _MORNING, "", zone)


def read_wish(said: Callable[[str], str], usual: Wish) -> Wish:
    """Take a wish out of a form or a query; what is not said is as usual.

    Args:
        said: name -> value, empty when it was not said.
    """
    asked = said("asked") == "yes"
    return replace(
        usual,
        day=said("day")[:10] or usual.day,
        time=said("time")[:5] or usual.time,
        offset=said("offset")[:6].replace(" ", "+"),
        zone=said("zone") or usual.zone,
        past=said("past"),
        canary=(said("canary") == "yes") if asked else None,
    )


def hear(wish: Wish, found: Outlook, site_zone: str, now: datetime) -> Heard:
    """Understand a wish, or say what is in its way."""
    try:
        timing = time_of(
            wish.at,
            wish.zone,
            found.reach.zones,
            site_zone=site_zone,
            now=now,
            past=wish.choice,
        )
    except (AmbiguousTime, NonexistentTime) as problem:
        wall = datetime.fromisoformat(f"{wish.day} {wish.time}")
        told = str(problem).partition(": ")[0] + "."
        return Heard(None, told, choices(wall, wish.zone))
    except UsageError as problem:
        return Heard(None, _without_commands(str(problem)))
    return Heard(timing, asks_past=bool(timing.past) and not wish.past)


def canary_size(of_site: int) -> int:
    """How many readers a canary has when there is one."""
    return of_site or USUAL_CANARY


def wants_canary(wish: Wish, found: Outlook, of_site: int) -> bool:
    """Whether some get it first: as ticked, as it was planned, or as is wise for so many."""
    if wish.canary is not None:
        return wish.canary
    if found.before is not None:
        return found.before.canary > 0
    return usual_canary(found.reach.readers, of_site) > 0


def _without_commands(told: str) -> str:
    """The sentence that says what is wrong, without what to type into a terminal."""
    return told.partition(" Give a later time")[0].partition(" Say which")[0]
