"""Times as a person says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.model.walltime import read_wall_time
from newsletter.scheduling.spoken import in_how_long, when
from newsletter.scheduling.timing import Timing

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def timing(text: str, zone: str) -> Timing:
    read = read_wall_time(text, zone)
    return Timing(read.wall, zone, read.utc)


@pytest.mark.parametrize(
    ("text", "zone", "readers", "said"),
    [
        (
            "2026-12-01 09:00",
            "Europe/Berlin",
            214_310,
            "Tuesday 1 December, 09:00 in Berlin, in 8 days, 214,310 readers",
        ),
        ("2026-11-23 14:30", "UTC", 1, "Monday 23 November, 14:30 UTC, in 30 minutes, 1 reader"),
        (
            "2026-11-24 09:00",
            "America/New_York",
            2,
            "Tuesday 24 November, 09:00 in New York, in 24 hours, 2 readers",
        ),
        (
            "2027-10-31 02:30+01:00",
            "Europe/Berlin",
            3,
            "Sunday 31 October 2027, 02:30 (UTC+01:00) in Berlin, in 342 days, 3 readers",
        ),
    ],
)
def test_a_plan_is_one_sentence(text: str, zone: str, readers: int, said: str) -> None:
    """Day, time, place, how long and how many; the year and the offset only where they matter."""
    assert when(timing(text, zone), readers, NOW) == said


def test_days_are_those_of_the_calendar() -> None:
    """From Monday night to Wednesday morning it is two days, however few hours."""
    late = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert in_how_long(timing("2026-11-25 09:00", "UTC"), late) == "in 2 days"


def test_personal_time_names_no_place() -> None:
    """With `subscriber` the clock is each reader's own."""
    personal = Timing(datetime(2026, 12, 1, 9), "subscriber", NOW + timedelta(days=7))
    assert when(personal, 5, NOW).startswith("Tuesday 1 December, 09:00 on each reader's own clock")
