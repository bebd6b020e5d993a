"""A backup as a file: a tar with the database, the secret key, and what they are.

It holds every reader's address and the key that signs their links, so nobody but its owner may
read it (mode 0600).
"""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from newsletter.errors import UsageError

FORM = 1
_MANIFEST, _DATABASE, _KEY = "manifest.json", "newsletter.db", "secret.key"
_LARGEST_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        made_at: the moment it shows, aware, UTC.
        program: the version that made it.
        revision: of the database.
        site_id: that the site's mails carried then.
        subscribers, deliveries: how many rows, for people.
        sha256: of the database file.
    """

    made_at: datetime
    program: str
    revision: str
    site_id: str
    subscribers: int
    deliveries: int
    sha256: str


class Archive:
    """A backup that was opened."""

    def __init__(self, path: Path, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._tar = tar

    @property
    def key(self) -> str:
        """The secret key's file as text; empty when keys came from the environment."""
        return _text(self._tar, _KEY) if _KEY in self._tar.getnames() else ""

    def extract_database(self, target: Path) -> None:
        """Write the database to a file, which only its owner may read.

        Raises UsageError when it is not what was backed up.
        """
        source = self._tar.extractfile(_DATABASE)
        assert source is not None
        with source, _private(target) as file:
            while piece := source.read(1 << 20):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if digest(target) != self.manifest.sha256:
            target.unlink()
            raise UsageError(f"{self.path.name} is damaged: its database is not what was saved.")


@contextmanager
def open_archive(path: Path) -> Iterator[Archive]:
    """Open a backup.

    Raises:
        UsageError: it can not be read, or is none.
    """
    try:
        with tarfile.open(path, "r:") as tar:
            yield Archive(path, tar, _read_manifest(path, tar))
    except (OSError, tarfile.TarError) as problem:
        raise UsageError(f"{path} can not be read as a backup: {problem}.") from problem


def write_archive(path: Path, manifest: Manifest, database: Path, key: str) -> None:
    """Write a backup, whole or not at all.

    Raises:
        UsageError: there is a file of that name already, or it can not be written.
    """
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        with _private(draft) as file:
            with tarfile.open(fileobj=file, mode="w:") as tar:
                _add_text(tar, _MANIFEST, _as_json(manifest))
                if key:
                    _add_text(tar, _KEY, key)
                tar.add(database, _DATABASE, filter=_without_owner)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # unlike a rename, it never takes another backup's place
    except FileExistsError:
        raise UsageError(f"{path} exists already. Give another name.") from None
    except OSError as problem:
        raise UsageError(f"{path} can not be written: {problem.strerror}.") from problem
    finally:
        draft.unlink(missing_ok=True)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _private(path: Path) -> io.BufferedWriter:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _without_owner(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry


def _as_json(manifest: Manifest) -> str:
    told = {"form": FORM, **asdict(manifest), "made_at": manifest.made_at.isoformat()}
    return json.dumps(told, indent=2) + "\n"


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = _without_owner(tarfile.TarInfo(name))
    entry.size = len(data := text.encode())
    tar.addfile(entry, io.BytesIO(data))


def _read_manifest(path: Path, tar: tarfile.TarFile) -> Manifest:
    try:
        told = json.loads(_text(tar, _MANIFEST))
        if told.pop("form") != FORM:
            raise UsageError(f"{path.name} was made by a newer version. Install that one first.")
        return Manifest(**{**told, "made_at": datetime.fromisoformat(told["made_at"])})
    except (KeyError, TypeError, ValueError) as problem:
        raise UsageError(f"{path.name} is no backup of a newsletter.") from problem


def _text(tar: tarfile.TarFile, name: str) -> str:
    file = tar.extractfile(name)
    assert file is not None
    with file:
        return file.read(_LARGEST_TEXT).decode()
