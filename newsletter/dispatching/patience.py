"""Wait out what ails a database for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import InternalError, OperationalError

from newsletter.model.ports import Clock

T = TypeVar("T")

_log = structlog.get_logger(__name__)

_FIRST_WAIT, _LONGEST_WAIT, _GIVE_UP = 0.1, 5.0, 300.0  # seconds


# PostgreSQL ends the write of a process that stood still for too long: an internal error to SQL.
Trouble = OperationalError | InternalError


def anything(problem: Trouble) -> bool:
    """Every trouble is worth waiting for."""
    return True


def patiently(
    clock: Clock,
    work: Callable[[], T],
    words: str,
    waits_for: Callable[[Trouble], bool] = anything,
    **told: object,
) -> T:
    """Do it, and again when the database does not let us, less and less often.

    Args:
        work: does all of it or nothing, so that it may be done again.
        words: for the log, each time.
        waits_for: which troubles may pass.
        told: for the log.

    Raises:
        OperationalError, InternalError: it did not pass within five minutes, or is none that does.
    """
    started, wait = clock.monotonic(), _FIRST_WAIT
    while True:
        try:
            return work()
        except (OperationalError, InternalError) as problem:
            _log.warning(words, problem=str(problem.orig), **told)
            if clock.monotonic() - started > _GIVE_UP or not waits_for(problem):
                raise
            clock.wait(wait)
            wait = min(wait * 2, _LONGEST_WAIT)
