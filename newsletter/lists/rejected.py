"""Bad rows into files of their own, to be mended and brought in again."""

from __future__ import annotations

import csv
import filecmp
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from newsletter.errors import UsageError
from newsletter.lists.cells import bare, neutral
from newsletter.lists.kinds import Kind, kind_of_name
from newsletter.lists.reading import ListPlan
from newsletter.lists.rows import BadRow
from newsletter.lists.tape import allow_long_cells
from newsletter.lists.writing import new_file

LINE, REASON = "line", "reason"
_ENDING = ".rejected.csv"
_MOST_FILES = 1_000


class Rejected:
    """The bad rows of one list; a file is made with the first, and finished at the end.

    Its name says what the list was a list of: bad rows of a list of noes, mended and brought in
    again, are noes without anybody having to say so.

    Args:
        folder: made when needed; nobody but its owner may look into it.
    """

    def __init__(self, folder: Path, plan: ListPlan) -> None:
        self._folder = folder
        self._stem = _stem(plan)
        self._header = plan.columns.header
        self._file: IO[str] | None = None
        self.path: Path | None = None

    def add(self, row: BadRow) -> None:
        """Write a row as it was, with its line and what is wrong before it."""
        try:
            if self._file is None:
                self._file = self._begin()
            cells = (neutral(each) for each in row.cells)
            csv.writer(self._file).writerow([row.line, row.reason, *cells])
        except OSError as problem:
            raise _unwritable(self._folder, problem) from problem

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Keep it under a name of its own; the same rows again keep the file they have."""
        if self._file is None:
            return
        self._file.close()
        made = Path(self._file.name)
        try:
            self.path = _settle(made, self._folder, self._stem)
        except OSError as problem:
            raise _unwritable(self._folder, problem) from problem

    def _begin(self) -> IO[str]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115  # closed at the end of the list
            "w",
            encoding="utf-8",
            errors="surrogateescape",
            newline="",
            suffix=".part",
            dir=self._folder,
            delete=False,
        )
        csv.writer(file).writerow([LINE, REASON, *self._header])
        return file


def forget_rejected(folder: Path, address: str) -> int:
    """Take every row that names an address out of the bad rows kept; returns how many.

    Args:
        address: normalised.
    """
    gone = 0
    for path in sorted(folder.glob(f"*{_ENDING}")):
        gone += _forget_in(path, address)
    return gone


def _forget_in(path: Path, address: str) -> int:
    gone = 0
    allow_long_cells()
    with (
        path.open(encoding="utf-8", errors="surrogateescape", newline="") as old,
        new_file(path) as new,
    ):
        writer = csv.writer(new)
        for row in csv.reader(old):
            if any(address in bare(each).lower() for each in row):
                gone += 1
            else:
                writer.writerow(row)
    return gone


def _stem(plan: ListPlan) -> str:
    stem = Path(plan.source.name.rpartition(":")[2]).stem.removesuffix(".rejected")
    kind = kind_of_name(stem) or Kind.SUBSCRIBED
    return stem if kind is plan.kind else f"{plan.kind}-{stem}"


def _settle(made: Path, folder: Path, stem: str) -> Path:
    for number in range(1, _MOST_FILES):
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{_ENDING}"
        if path.exists() and filecmp.cmp(made, path, shallow=False):
            made.unlink()
            return path
        with suppress(FileExistsError):
            os.link(made, path)
            made.unlink()
            return path
    raise OSError(0, f"there are {_MOST_FILES} files of that name")


def _unwritable(folder: Path, problem: OSError) -> UsageError:
    return UsageError(f"Bad rows can not be written to {folder}: {problem.strerror}.")
