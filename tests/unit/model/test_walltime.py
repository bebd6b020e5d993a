"""Wall times, gaps and folds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UsageError
from newsletter.model.walltime import (
    AmbiguousTime,
    NonexistentTime,
    around_gap,
    nearest_utc,
    read_wall_time,
    utc_moments,
    wall_time,
)
from newsletter.model.zone import known_zones


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "wall", "utc"),
    [
        ("Europe/Berlin", "2026-12-01 09:00", "2026-12-01 08:00"),
        ("Europe/Berlin", "2026-07-01 09:00", "2026-07-01 07:00"),
        ("Europe/Berlin", "2026-03-29 01:59", "2026-03-29 00:59"),
        ("Europe/Berlin", "2026-03-29 03:00", "2026-03-29 01:00"),
        ("Europe/Berlin", "2026-10-25 01:59", "2026-10-24 23:59"),
        ("Europe/Berlin", "2026-10-25 03:00", "2026-10-25 02:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:30", "2026-10-03 15:30"),
        ("Australia/Lord_Howe", "2026-07-01 09:00", "2026-06-30 22:30"),
        ("Asia/Kathmandu", "2026-12-01 09:00", "2026-12-01 03:15"),
        ("Asia/Kolkata", "2026-12-01 09:00", "2026-12-01 03:30"),
        ("Pacific/Apia", "2026-12-01 09:00", "2026-11-30 20:00"),
        ("Pacific/Apia", "2011-12-29 23:59", "2011-12-30 09:59"),
        ("Pacific/Apia", "2011-12-31 00:00", "2011-12-30 10:00"),
        ("America/New_York", "2026-03-08 03:00", "2026-03-08 07:00"),
        ("America/Los_Angeles", "2026-12-01 09:00", "2026-12-01 17:00"),
        ("America/St_Johns", "2026-12-01 09:00", "2026-12-01 12:30"),
        ("Pacific/Kiritimati", "2026-12-01 00:00", "2026-11-30 10:00"),
        ("Pacific/Chatham", "2026-12-01 09:00", "2026-11-30 19:15"),
        ("Africa/Casablanca", "2026-12-01 09:00", "2026-12-01 08:00"),
        ("UTC", "2026-12-01 09:00", "2026-12-01 09:00"),
    ],
)
def test_a_wall_time_means_one_moment(zone: str, wall: str, utc: str) -> None:
    """Where the clock shows a time once, that is the moment."""
    assert wall_time(at(wall), zone).utc == at(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "wall", "before", "after"),
    [
        ("Europe/Berlin", "2026-03-29 02:30", "2026-03-29 01:59", "2026-03-29 03:00"),
        ("America/New_York", "2026-03-08 02:00", "2026-03-08 01:59", "2026-03-08 03:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04 01:59", "2026-10-04 02:30"),
        ("America/Santiago", "2026-09-06 00:30", "2026-09-05 23:59", "2026-09-06 01:00"),
        ("Africa/Cairo", "2026-04-24 00:30", "2026-04-23 23:59", "2026-04-24 01:00"),
        ("Asia/Beirut", "2026-03-29 00:10", "2026-03-28 23:59", "2026-03-29 01:00"),
        ("Pacific/Apia", "2011-12-30 12:00", "2011-12-29 23:59", "2011-12-31 00:00"),
        ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22 01:59", "2026-03-22 03:00"),
    ],
)
def test_a_time_in_a_gap_is_refused_with_its_neighbours(
    zone: str, wall: str, before: str, after: str
) -> None:
    """A time that does not exist is an error that names the nearest two that do."""
    with pytest.raises(NonexistentTime, match=f"{before} and {after}"):
        wall_time(at(wall), zone)
    assert around_gap(at(wall), zone) == (at(before), at(after))
    assert nearest_utc(at(wall), zone) == wall_time(at(after), zone).utc


@pytest.mark.parametrize(
    ("zone", "wall", "first", "second"),
    [
        ("Europe/Berlin", "2026-10-25 02:30", "+02:00", "+01:00"),
        ("America/New_York", "2026-11-01 01:00", "-04:00", "-05:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "+11:00", "+10:30"),
        ("America/St_Johns", "2026-11-01 01:30", "-02:30", "-03:30"),
    ],
)
def test_a_time_in_a_fold_must_be_told_which(zone: str, wall: str, first: str, second: str) -> None:
    """A time that exists twice is an error that shows how to say which; saying it works."""
    with pytest.raises(AmbiguousTime) as caught:
        wall_time(at(wall), zone)
    assert f'"{wall}{first}" or "{wall}{second}"' in str(caught.value)
    moments = [read_wall_time(f"{wall}{offset}", zone).utc for offset in (first, second)]
    assert tuple(moments) == utc_moments(at(wall), zone)
    assert moments[0] < moments[1]
    assert nearest_utc(at(wall), zone) == moments[0]


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kathmandu", "2026-03-29", 24),
    ],
)
def test_days_are_as_long_as_they_are(zone: str, day: str, hours: float) -> None:
    """From midnight to midnight a day has 23, 24, 24.5 or 25 hours."""
    begin = wall_time(at(day), zone).utc
    end = wall_time(at(day) + timedelta(days=1), zone).utc
    assert (end - begin) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "zone", "said"),
    [
        ("tomorrow", "UTC", "YYYY-MM-DD HH:MM"),
        ("2026-12-01 09:00", "Europe/Berln", 'Did you mean "Europe/Berlin"'),
        ("2026-12-01 09:00", "../etc/passwd", "no time zone"),
        ("2026-12-01 09:00", "", "no time zone"),
        ("2026-12-01 09:00+05:00", "Europe/Berlin", "2026-12-01 09:00\\+01:00"),
    ],
)
def test_a_wrong_time_or_zone_is_told(text: str, zone: str, said: str) -> None:
    """What can not be read is one message that says how to write it."""
    with pytest.raises(UsageError, match=said):
        read_wall_time(text, zone)


walls = st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2036, 1, 1)).map(
    lambda wall: wall.replace(second=0, microsecond=0, fold=0)
)
zones = st.sampled_from(sorted(known_zones()))


@given(walls, zones)
def test_every_moment_shows_the_wall_time(wall: datetime, zone: str) -> None:
    """Each moment found shows the wall time in its zone; with none, its neighbours enclose it."""
    moments = utc_moments(wall, zone)
    assert len(moments) <= 2
    for moment in moments:
        assert moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall
    if not moments:
        before, after = around_gap(wall, zone)
        assert before < wall <= after
        assert utc_moments(before, zone)
        assert utc_moments(after, zone)


@given(walls, zones)
def test_nobody_is_left_without_a_moment(wall: datetime, zone: str) -> None:
    """For waves every wall time has a moment, never more than a jump away from it."""
    shown = nearest_utc(wall, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert timedelta(0) <= shown - wall <= timedelta(hours=25)
