"""Files that appear complete or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.errors import UsageError


def replace_file(path: Path, data: bytes) -> None:
    """Put new bytes in the place of a file, which keeps its mode.

    A symbolic link stays one: what it leads to is replaced.

    Raises:
        UsageError: the disk is full, the folder may not be written, and the like.
    """
    real = path.resolve()
    with _saying(path), _draft(real, data, stat.S_IMODE(real.stat().st_mode)) as draft:
        draft.replace(real)


def create_file(path: Path, data: bytes) -> None:
    """Make a file that is not there yet, and its folder.

    Raises:
        FileExistsError: it is there.
        UsageError: as for `replace_file`.
    """
    with _saying(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with _draft(path, data, None) as draft:
            os.link(draft, path)
            draft.unlink()


def move_file(path: Path, new: Path) -> None:
    """Give a file another name in the same folder; never that of another one.

    Raises:
        FileExistsError: the name is taken.
        UsageError: as for `replace_file`.
    """
    with _saying(path):
        os.link(path, new)
        path.unlink()
        _settle(new.parent)


def remove_file(path: Path) -> None:
    """Take a file away; raises UsageError when that is not allowed."""
    with _saying(path):
        path.unlink()
        _settle(path.parent)


@contextmanager
def _draft(path: Path, data: bytes, mode: int | None) -> Iterator[Path]:
    """The bytes on the disk, in the same folder under a name that nobody reads."""
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        with draft.open("xb") as file:
            file.write(data)
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        yield draft
        _settle(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make a rename last (POSIX leaves it to the folder's own fsync)."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _saying(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise UsageError(f"{path.name} can not be written: {error.strerror}.") from None
