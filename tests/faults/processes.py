"""Start, kill, stop and wait for sending processes; end what a test leaves behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.faults.sender import Orders, run, run_worker

SECONDS = 60.0
_LOOK_EVERY = 0.01
# Processes of their own, forked from one that has imported everything and opened nothing;
# `tests/processes.py` forks from the same one.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["newsletter.bootstrap", "tests.preloaded", "tests.faults.sender"])


@dataclass
class Sender:
    """One sending process."""

    process: BaseProcess
    wire: Connection

    def wait_ready(self) -> None:
        """Until it has opened the database and begins to tick."""
        assert self._hear() == "ready"

    def kill(self) -> None:
        """End it as the machine's out-of-memory killer would."""
        self.process.kill()
        self.process.join(SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, number)

    def was_killed(self) -> bool:
        """Wait for its end; whether it was killed."""
        self.process.join(SECONDS)
        return self.process.exitcode == -signal.SIGKILL

    def result(self) -> dict[str, Any]:
        """Wait for its end and take what it says."""
        while not isinstance(answer := self._hear(), dict):
            pass
        self.process.join(SECONDS)
        assert self.process.exitcode == 0
        return answer

    def is_stopped(self) -> bool:
        """Whether it stands still."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return stat.rpartition(") ")[2].startswith("T")

    def _hear(self) -> Any:
        assert self.wire.poll(SECONDS), "the sender says nothing"
        return self.wire.recv()


class Senders:
    """Starts senders and ends those that are left at the end of a test."""

    def __init__(self, database: str, sandbox: str) -> None:
        self._where = (database, sandbox)
        self._started: list[Sender] = []

    def start(self, **orders: Any) -> Sender:
        """Start one; see `Orders`."""
        return self._start(run, orders)

    def start_worker(self, **orders: Any) -> Sender:
        """Start a worker, which sends what another rings for; see `Orders`."""
        return self._start(run_worker, orders | {"queue": True})

    def _start(self, does: Callable[[Orders, Connection], None], orders: dict[str, Any]) -> Sender:
        ours, theirs = _FORKS.Pipe()
        process = _FORKS.Process(target=does, args=(Orders(*self._where, **orders), theirs))
        process.start()
        theirs.close()
        self._started.append(Sender(process, ours))
        return self._started[-1]

    def run(self, **orders: Any) -> dict[str, Any]:
        """Start one and wait for what it says at its end."""
        return self.start(**orders).result()

    def end_all(self) -> None:
        """End what still runs."""
        for sender in self._started:
            if sender.process.is_alive():
                sender.kill()
            sender.wire.close()


@contextmanager
def senders(database: str, sandbox: str) -> Iterator[Senders]:
    """Senders on a database and a sandbox, all of which have ended at the end."""
    made = Senders(database, sandbox)
    try:
        yield made
    finally:
        made.end_all()


def wait_until(holds: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return as soon as it holds; fail when it never does."""
    pause = threading.Event()
    for _ in range(int(seconds / _LOOK_EVERY)):
        if holds():
            return
        pause.wait(_LOOK_EVERY)
    raise AssertionError(f"it did not come to pass within {seconds:g} seconds")
