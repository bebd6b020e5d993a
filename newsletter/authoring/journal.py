"""What files said before: the way back from changes made here, also after a restart.

Each file has a folder in `var/studio/undo/`: its texts as bytes under their versions, and
`steps.json` with their order and the place in it. Callers hold the site's lock.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.authoring.bytes_of_files import version_of
from newsletter.authoring.locking import FOLDER
from newsletter.errors import UsageError
from newsletter.model.site import Site

MOST_STEPS = 50
MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Steps:
    """Versions in order.

    Attributes:
        at: which of them the file says, as far as it was changed here.
    """

    versions: tuple[str, ...] = ()
    at: int = -1

    def leads(self, version: str, step: int) -> bool:
        """Whether there is a step from a version that is the present one."""
        here = 0 <= self.at < len(self.versions) and self.versions[self.at] == version
        return here and 0 <= self.at + step < len(self.versions)


def can_undo(site: Site, name: str, version: str) -> bool:
    """Whether there is a way back from what a file says; `name` is relative to the site."""
    return _steps(_folder(site, name)).leads(version, -1)


def can_redo(site: Site, name: str, version: str) -> bool:
    """Whether an undone change can be made again."""
    return _steps(_folder(site, name)).leads(version, +1)


def record(site: Site, name: str, before: bytes, after: bytes) -> None:
    """Note a change; what was undone before it is gone, and so are the oldest of many."""
    folder = _folder(site, name)
    folder.mkdir(parents=True, exist_ok=True)
    steps = _steps(folder)
    kept = steps.versions[: steps.at + 1]
    if not kept or kept[-1] != version_of(before):
        kept = (*kept, _keep(folder, before))
    kept = _bounded(folder, (*kept, _keep(folder, after)))
    _write(folder, Steps(kept, len(kept) - 1))
    _sweep(folder, kept)


def step_bytes(site: Site, name: str, version: str, step: int) -> bytes:
    """What a file said a step before (-1) or after (+1).

    Raises:
        UsageError: there is no such step from what it says now.
    """
    folder = _folder(site, name)
    steps = _steps(folder)
    try:
        if steps.leads(version, step):
            data = (folder / steps.versions[steps.at + step]).read_bytes()
            if version_of(data) == steps.versions[steps.at + step]:
                return data
    except OSError:
        pass
    what = "undo" if step < 0 else "redo"
    raise UsageError(f"There is nothing to {what} in {name}.")


def go(site: Site, name: str, step: int) -> None:
    """Note that a step was taken."""
    folder = _folder(site, name)
    steps = _steps(folder)
    _write(folder, replace(steps, at=steps.at + step))


def renamed(site: Site, old: str, new: str) -> None:
    """Keep the way back of a file that has another name now."""
    before, after = _folder(site, old), _folder(site, new)
    with suppress(OSError):
        if before.exists():
            shutil.rmtree(after, ignore_errors=True)
            before.rename(after)


def _folder(site: Site, name: str) -> Path:
    return site.root / FOLDER / "undo" / hashlib.sha256(name.encode()).hexdigest()[:32]


def _steps(folder: Path) -> Steps:
    """The steps noted; none when the notes are gone or damaged, for they are a comfort only."""
    try:
        noted = json.loads((folder / "steps.json").read_text("utf-8"))
        return Steps(tuple(str(version) for version in noted["versions"]), int(noted["at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Steps()


def _write(folder: Path, steps: Steps) -> None:
    draft = folder / "steps.draft"
    draft.write_text(json.dumps({"versions": steps.versions, "at": steps.at}), "utf-8")
    draft.replace(folder / "steps.json")


def _keep(folder: Path, data: bytes) -> str:
    version = version_of(data)
    (folder / version).write_bytes(data)
    return version


def _bounded(folder: Path, versions: tuple[str, ...]) -> tuple[str, ...]:
    """The latest steps that fit; always the last."""
    versions = versions[-(MOST_STEPS + 1) :]
    room, first = MOST_BYTES, len(versions)
    for at in range(len(versions) - 1, -1, -1):
        path = folder / versions[at]
        room -= path.stat().st_size if path.exists() else MOST_BYTES
        if room < 0 and first < len(versions):
            break
        first = at
    return versions[first:]


def _sweep(folder: Path, kept: tuple[str, ...]) -> None:
    for path in folder.iterdir():
        if path.name not in kept and path.suffix != ".json":
            path.unlink(missing_ok=True)
