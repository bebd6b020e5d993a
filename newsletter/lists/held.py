"""Folders that belong to a process, and are known to be left when it is no more.

A lock on a file in it tells whether its process lives, and ends with it however it ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path
from secrets import token_hex

_HELD = "held"


class HeldFolder:
    """A new folder into which nobody but its owner may look, until it is closed.

    Args:
        parent: made when needed.
    """

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = parent / token_hex(8)
        self.path.mkdir(mode=0o700)
        self._held = os.open(self.path / _HELD, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_EX)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Take it away with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._held)


def forget_left(parent: Path) -> int:
    """Take away what processes left that are no more; returns how many had left something."""
    gone = 0
    for each in parent.glob("*"):
        if each.is_dir() and not _is_held(each):
            shutil.rmtree(each, ignore_errors=True)
            gone += 1
    return gone


def _is_held(folder: Path) -> bool:
    try:
        held = os.open(folder / _HELD, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(held)
    return False
