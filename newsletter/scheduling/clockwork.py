"""The clockwork: APScheduler with interval jobs, kept in memory.

It knows nothing of issues. What is due stands in the ledger, and a tick wins or loses a
compare-and-set there; so it may run twice, be killed, or sleep with a laptop.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

EVERY = 0.5
"""Seconds between two ticks, so that what a person decides shows within one second."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again.

    Attributes:
        name: unlike that of any other.
        work: what it raises is logged, and the next time comes all the same; so are the
            `problems` of what it returns.
        every: seconds; work that takes longer swallows the times it overlaps.
    """

    name: str
    work: Callable[[], Any]
    every: float = EVERY


@contextmanager
def clockwork(*jobs: Job) -> Iterator[None]:
    """Do each job again and again, in threads, while this is entered."""
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        timezone="UTC",
    )
    for job in jobs:
        scheduler.add_job(steady(job), "interval", seconds=job.every, id=job.name)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()


def steady(job: Job) -> Callable[[], None]:
    """The same work, whose failures stop nothing and are told once, not every moment."""
    told = ""

    def ticked() -> None:
        nonlocal told
        try:
            problems = "; ".join(getattr(job.work(), "problems", ()))
        except Exception as problem:
            problems = f"{type(problem).__name__}: {problem}"
        if problems and problems != told:
            _log.error("a job failed", job=job.name, reason=problems)
        told = problems

    return ticked
