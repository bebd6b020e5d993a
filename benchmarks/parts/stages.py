"""CPU by stage: each thread's own clock, read where one stage ends and the next begins."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from newsletter.dispatching import sending, ticking
from newsletter.dispatching.desk import Desk
from newsletter.model.transport import Batch, Receipt
from newsletter.transports.sendgrid import SendGridTransport

T = TypeVar("T")

PREPARE, CLAIM, READ, COMMIT = "prepare", "claim", "read readers", "commit `sending`"
COMPOSE, LOOK, BODY = "values and links", "last look", "JSON body"
POST, RECORD = "post", "record"
MADE_UP = "made-up rows"  # where there is no database to read them from
STAGES = (PREPARE, CLAIM, READ, COMMIT, COMPOSE, LOOK, BODY, POST, RECORD)

_ENDS = {"after_claim": CLAIM, "after_sending": COMMIT, "before_socket": COMPOSE}


class Stages:
    """Seconds of CPU by stage, of all threads together."""

    def __init__(self) -> None:
        self._here = threading.local()
        self._all: list[Counter[str]] = []

    def begin(self) -> None:
        """A stage begins in this thread."""
        if not hasattr(self._here, "spent"):
            self._here.spent = Counter()
            self._all.append(self._here.spent)
        self._here.since = time.thread_time()

    def end(self, stage: str) -> None:
        """It ends, and the next begins."""
        now = time.thread_time()
        self._here.spent[stage] += now - self._here.since
        self._here.since = now

    def point(self, name: str) -> None:
        """The desk's crash points stand between the stages."""
        if name in _ENDS:
            self.end(_ENDS[name])

    def total(self) -> Counter[str]:
        """All threads' seconds."""
        return sum(self._all, Counter())

    def sender(self, desk: Desk) -> Callable[[int], None]:
        """`send_batch` with the clock read at both ends."""

        def send(batch_id: int) -> None:
            self.begin()
            sending.send_batch(desk, batch_id)
            self.end(RECORD)

        return send

    def watch(self) -> None:
        """Measure two calls that have no crash point of their own."""
        sending.read_readers = self._timed(sending.read_readers, READ, inside=COMMIT)
        ticking.prepare = self._timed(ticking.prepare, PREPARE)

    def _timed(self, work: Callable[..., T], stage: str, inside: str = "") -> Callable[..., T]:
        def timed(*args: Any) -> T:
            if inside:
                self.end(inside)
            else:
                self.begin()
            made = work(*args)
            self.end(stage)
            return made

        return timed


class TimedTransport(SendGridTransport):
    """The real transport, with the clock read before and after it makes the body."""

    stages: Stages

    def send(self, batch: Batch) -> Receipt:
        """As the real one."""
        self.stages.end(LOOK)
        receipt = super().send(batch)
        self.stages.end(POST)
        return receipt

    def _content(self, batch: Batch) -> Any:
        made = super()._content(batch)
        self.stages.end(BODY)
        return made
