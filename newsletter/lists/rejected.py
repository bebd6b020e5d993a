"""Bad rows into a file of their own, to be mended and brought in again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from newsletter.errors import UsageError
from newsletter.lists.reading import BadRow

LINE, REASON = "line", "reason"


def write_rejected(path: Path, header: Sequence[str], rows: Iterable[BadRow]) -> None:
    """Write bad rows as they were, with their line and what is wrong before them.

    Raises:
        UsageError: the file can not be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([LINE, REASON, *header])
            for row in rows:
                writer.writerow([row.line, row.reason, *row.cells])
    except OSError as problem:
        raise UsageError(f"{path} can not be written: {problem.strerror}.") from problem
