"""Every no and every erasing, in a file beside the database: what no restore may lose.

A backup is older than the last no. Whoever left or was erased since must not be mailed again
because a disk broke, so each of these lines is on the disk before the answer goes out. There are
no addresses in it, only the keyed hashes that the proof has too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from newsletter.model.consent import ConsentStep

NAME = "noes.journal"
# Bounces and complaints are not among them: the provider's own lists have those.
KEPT = (
    ConsentStep.WITHDRAWN,
    ConsentStep.ERASED,
    ConsentStep.UNDONE,
    ConsentStep.CONFIRMED,
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Noted:
    """A step that a reader took.

    Attributes:
        at: aware, UTC.
        address_hash: keyed, as the proof has it.
    """

    at: datetime
    what: ConsentStep
    address_hash: str


class Journal:
    """Adds lines; several processes may."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, what: ConsentStep, address_hashes: Sequence[str], at: datetime) -> None:
        """Keep that step of those readers, if it is one that a restore has to know.

        A disk that takes nothing does not stop a reader from leaving: the log says so.
        """
        if what not in KEPT or not address_hashes:
            return
        lines = [json.dumps([at.isoformat(), what.value, each]) for each in address_hashes]
        try:
            self._append("\n".join(lines) + "\n")
        except OSError as problem:
            _log.error("a no could not be kept beside the database", problem=str(problem))

    def _append(self, text: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        file = os.open(self._path, flags, 0o600)
        try:
            os.write(file, text.encode())  # one write: lines of two processes do not mix
            os.fsync(file)
        finally:
            os.close(file)


def read_journal(path: Path, since: datetime) -> Iterator[Noted]:
    """Every step from a moment on; a line that was cut short by a power cut is left out."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            found = _read(line)
            if found is not None and found.at >= since:
                yield found


def _read(line: str) -> Noted | None:
    try:
        at, what, address_hash = json.loads(line)
        return Noted(datetime.fromisoformat(at), ConsentStep(what), str(address_hash))
    except (TypeError, ValueError):
        return None
