"""Wall time to UTC: what a clock on the wall of some zone means, and when it means nothing.

Twice a year a zone's clock jumps. A time in the spring gap does not exist; one in the autumn
fold exists twice (PEP 495). A person is asked; a wave of readers in some zone is not, for them
`nearest_utc` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.errors import UsageError, nearest
from newsletter.model.zone import known_zones

_SECOND = timedelta(seconds=1)
_LONGEST_JUMP = timedelta(hours=26)  # Apia left out a whole day in December 2011


@dataclass(frozen=True, slots=True)
class WallTime:
    """A moment as a person said it.

    Attributes:
        wall: naive by intent; without the zone it is no moment.
        zone: IANA name.
        utc: the moment, aware.
    """

    wall: datetime
    zone: str
    utc: datetime


class NonexistentTime(UsageError):
    """A wall time that the zone's clock jumps over."""


class AmbiguousTime(UsageError):
    """A wall time that the zone's clock shows twice."""


def find_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name.

    Raises:
        UsageError: there is none; offers the nearest.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        hint = nearest(name, known_zones()) if name else ""
        hint = hint if hint.startswith("Did") else "Write it like Europe/Berlin."
        raise UsageError(f'There is no time zone "{name}". {hint}') from problem


def read_wall_time(text: str, zone: str) -> WallTime:
    """Read `YYYY-MM-DD HH:MM`, with `+HH:MM` behind it where the time exists twice.

    Raises:
        UsageError: it is no time, or its offset is not one the zone has then.
        NonexistentTime, AmbiguousTime: see the classes.
    """
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise UsageError(f'"{text}" is not a time. Write it as YYYY-MM-DD HH:MM.') from problem
    if said.tzinfo is None:
        return wall_time(said, zone)
    naive = said.replace(tzinfo=None)
    moments = utc_moments(naive, zone)
    if said.astimezone(UTC) not in moments:
        told = " or ".join(_told(moment, zone) for moment in moments) or "no such time"
        raise UsageError(f"{text} is not a time in {zone}; there it would be {told}.")
    return WallTime(naive, zone, said.astimezone(UTC))


def wall_time(wall: datetime, zone: str) -> WallTime:
    """The one moment a wall time means.

    Args:
        wall: naive.
        zone: IANA name.

    Raises:
        NonexistentTime: names the nearest times before and after that exist.
        AmbiguousTime: names both, with the offsets that tell them apart.
    """
    moments = utc_moments(wall, zone)
    if len(moments) == 1:
        return WallTime(wall, zone, moments[0])
    if moments:
        first, second = (_told(moment, zone) for moment in moments)
        raise AmbiguousTime(
            f"{wall:%Y-%m-%d %H:%M} comes twice in {zone}: the clock is put back. "
            f'Say which: "{first}" or "{second}".'
        )
    before, after = (f"{moment:%Y-%m-%d %H:%M}" for moment in around_gap(wall, zone))
    raise NonexistentTime(
        f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}: the clock is put forward. "
        f"The nearest are {before} and {after}."
    )


def utc_moments(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Every moment at which the zone's clock shows `wall`: none, one or two, in order.

    Args:
        wall: naive; ValueError otherwise.
        zone: IANA name; UsageError when there is none.
    """
    if wall.tzinfo is not None:
        raise ValueError("a wall time is naive")
    place = find_zone(zone)
    candidates = {wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)}
    shown = {moment for moment in candidates if _shows(moment, place) == wall}
    return tuple(sorted(shown))


def nearest_utc(wall: datetime, zone: str) -> datetime:
    """A moment for every wall time: the first of two, or the end of the gap.

    For waves of readers, whom nobody can ask: in a gap they get their mail at the first
    moment after it, in a fold the first time the clock shows it.
    """
    moments = utc_moments(wall, zone)
    if moments:
        return moments[0]
    after = around_gap(wall, zone)[1]
    return utc_moments(after, zone)[0]


def around_gap(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """The last whole minute before the gap that `wall` lies in, and the first after it.

    Naive wall times; a gap's end is found by halving, because zones change at odd times.
    """
    place = find_zone(zone)
    # Inside a gap fold=1 reads the clock with the offset of after, so it lands before the jump.
    early = wall.replace(tzinfo=place, fold=1).astimezone(UTC) - _LONGEST_JUMP
    late = wall.replace(tzinfo=place, fold=0).astimezone(UTC) + _LONGEST_JUMP
    while late - early > _SECOND:
        middle = (early + (late - early) / 2).replace(microsecond=0)
        if middle in (early, late):
            break
        if _shows(middle, place) < wall:
            early = middle
        else:
            late = middle
    before = _shows(late - _SECOND, place)
    return before.replace(second=0), _shows(late, place)


def _shows(moment: datetime, place: ZoneInfo) -> datetime:
    return moment.astimezone(place).replace(tzinfo=None, fold=0)


def _told(moment: datetime, zone: str) -> str:
    local = moment.astimezone(find_zone(zone))
    return f"{local:%Y-%m-%d %H:%M}{local.isoformat()[-6:]}"
