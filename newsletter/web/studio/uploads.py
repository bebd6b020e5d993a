"""Lists that people sent to the studio, on disk for as long as they are needed and no longer."""

from __future__ import annotations

import re
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from newsletter.errors import NotFound, UsageError
from newsletter.lists import HeldFolder, forget_left
from newsletter.web.studio.visit import Upload

MOST = 5
_PIECE = 1 << 20
_ID = re.compile(r"[0-9a-f]{16}")
_UNFIT = re.compile(r"[^\w. ()+-]+")


class Uploads:
    """A folder of this process; those that processes before it left are taken away.

    Args:
        folder: made when first needed; nobody but its owner may look into it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._mine: HeldFolder | None = None
        self._order: list[str] = []
        forget_left(folder)

    def keep(self, upload: Upload) -> str:
        """Write a file to disk, a piece at a time; returns what it is called from now on.

        The oldest go when there are too many. Raises UsageError when it can not be written.
        """
        name = token_hex(8)
        try:
            place = self._place() / name
            place.mkdir(mode=0o700)
            upload.file.seek(0)
            with (place / _file_name(upload.name)).open("wb") as file:
                shutil.copyfileobj(upload.file, file, _PIECE)
        except OSError as problem:
            raise UsageError(f"The list can not be kept: {problem.strerror}.") from problem
        with self._lock:
            self._order.append(name)
            oldest = self._order[:-MOST]
        for each in oldest:
            self.drop(each)
        return name

    def find(self, name: str) -> Path:
        """The file of that name; raises NotFound when it is gone."""
        folder = self.folder_of(name)
        found = [each for each in folder.glob("*") if each.is_file()] if folder.is_dir() else []
        if not found:
            raise NotFound("This list is not here any more. Send it again.")
        return found[0]

    def folder_of(self, name: str) -> Path:
        """Where a file and what belongs to it lies; raises NotFound for what is no name."""
        if self._mine is None or not _ID.fullmatch(name):
            raise NotFound("This list is not here any more. Send it again.")
        return self._mine.path / name

    def drop(self, name: str) -> None:
        """Take a file away, with what belongs to it."""
        with self._lock:
            self._order = [each for each in self._order if each != name]
        with suppress(NotFound):
            shutil.rmtree(self.folder_of(name), ignore_errors=True)

    def close(self) -> None:
        """Take all of them away."""
        if self._mine is not None:
            self._mine.close()
            self._mine = None

    def _place(self) -> Path:
        with self._lock:
            if self._mine is None:
                self._mine = HeldFolder(self._folder)
            return self._mine.path


def _file_name(name: str) -> str:
    """What a browser called it, made fit to be a file: what it is a list of may stand in it."""
    plain = _UNFIT.sub("-", name.replace("\\", "/").rpartition("/")[2]).strip(" .-")
    return plain[-100:] or "list.csv"
