"""The clockwork: APScheduler with one interval job, kept in memory.

It knows nothing of issues. What is due stands in the ledger, and a tick wins or loses a
compare-and-set there; so it may run twice, be killed, or sleep with a laptop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

EVERY = 0.5
"""Seconds between two ticks, so that what a person decides shows within one second."""

_log = structlog.get_logger(__name__)


@contextmanager
def clockwork(tick: Callable[[], Any], every: float = EVERY) -> Iterator[None]:
    """Call `tick` again and again, in a thread, while this is entered.

    Args:
        tick: what it raises is logged, and the next one comes all the same; so are the
            `problems` of what it returns.
        every: seconds; a tick that takes longer swallows those it overlaps.
    """
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        timezone="UTC",
    )
    scheduler.add_job(steady(tick), "interval", seconds=every, id="tick")
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()


def steady(tick: Callable[[], Any]) -> Callable[[], None]:
    """The same tick, whose failures stop nothing and are told once, not every moment."""
    told = ""

    def ticked() -> None:
        nonlocal told
        try:
            problems = "; ".join(getattr(tick(), "problems", ()))
        except Exception as problem:
            problems = f"{type(problem).__name__}: {problem}"
        if problems and problems != told:
            _log.error("the scheduler's look at the ledger failed", reason=problems)
        told = problems

    return ticked
