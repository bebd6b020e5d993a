"""Letters ready to be filled in, loaded once a rendition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import Connection

from newsletter.model.transport import Letter
from newsletter.rendering import prepare
from newsletter.store.approvals import load_letter

MOST_KEPT = 64  # two issues of 32 variants; a letter is some 100 KB


@dataclass(frozen=True, slots=True)
class ReadyLetter:
    """A letter and what is needed to fill in its readers.

    Attributes:
        fill: from a reader's values (source -> value) to one escaped value a merge tag.
        sources: every source a merge tag takes its value from.
    """

    letter: Letter
    fill: Callable[[Mapping[str, str]], tuple[str, ...]]
    sources: frozenset[str]


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
        ready = _ready(load_letter(connection, rendition_id))
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            return self._kept.setdefault(rendition_id, ready)


def _ready(letter: Letter) -> ReadyLetter:
    sources = frozenset(tag.source for tag in letter.merge_tags)
    return ReadyLetter(letter, prepare(letter.merge_tags), sources)
