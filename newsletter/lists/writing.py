"""A list as a file that a spreadsheet opens and does not run."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from newsletter.errors import UsageError
from newsletter.lists.cells import neutral

_ROWS_A_PIECE = 500


def write_list(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a CSV file (RFC 4180, UTF-8), whole or not at all; returns how many rows.

    Only its owner may read it. Raises UsageError when it can not be written.
    """
    count = 0
    try:
        with new_file(path) as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in rows:
                writer.writerow([neutral(each) for each in row])
                count += 1
    except OSError as problem:
        raise UsageError(f"{path} can not be written: {problem.strerror}.") from problem
    return count


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """Rows as CSV (RFC 4180); no cell is run by a spreadsheet."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(header)
    writer.writerows([neutral(str(cell)) for cell in row] for row in rows)
    return file.getvalue()


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The same file piece by piece, to be sent while it is made."""
    kept = io.StringIO()
    writer = csv.writer(kept)
    writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow([neutral(each) for each in row])
        if number % _ROWS_A_PIECE == 0:
            yield _taken(kept)
    yield _taken(kept)


def _taken(kept: io.StringIO) -> str:
    text = kept.getvalue()
    kept.seek(0)
    kept.truncate()
    return text


@contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """A file that takes the place of another when it is complete; else nothing happened.

    What is no letter of UTF-8 goes out as the byte that it came in as.
    """
    with tempfile.NamedTemporaryFile(
        "w",
        encoding="utf-8",
        errors="surrogateescape",
        newline="",
        prefix=f".{path.name}.",
        dir=path.parent,
        delete=False,
    ) as file:
        made = Path(file.name)
        try:
            yield file
            file.flush()
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise
