"""Hand a list over to whoever the engine asks, and hear what came of it.

Its bytes go through the database, because that is what all machines of a site share. Once they
are there, whoever handed the list over may end: it is brought in all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from newsletter.errors import UsageError
from newsletter.lists import BadRow
from newsletter.store import Store
from newsletter.store.list_imports import (
    THE_LIST,
    ImportStanding,
    drop_import,
    keep_import,
    keep_piece,
    read_piece,
    release_import,
    standing_of,
    wish_stop,
)
from newsletter.subscribing.importing import Tally
from newsletter.subscribing.list_choices import Choices
from newsletter.subscribing.list_files import BadRows

PIECE = 1 << 20  # bytes a transaction


def hand_over(store: Store, file: Path, choices: Choices) -> int:
    """Keep a list to be brought in; returns the number it is asked for by."""
    with store.write() as connection:
        now = store.now(connection)
        import_id = keep_import(connection, file.name, choices.as_json(), now)
    keep_file(store, import_id, THE_LIST, file)
    with store.write() as connection:
        release_import(connection, import_id)
    return import_id


def stop_handed(store: Store, import_id: int) -> None:
    """It is to end after what is being written."""
    with store.write() as connection:
        wish_stop(connection, import_id)


def look_at_handed(store: Store, import_id: int) -> ImportStanding:
    """How far it is.

    Raises:
        UsageError: it is gone: nobody brought it in for a day.
    """
    with store.read() as connection:
        found = standing_of(connection, import_id)
    if found is None:
        raise UsageError("Nobody brought this list in, so it was forgotten. Send it again.")
    return found


def take_back(store: Store, import_id: int, folder: Path) -> tuple[Tally, BadRows]:
    """What came of a list that is over; it is forgotten with that.

    Args:
        folder: where the files of bad rows are kept.
    """
    result = look_at_handed(store, import_id).result
    bad = BadRows([(name, BadRow(line, reason, ())) for name, line, reason in result["bad"]])
    paths = []
    for part, name in enumerate(result["files"], 1):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        paths.append(_free(folder / name))
        write_file(store, import_id, part, paths[-1])
    bad.paths = tuple(paths)
    with store.write() as connection:
        drop_import(connection, import_id)
    return Tally(**result["tally"]), bad


def told_of(tally: Tally, bad: BadRows) -> dict[str, Any]:
    """The same as it is kept; what stood in bad rows is in their files alone."""
    return {
        "tally": asdict(tally),
        "bad": [[name, row.line, row.reason] for name, row in bad.first],
        "files": [path.name for path in bad.paths],
    }


def keep_file(store: Store, import_id: int, part: int, file: Path) -> None:
    """Put a file into the database, a piece at a time."""
    with file.open("rb") as source:
        number = 0
        while data := source.read(PIECE):
            with store.write() as connection:
                keep_piece(connection, import_id, part, number, data)
            number += 1


def write_file(
    store: Store, import_id: int, part: int, file: Path, told: Callable[[], None] = lambda: None
) -> None:
    """Get a file out of the database; nobody but its owner may read it.

    Args:
        told: called before each piece.
    """
    file.touch(mode=0o600, exist_ok=False)
    with file.open("wb") as target:
        number = 0
        while True:
            told()
            with store.read() as connection:
                data = read_piece(connection, import_id, part, number)
            if not data:
                return
            target.write(data)
            number += 1


def _free(path: Path) -> Path:
    """A name that no file has, as like as may be."""
    free, number = path, 2
    while free.exists():
        free, number = path.with_name(f"{path.stem}-{number}{path.suffix}"), number + 1
    return free
