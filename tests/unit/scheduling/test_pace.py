"""Rate and finish time."""

from __future__ import annotations

from datetime import timedelta

from newsletter.scheduling.pace import WINDOW, Pace


def test_a_rate_needs_two_looks() -> None:
    """After one look nobody can say how fast it goes or when it will be done."""
    pace = Pace()
    assert (pace.rate, pace.left(100)) == (0.0, None)
    pace.note(1.0, 0)
    assert (pace.rate, pace.left(100)) == (0.0, None)


def test_the_rate_is_that_of_the_last_moments() -> None:
    """An early stall does not spoil the forecast for ever."""
    pace = Pace()
    pace.note(0.0, 0)
    pace.note(100.0, 0)
    for second in range(1, int(WINDOW) + 1):
        pace.note(100.0 + second, second * 500)
    assert pace.rate == 500.0
    assert pace.left(1_000) == timedelta(seconds=2)


def test_a_count_that_falls_is_no_negative_rate() -> None:
    """Readers who wait again after a clear refusal make the rate nothing, not less."""
    pace = Pace()
    pace.note(0.0, 1_000)
    pace.note(1.0, 0)
    assert (pace.rate, pace.left(10)) == (0.0, None)
