"""From what a person or a file says to the moment an issue is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from newsletter.dispatching.waves import wave_times
from newsletter.errors import UsageError
from newsletter.model.content import SUBSCRIBER_ZONE, Issue
from newsletter.model.walltime import nearest_utc, read_wall_time
from newsletter.model.zone import is_zone


class Past(StrEnum):
    """What happens to readers on whose clock the time is past already."""

    NOW = "now"
    NEXT_DAY = "next_day"


@dataclass(frozen=True, slots=True)
class Timing:
    """When an issue goes out.

    Attributes:
        wall: naive; the time on the clock of `zone`.
        zone: IANA name, or `subscriber` for each reader's own.
        due_at: aware, UTC; with `subscriber` the earliest moment any reader gets it.
        past: readers whose own time was past already when this was said.
        past_zones: the names of their zones.
        choice: what becomes of them.
    """

    wall: datetime
    zone: str
    due_at: datetime
    past: int = 0
    past_zones: tuple[str, ...] = ()
    choice: Past = Past.NOW

    @property
    def is_personal(self) -> bool:
        """Whether each reader gets it by a clock of their own."""
        return self.zone == SUBSCRIBER_ZONE

    @property
    def wall_text(self) -> str:
        """As the ledger keeps it."""
        return self.wall.isoformat(" ", "seconds" if self.wall.second else "minutes")


def read_timing(
    issue: Issue,
    zones: Mapping[str, int],
    *,
    site_zone: str,
    now: datetime,
    at: str = "",
    zone: str = "",
    past: Past = Past.NOW,
) -> Timing:
    """Say when an issue is due.

    Args:
        issue: proposes a time and a zone.
        zones: readers by zone, as stored with them; unknown ones count as the site's.
        site_zone: IANA name.
        now: aware.
        at: `YYYY-MM-DD HH:MM`; beats the issue's `send_at`.
        zone: IANA name or `subscriber`; beats the issue's.
        past: what becomes of readers whose own time is past.

    Raises:
        UsageError: no time, no such zone, or a time that is past for all.
        NonexistentTime, AmbiguousTime: see `model.walltime`.
    """
    zone = zone or issue.timezone or site_zone
    text = at or (f"{issue.send_at:%Y-%m-%d %H:%M}" if issue.send_at else "")
    if not text:
        raise UsageError(
            f"Issue {issue.number} proposes no time. Give one with --at "
            f'"YYYY-MM-DD HH:MM", or write send_at into {issue.place.path}.'
        )
    return time_of(text, zone, zones, site_zone=site_zone, now=now, past=past)


def time_of(
    text: str,
    zone: str,
    zones: Mapping[str, int],
    *,
    site_zone: str,
    now: datetime,
    past: Past = Past.NOW,
) -> Timing:
    """Say when that time in that zone is; arguments and errors as for `read_timing`."""
    if zone == SUBSCRIBER_ZONE:
        return _personal(text, zones, site_zone, now, past)
    read = read_wall_time(text, zone)
    if read.utc <= now:
        raise _past(read.wall, f"in {zone}")
    return Timing(read.wall, zone, read.utc)


def _personal(
    text: str, zones: Mapping[str, int], site_zone: str, now: datetime, past: Past
) -> Timing:
    wall = read_wall_time(text, "UTC").wall  # the words only: every zone reads them for itself
    moments = _moments(wall, zones or {site_zone: 0}, site_zone)
    behind = tuple(sorted(name for name, moment in moments.items() if moment <= now))
    if len(behind) == len(moments):
        raise _past(wall, "for every reader")
    due = min(wave_times(wall, moments, site_zone, after=now, past_zones=past).values())
    timing = Timing(wall, SUBSCRIBER_ZONE, due)
    readers = sum(zones.get(name, 0) for name in behind)
    names = dict.fromkeys(name if is_zone(name) else site_zone for name in behind)
    return replace(timing, past=readers, past_zones=tuple(names), choice=past)


def _moments(wall: datetime, zones: Iterable[str], site_zone: str) -> Mapping[str, datetime]:
    return {name: nearest_utc(wall, name if is_zone(name) else site_zone) for name in zones}


def _past(wall: datetime, where: str) -> UsageError:
    return UsageError(
        f"{wall:%Y-%m-%d %H:%M} is past {where}. Give a later time with --at, "
        "or send it now: newsletter send ISSUE."
    )
