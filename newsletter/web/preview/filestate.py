"""A mark for the state of a site's files. Every request asks for it, so it is quick.

While another thread computes, each call of the system is a wait for the interpreter: hence one
look at each folder, and no file is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

_DRAFT = ".draft"  # a file that is still being written, with a dot before its name


def state_of(file: Path, folders: Iterable[Path]) -> str:
    """A mark that is another one as soon as a file is written, comes, goes, or gets a new name.

    Args:
        file: a single file.
        folders: with everything below; links to folders are not followed.
    """
    digest = blake2b(digest_size=8)
    with suppress(OSError):
        digest.update(_state(str(file), file.stat()))
    for folder in folders:
        for state in _below(str(folder)):
            digest.update(state)
    return digest.hexdigest()


def _below(folder: str) -> Iterator[bytes]:
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError:
        return  # gone between listing and looking: the next look tells
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield f"{entry.path}/\n".encode(errors="surrogateescape")
            yield from _below(entry.path)
        elif not (entry.name.startswith(".") and entry.name.endswith(_DRAFT)):
            with suppress(OSError):
                yield _state(entry.path, entry.stat())


def _state(path: str, stat: os.stat_result) -> bytes:
    state = f"{path}\0{stat.st_mtime_ns}\0{stat.st_size}\n"
    return state.encode(errors="surrogateescape")
