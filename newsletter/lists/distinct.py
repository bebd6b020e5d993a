"""Which addresses were seen before, for lists of any length in little memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from types import TracebackType
from typing import Self


class Seen:
    """A set of texts that moves to a temporary file by itself when it grows."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # private, gone when closed
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("CREATE TABLE seen (text PRIMARY KEY) WITHOUT ROWID")
        self._database.execute("BEGIN")

    def new_among(self, texts: Iterable[str]) -> list[str]:
        """Those not seen before, each once and in order; from now on they are."""
        add = "INSERT OR IGNORE INTO seen VALUES (?)"
        run = self._database.execute
        return [text for text in texts if run(add, (text,)).rowcount]

    def among(self, texts: Iterable[str]) -> set[str]:
        """Those seen before."""
        find = "SELECT 1 FROM seen WHERE text = ?"
        return {text for text in texts if self._database.execute(find, (text,)).fetchone()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()
