"""The clockwork goes on, whatever a tick does."""

from __future__ import annotations

from threading import Event

from structlog.testing import capture_logs

from newsletter.dispatching.ticking import Ticked
from newsletter.scheduling.clockwork import Job, clockwork, steady


def test_it_ticks_until_it_is_left() -> None:
    """Ticks come again and again, and none after the block."""
    ticks: list[int] = []
    third = Event()

    def tick() -> Ticked:
        ticks.append(1)
        if len(ticks) == 3:
            third.set()
        return Ticked()

    with clockwork(Job("tick", tick, every=0.01)):
        assert third.wait(20)
    after = len(ticks)
    assert not Event().wait(0.1)
    assert len(ticks) == after


def test_a_tick_that_fails_does_not_stop_the_clockwork() -> None:
    """A database that is away for a while costs a line in the log, not the scheduler."""
    ticks: list[int] = []
    third = Event()

    def tick() -> Ticked:
        ticks.append(1)
        if len(ticks) == 3:
            third.set()
        raise OSError("the disk is full")

    with capture_logs() as logs, clockwork(Job("tick", tick, every=0.01)):
        assert third.wait(20)
    assert [each["reason"] for each in logs] == ["OSError: the disk is full"]


def test_a_failure_is_told_anew_when_it_changes() -> None:
    """The same trouble is one line; another trouble, or the same after a recovery, is another."""
    said = iter(["a", "a", "b", "", "b"])
    job = Job("tick", lambda: Ticked(problems=tuple(filter(None, [next(said)]))))
    ticked = steady(job)
    with capture_logs() as logs:
        for _ in range(5):
            ticked()
    assert [each["reason"] for each in logs] == ["a", "b", "b"]
