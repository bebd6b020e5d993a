"""Start, kill, stop and wait for sending processes; end what a test leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
SECONDS = 120.0
_LOOK_EVERY = 0.01


@dataclass
class Sender:
    """One sending process."""

    process: subprocess.Popen[str]

    def wait_ready(self) -> None:
        """Until it has opened the database and begins to tick."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line == "ready\n", f"the sender did not start: {self.process.communicate()}"

    def kill(self) -> None:
        """End it as the machine's out-of-memory killer would."""
        self.process.kill()
        self.process.wait(SECONDS)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def died(self) -> bool:
        """Wait for its end; whether it was killed."""
        out, err = self.process.communicate(timeout=SECONDS)
        assert self.process.returncode in (0, -signal.SIGKILL), out + err
        return self.process.returncode == -signal.SIGKILL

    def result(self) -> dict[str, Any]:
        """Wait for its end and take what it says."""
        out, err = self.process.communicate(timeout=SECONDS)
        assert self.process.returncode == 0, out + err
        answer: dict[str, Any] = json.loads(out.splitlines()[-1])
        return answer | {"err": err}

    def is_stopped(self) -> bool:
        """Whether it stands still."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        return stat.rpartition(") ")[2].startswith("T")


class Senders:
    """Starts senders and ends those that are left at the end of a test."""

    def __init__(self, database: str, sandbox: str) -> None:
        self._where = (database, sandbox)
        self._started: list[Sender] = []

    def start(self, **options: Any) -> Sender:
        """Start one; options as `tests/faults/sender.py` takes them."""
        flags = [f"--{name}={value}" for name, value in options.items()]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.sender", *self._where, *flags],
            cwd=_ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )
        self._started.append(Sender(process))
        return self._started[-1]

    def run(self, **options: Any) -> dict[str, Any]:
        """Start one and wait for what it says at its end."""
        return self.start(**options).result()

    def end_all(self) -> None:
        """End what still runs."""
        for sender in self._started:
            if sender.process.poll() is None:
                sender.process.kill()
            sender.process.communicate()


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
