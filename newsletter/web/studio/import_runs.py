"""One list at a time, tried or brought in beside the pages, with how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import structlog

from newsletter.errors import NewsletterError, UsageError
from newsletter.subscribing import Reception
from newsletter.subscribing.importing import Import, Tally
from newsletter.subscribing.list_files import (
    BadRows,
    Progress,
    bring_lists,
    total_bytes,
    try_lists,
)

_log = structlog.get_logger(__name__)


class Stage(StrEnum):
    """Where a run stands."""

    TRYING = "trying"
    TRIED = "tried"
    BRINGING = "bringing"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


BUSY = (Stage.TRYING, Stage.BRINGING)


class Stopped(Exception):
    """Somebody said stop; what was read so far is in."""


class Closing(Stopped):
    """The server stops."""


Bring = Callable[[Reception, Import, Path], tuple[Tally, BadRows]]
"""Brings lists in and keeps their bad rows in a folder; raises what `told` raises."""


@dataclass(slots=True)
class Run:
    """One list, and how far it is; read by pages while a thread writes it.

    Attributes:
        name: of the upload.
        title: the file as people know it.
        by: who began it.
        bring: what brings it in.
        read, total: bytes.
        tally: what it would come to or came to; None before the end.
        writes: whether readers are brought in, or only counted.
        problem: why it failed, for people.
    """

    name: str
    title: str
    by: str
    lists: Import
    stage: Stage
    total: int
    bring: Bring = bring_lists
    writes: bool = False
    read: int = 0
    tally: Tally | None = None
    bad: BadRows = field(default_factory=BadRows)
    problem: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def is_busy(self) -> bool:
        """Whether a thread works on it."""
        return self.stage in BUSY

    @property
    def percent(self) -> int:
        """How much of it was read."""
        return min(100, self.read * 100 // self.total)


class ImportRuns:
    """The run of this process.

    Args:
        closing: set when the server stops; a run then ends as a kill would end it, between two
            transactions.
    """

    def __init__(self, reception: Callable[[], Reception], closing: threading.Event) -> None:
        self._reception = reception
        self._closing = closing
        self._lock = threading.Lock()
        self._run: Run | None = None

    @property
    def current(self) -> Run | None:
        """The last one, under way or not."""
        return self._run

    def find(self, name: str) -> Run | None:
        """The run of an upload; None when there is none, or another came after it."""
        run = self._run
        return run if run is not None and run.name == name else None

    def begin_trying(
        self,
        name: str,
        title: str,
        by: str,
        lists: Import,
        folder: Path,
        bring: Bring = bring_lists,
    ) -> Run:
        """Find out what bringing it in would come to.

        Args:
            folder: where bad rows are kept.
            bring: what brings it in afterwards.

        Raises:
            UsageError: another list is being brought in.
        """
        run = Run(name, title, by, lists, Stage.TRYING, total_bytes(lists), bring)
        self._take(run)
        self._start(run, lambda lists: try_lists(self._reception(), lists, folder), Stage.TRIED)
        return run

    def begin_bringing(self, tried: Run, folder: Path, at_end: Callable[[Run], None]) -> Run:
        """Bring in what was tried.

        Args:
            folder: where bad rows are kept.
            at_end: called with the run however it ended.

        Raises:
            UsageError: another list is being brought in, or this one was not tried.
        """
        if tried.stage is not Stage.TRIED:
            raise UsageError("Try this list first, and look at what it would come to.")
        run = replace(tried, stage=Stage.BRINGING, writes=True, read=0, stop=threading.Event())
        run.tally, run.bad = None, BadRows()
        self._take(run, instead_of=tried)
        self._start(
            run, lambda lists: run.bring(self._reception(), lists, folder), Stage.DONE, at_end
        )
        return run

    def _take(self, run: Run, instead_of: Run | None = None) -> None:
        with self._lock:
            now = self._run
            if now is not None and now is not instead_of and now.is_busy:
                raise UsageError(
                    f"{now.by} is bringing in {now.title}. One list at a time: try again when it "
                    "is through."
                )
            if instead_of is not None and now is not instead_of:
                raise UsageError("Another list was begun meanwhile. Send this one again.")
            self._run = run

    def _start(
        self,
        run: Run,
        work: Callable[[Import], tuple[Tally, BadRows]],
        goal: Stage,
        at_end: Callable[[Run], None] = lambda run: None,
    ) -> None:
        def go() -> None:
            _follow(run, work, goal, self._told(run))
            at_end(run)

        threading.Thread(target=go, name="import", daemon=True).start()

    def _told(self, run: Run) -> Progress:
        def shown(read: int) -> None:
            run.read = read
            if run.stop.is_set():
                raise Stopped
            if self._closing.is_set():
                raise Closing

        return Progress(shown)


def _follow(
    run: Run, work: Callable[[Import], tuple[Tally, BadRows]], goal: Stage, told: Progress
) -> None:
    """Work, and leave on the run what came of it, whatever that is."""
    try:
        run.tally, run.bad = work(replace(run.lists, told=told))
    except Stopped:
        run.stage = Stage.STOPPED
    except NewsletterError as problem:
        run.problem, run.stage = str(problem), Stage.FAILED
    except Exception:
        _log.exception("a list could not be brought in")
        run.problem = "Something is wrong at our end; it is written down for those who mend it."
        run.stage = Stage.FAILED
    else:
        run.stage = goal
