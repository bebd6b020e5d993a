"""Bring in the list that waits longest, for whoever handed it over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import monotonic

import structlog

from newsletter.errors import NewsletterError
from newsletter.lists import HeldFolder, forget_left
from newsletter.model.list_import import ImportStage
from newsletter.store.list_imports import (
    THE_LIST,
    HandedList,
    claim_import,
    end_import,
    let_go,
    note_read,
)
from newsletter.subscribing.handing_over import keep_file, told_of, write_file
from newsletter.subscribing.list_choices import Choices
from newsletter.subscribing.list_files import Progress, bring_lists
from newsletter.subscribing.reception import Reception

_SIGN_EVERY = 1.0  # seconds between two signs of life
_AT_OUR_END = "Something is wrong at our end; it is written down for those who mend it."

_log = structlog.get_logger(__name__)


class _Stopped(Exception):
    """Somebody wished it; what was read so far is in."""


class _Ending(Exception):
    """This process ends; the next one does it again from the beginning, which changes nothing."""


def bring_handed(reception: Reception, folder: Path, stopping: Callable[[], bool]) -> bool:
    """Bring in one list.

    Args:
        folder: for as long as it takes, the list lies in there.
        stopping: whether the process was asked to end.

    Returns:
        Whether there was one.
    """
    store = reception.store
    with store.write() as connection:
        mine = claim_import(connection, store.now(connection))
    if mine is None:
        return False
    forget_left(folder)
    try:
        with HeldFolder(folder) as place:
            _bring(reception, mine, place, _Signs(reception, mine, stopping))
    except _Stopped:
        _end(reception, mine, ImportStage.STOPPED)
    except _Ending:
        with store.write() as connection:
            let_go(connection, mine.id)
    except NewsletterError as problem:
        _end(reception, mine, ImportStage.FAILED, str(problem))
    except Exception:
        _log.exception("a list could not be brought in")
        _end(reception, mine, ImportStage.FAILED, _AT_OUR_END)
    return True


class _Signs:
    """Tells every second that somebody is at it, and hears whether to go on."""

    def __init__(
        self, reception: Reception, mine: HandedList, stopping: Callable[[], bool]
    ) -> None:
        self._reception, self._mine, self._stopping = reception, mine, stopping
        self._read, self._next = 0, 0.0

    def __call__(self, read: int | None = None) -> None:
        """Raises _Stopped or _Ending.

        Args:
            read: bytes so far; None: as before.
        """
        self._read = self._read if read is None else read
        if self._stopping():
            raise _Ending
        if monotonic() < self._next:
            return
        self._next = monotonic() + _SIGN_EVERY
        store = self._reception.store
        with store.write(durable=False) as connection:
            now = store.now(connection)
            if not note_read(connection, self._mine.id, self._read, now):
                raise _Stopped


def _bring(reception: Reception, mine: HandedList, place: Path, signs: _Signs) -> None:
    store, file = reception.store, place / mine.name
    write_file(store, mine.id, THE_LIST, file, signs)
    lists = Choices.of_json(mine.choices).read(file, reception.site, reception.now)
    tally, bad = bring_lists(reception, replace(lists, told=Progress(signs)), place / "rejected")
    for part, path in enumerate(bad.paths, 1):
        keep_file(store, mine.id, part, path)
    with store.write() as connection:
        end_import(connection, mine.id, ImportStage.DONE, told_of(tally, bad))


def _end(reception: Reception, mine: HandedList, stage: ImportStage, problem: str = "") -> None:
    with reception.store.write() as connection:
        end_import(connection, mine.id, stage, {}, problem)
