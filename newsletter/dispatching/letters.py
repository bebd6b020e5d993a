"""Letters ready to be filled in, loaded once a rendition."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Connection

from newsletter.model.transport import Letter
from newsletter.rendering import ColumnFiller, column_filler
from newsletter.store.approvals import load_letter

MOST_KEPT = 64  # two issues of 32 variants; a letter is some 100 KB


@dataclass(frozen=True, slots=True)
class ReadyLetter:
    """A letter and what is needed to fill in its readers.

    Attributes:
        fillers: for each merge tag its source, and what makes readers' values fit its place.
        sources: every source a merge tag takes its value from.
    """

    letter: Letter
    fillers: tuple[tuple[str, ColumnFiller], ...]
    sources: frozenset[str]

    @classmethod
    def of(cls, letter: Letter) -> ReadyLetter:
        """Get a letter ready."""
        fillers = tuple((tag.source, column_filler(tag)) for tag in letter.merge_tags)
        return cls(letter, fillers, frozenset(tag.source for tag in letter.merge_tags))


class Letters:
    """Keeps the letters in use; frozen bytes never change, so none is ever stale."""

    def __init__(self) -> None:
        self._kept: dict[int, ReadyLetter] = {}
        self._lock = Lock()

    def get(self, connection: Connection, rendition_id: int) -> ReadyLetter:
        """The letter of a rendition; raises LedgerError when its bytes were tampered with."""
        with self._lock:
            if found := self._kept.get(rendition_id):
                return found
        ready = ReadyLetter.of(load_letter(connection, rendition_id))
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            return self._kept.setdefault(rendition_id, ready)
