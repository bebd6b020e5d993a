"""How long sending will take: what allowances, the warm-up, the canary and zones make of it.

The provider's own speed is a guess on the careful side: a thousand readers a request and three
requests on the wire, each answered within one and a half seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection

from newsletter.dispatching.rules import Rules
from newsletter.dispatching.warming import Ramp, read_ramp
from newsletter.dispatching.waves import wave_times
from newsletter.scheduling.spoken import counted
from newsletter.scheduling.timing import Timing

READERS_A_SECOND = 2_000
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lasting:
    """How a dispatch will go, as far as anybody can say beforehand.

    Attributes:
        begins: aware; the first readers get it.
        ends: aware; the last ones have it.
        last_wave: aware; when the last zone's time comes.
        canary: how long word of the canary is awaited; zero without one.
        an_hour: readers an hour at most; 0 means no such limit.
        days: further days (UTC) on which the warm-up lets some go.
    """

    begins: datetime
    ends: datetime
    last_wave: datetime
    canary: timedelta = timedelta()
    an_hour: int = 0
    days: int = 0

    @property
    def takes(self) -> timedelta:
        """From the first reader to the last."""
        return self.ends - self.begins

    @property
    def reasons(self) -> tuple[str, ...]:
        """What makes it last, in words; empty when it is only the sending itself."""
        found = []
        if self.canary:
            found.append(f"waits {in_words(self.canary)} for word of the first readers")
        if self.last_wave > self.begins:
            found.append(f"the zones lie {in_words(self.last_wave - self.begins)} apart")
        if self.an_hour:
            found.append(f"at most {self.an_hour:,} readers an hour")
        if self.days:
            found.append(f"the warm-up spreads it over {counted(self.days + 1, 'day')}")
        return tuple(found)


def expect(
    connection: Connection,
    timing: Timing,
    zones: Mapping[str, int],
    rules: Rules,
    *,
    canary: timedelta = timedelta(),
    readers_per_hour: int = 0,
    now: datetime,
) -> Lasting:
    """Say beforehand how long a dispatch lasts.

    Args:
        timing: when it is due.
        zones: its readers by zone, as stored with them.
        canary: how long its canary waits; zero when it has none.
        readers_per_hour: its own ceiling; 0 means none.
        now: aware.
    """
    readers = sum(zones.values())
    begins = timing.due_at
    last = _last_wave(timing, zones, rules.site_zone, now)
    ceilings = [each for each in (rules.readers_per_hour, readers_per_hour) if each]
    an_hour = min(ceilings, default=0)
    pace = min(an_hour or READERS_A_SECOND * 3600, READERS_A_SECOND * 3600)
    ramp = read_ramp(connection, rules, begins.date())
    ends, days = _through(readers, begins + canary, pace, ramp)
    ends = max(ends, last + _spent(_those_of_last(timing, zones, rules, last, now), pace))
    return Lasting(begins, ends, last, canary, an_hour, days)


def for_one_moment(lasting: Lasting) -> Lasting:
    """The same when all zones get it at once."""
    return replace(lasting, last_wave=lasting.begins)


def in_words(span: timedelta) -> str:
    """`less than a minute`, `20 minutes`, `3 hours`, `2 days`: as one says it, short ones up."""
    if span < _MINUTE:
        return "less than a minute"
    for unit, noun, most in ((_MINUTE, "minute", 2 * _HOUR), (_HOUR, "hour", 2 * _DAY)):
        if span < most:
            return counted(_about(span, unit), noun)
    return counted(_about(span, _DAY), "day")


def _about(span: timedelta, unit: timedelta) -> int:
    """Few are rounded up, for better too early than too late; of many a little does not count."""
    return -(-span // unit) if span < 10 * unit else round(span / unit)


def _last_wave(timing: Timing, zones: Mapping[str, int], site_zone: str, now: datetime) -> datetime:
    if not timing.is_personal:
        return timing.due_at
    return max(_moments(timing, zones, site_zone, now).values(), default=timing.due_at)


def _moments(
    timing: Timing, zones: Mapping[str, int], site_zone: str, now: datetime
) -> Mapping[str, datetime]:
    return wave_times(timing.wall, zones, site_zone, after=now, past_zones=timing.choice)


def _those_of_last(
    timing: Timing, zones: Mapping[str, int], rules: Rules, last: datetime, now: datetime
) -> int:
    if not timing.is_personal:
        return 0
    moments = _moments(timing, zones, rules.site_zone, now)
    return sum(zones[name] for name, moment in moments.items() if moment == last)


def _through(readers: int, begins: datetime, pace: int, ramp: Ramp | None) -> tuple[datetime, int]:
    """When the last of so many readers is through, and how many further days that takes."""
    moment, days = begins, 0
    for most in ramp.ahead if ramp else ():
        if readers <= most:
            break
        readers -= most
        days += 1
        moment = datetime.combine(moment.date() + _DAY, time(), UTC)
    return moment + _spent(readers, pace), days


def _spent(readers: int, an_hour: int) -> timedelta:
    return _HOUR * readers / an_hour
