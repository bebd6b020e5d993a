"""Real processes of the program that start at once.

Importing everything takes a second or two a process. Here one server process has imported it
all and forks: each command still is a process of its own, with its own memory, signals and exit
code, and may be killed.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import runpy
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0  # seconds; only a failing test waits so long
_PRELOADED = ["newsletter.cli.program", "newsletter.bootstrap", "tests.preloaded"]


@dataclass(frozen=True)
class Running:
    """A process that was started, and what it writes."""

    words: tuple[str, ...]
    process: Any
    folder: Path

    @property
    def pid(self) -> int:
        """Its number."""
        return int(self.process.pid)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended yet."""
        return bool(self.process.is_alive())

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.is_alive:
            os.kill(self.pid, number)

    def end(self, number: int = signal.SIGTERM) -> Ended:
        """Ask it to end, and wait."""
        self.send_signal(number)
        return self.wait()

    def wait(self) -> Ended:
        """Wait until it has ended by itself."""
        self.process.join(PATIENCE)
        if self.is_alive:
            self.process.kill()
            raise AssertionError(f"{self.words} did not end:\n{self._read('err')}")
        ended = Ended(self.words, self.process.exitcode, self._read("out"), self._read("err"))
        assert "Traceback" not in ended.err, ended.err
        return ended

    def _read(self, name: str) -> str:
        return (self.folder / name).read_text("utf-8")


@dataclass(frozen=True)
class Ended:
    """What a process left behind."""

    words: tuple[str, ...]
    code: int
    out: str
    err: str

    def require(self, code: int) -> Ended:
        """Itself, with that exit code; a failing test otherwise."""
        assert self.code == code, f"{self.words} ended with {self.code}:\n{self.out}{self.err}"
        return self

    @property
    def json(self) -> Any:
        """The document it printed."""
        return json.loads(self.out)


def newsletter(words: Sequence[str], cwd: Path, environ: Mapping[str, str]) -> Running:
    """Start `newsletter WORDS`."""
    return _start(("newsletter", *words), cwd, environ)


def scheduler(cwd: Path, environ: Mapping[str, str]) -> Running:
    """Start what `python scheduler.py` runs."""
    return _start((str(ROOT / "scheduler.py"),), cwd, environ)


_WRITTEN = ("out", "err")


def _start(words: tuple[str, ...], cwd: Path, environ: Mapping[str, str]) -> Running:
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=cwd.parent))
    for name in _WRITTEN:
        (folder / name).touch()
    args = (words, str(cwd), dict(environ), str(folder))
    process = _server().Process(target=_run, args=args, daemon=True)  # ends with the test run
    process.start()
    return Running(words, process, folder)


@cache
def _server() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _run(words: tuple[str, ...], cwd: str, environ: dict[str, str], folder: str) -> None:
    """In the new process: become the program."""
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    _write_into(folder)
    sys.argv = list(words)
    if words[0].endswith(".py"):
        runpy.run_path(words[0], run_name="__main__")
        return
    from newsletter.cli import main

    main()


def _write_into(folder: str) -> None:
    for number, name in ((1, "out"), (2, "err")):
        file = os.open(Path(folder) / name, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", closefd=False)
