"""Times and counts as a person says them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.model.ledger import Dispatch
from newsletter.model.walltime import utc_moments
from newsletter.scheduling.timing import Timing
from newsletter.store.calendar import Placed

# Not strftime's: those follow the machine's language.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_HOUR = timedelta(hours=1)
_SOON = timedelta(hours=36)


def when(timing: Timing, readers: int, now: datetime) -> str:
    """`Tuesday 1 December, 09:00 in Berlin, in 8 days, 214,310 readers`."""
    return f"{day_and_time(timing, now)}, {in_how_long(timing, now)}, {people(readers)}"


def day_and_time(timing: Timing, now: datetime) -> str:
    """`Tuesday 1 December, 09:00 in Berlin`; the year only when it is another one."""
    wall = timing.wall
    day = day_name(wall)
    if wall.year != _local(now, timing).year:
        day += f" {wall.year}"
    return f"{day}, {wall:%H:%M}{_where(timing)}"


def timing_of(of: Dispatch | Placed, site_zone: str) -> Timing:
    """What is on the calendar as a timing; without a wall time by the site's clock."""
    if of.wall_time:
        wall = datetime.fromisoformat(of.wall_time).replace(tzinfo=None)
        return Timing(wall, of.zone or site_zone, of.due_at)
    return at_site(of.due_at, site_zone)


def at_site(moment: datetime, site_zone: str) -> Timing:
    """A moment as the site's clock shows it."""
    wall = moment.astimezone(ZoneInfo(site_zone)).replace(tzinfo=None)
    return Timing(wall.replace(second=0, microsecond=0), site_zone, moment)


def at_clock_of(moment: datetime, timing: Timing, site_zone: str) -> Timing:
    """A moment by the clock `timing` is said by; by the site's where readers go by their own."""
    return at_site(moment, site_zone if timing.is_personal else timing.zone)


def in_how_long(timing: Timing, now: datetime) -> str:
    """`in 8 days`: whole days on the calendar of the zone, hours and minutes when it is near."""
    left = timing.due_at - now
    if left < timedelta(minutes=1):
        return "in less than a minute"
    if left < 2 * _HOUR:
        return f"in {counted(left // timedelta(minutes=1), 'minute')}"
    if left < _SOON:
        return f"in {counted(round(left / _HOUR), 'hour')}"
    days = (_local(timing.due_at, timing).date() - _local(now, timing).date()).days
    return f"in {counted(days, 'day')}"


def day_name(day: date) -> str:
    """`Tuesday 1 December`."""
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def month_name(day: date) -> str:
    """`December`."""
    return _MONTHS[day.month - 1]


def people(count: int) -> str:
    """`214,310 readers`."""
    return counted(count, "reader")


def counted(count: int, noun: str) -> str:
    """`1 day`, `2 days`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _where(timing: Timing) -> str:
    if timing.is_personal:
        return " on each reader's own clock"
    if timing.zone in ("UTC", "Etc/UTC"):
        return " UTC"
    city = timing.zone.rpartition("/")[2].replace("_", " ")
    if len(utc_moments(timing.wall, timing.zone)) < 2:
        return f" in {city}"
    offset = timing.due_at.astimezone(ZoneInfo(timing.zone)).isoformat()[-6:]
    return f" (UTC{offset}) in {city}"  # the clock shows it twice that day


def _local(moment: datetime, timing: Timing) -> datetime:
    return moment.astimezone(ZoneInfo("UTC" if timing.is_personal else timing.zone))
