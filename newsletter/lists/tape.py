"""Rows of CSV (RFC 4180) as they lie in a file, in which one broken quote costs one row.

The standard library's reader swallows everything behind a quote that is never closed. Here such
a row is given up, and reading goes on with the line behind the one it began in.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from newsletter.errors import UsageError

LONGEST_LINE = 4 << 20  # characters; a picture pasted into a cell still fits
_MOST_LINES = 100  # of one row: notes have some, a lost quote has all the rest of the file
_KEPT = 200  # characters of a line that is too long


def allow_long_cells() -> None:
    """Let the standard library read what may stand in a list; it is a setting of the process."""
    csv.field_size_limit(2 * LONGEST_LINE)


class _Unclosed(Exception):
    """A row that goes on for too many lines."""


class Tape(Iterator[tuple[int, list[str], str]]):
    """Rows of an open file: the line each begins in, its cells, and what is wrong with it.

    Args:
        file: opened with `newline=""`.
        delimiter: one character.
        line: the number of the next line, counted from 1.
    """

    def __init__(self, file: TextIO, delimiter: str, line: int = 1) -> None:
        self._file = file
        self._ahead: deque[str] = deque()
        self._taken: list[str] = []
        self._line = line
        allow_long_cells()
        self._rows = csv.reader(_Feed(self), delimiter=delimiter, strict=True)

    def __next__(self) -> tuple[int, list[str], str]:
        self._line += len(self._taken)
        self._taken.clear()
        try:
            return self._line, next(self._rows), ""
        except (csv.Error, _Unclosed) as problem:
            return self._give_up(problem)

    def feed(self) -> str:
        """The next line, for the reader."""
        if len(self._taken) >= _MOST_LINES:
            raise _Unclosed
        line = self._ahead.popleft() if self._ahead else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self._taken.append(line)
        if len(line) >= LONGEST_LINE and not line.endswith(("\n", "\r")):
            self._skip_line()
            raise csv.Error("too long")
        return line

    def _skip_line(self) -> None:
        while (more := self._file.readline(LONGEST_LINE)) and not more.endswith(("\n", "\r")):
            pass

    def _give_up(self, problem: Exception) -> tuple[int, list[str], str]:
        if not self._taken:
            raise UsageError(f"Line {self._line} can not be read: {problem}.") from problem
        first, *rest = self._taken
        self._ahead.extendleft(reversed(rest))
        self._taken = [first]
        if len(first) >= LONGEST_LINE:
            return self._line, [first[:_KEPT]], f"is longer than {LONGEST_LINE >> 20} MB; cut here"
        return self._line, [first.rstrip("\r\n")], "has a quote that is not closed, or not doubled"


class _Feed(Iterator[str]):
    """A tape as an iterator of lines."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def __next__(self) -> str:
        return self._tape.feed()
