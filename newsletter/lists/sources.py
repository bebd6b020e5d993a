"""The lists in what a person hands over: one file, or a ZIP of them."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from newsletter.errors import UsageError
from newsletter.lists.kinds import Kind, kind_of_name

MOST_BYTES = 4 << 30  # of all files of a ZIP unpacked: some 15 million readers of Mailchimp's
MOST_FILES = 100
MOST_RATIO = 100  # lists shrink to a tenth; what shrinks to a hundredth is no list
_SMALL = 1 << 20  # below that no ratio harms anybody
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENDINGS = (".csv", ".tsv", ".txt")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Source:
    """One list, to be opened as often as needed.

    Attributes:
        name: for people: the file, and behind a colon the one in the ZIP.
        kind: what its own name says it is a list of; None when it says nothing.
        size: bytes, unpacked.
        start: opens it.
    """

    name: str
    kind: Kind | None
    size: int
    start: Callable[[], Any] = field(repr=False)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Its bytes, from the beginning.

        Raises:
            UsageError: it can not be read, also while it is read.
        """
        try:
            with self.start() as stream:
                yield stream
        except OSError as problem:
            raise UsageError(f"{self.name} can not be read: {problem.strerror}.") from problem
        except _BROKEN as problem:
            raise _broken(self.name, problem) from problem


def find_sources(path: Path) -> tuple[Source, ...]:
    """The lists in a file; nothing is ever unpacked onto the disk.

    Returns:
        At least one; noes come before yeses.

    Raises:
        UsageError: it can not be read, is a workbook, is no ZIP one should trust, or has no list.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
        if head not in _ZIP:
            size, kind = path.stat().st_size, kind_of_name(path.name)
            return (Source(path.name, kind, size, lambda: path.open("rb")),)
    except OSError as problem:
        raise UsageError(f"{path} can not be read: {problem.strerror}.") from problem
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (OSError, ValueError, *_BROKEN) as problem:
        raise _broken(path.name, problem) from problem
    return _sources_of(path, members)


def _sources_of(path: Path, members: list[zipfile.ZipInfo]) -> tuple[Source, ...]:
    _require_harmless(path, members)
    found = [_member(path, each) for each in members if _is_list(each.filename)]
    if not found:
        has = ", ".join(each.filename for each in members[:5]) or "nothing"
        raise UsageError(f"{path.name} has no list in it, only: {has}. A list ends with .csv.")
    unpacked = {source.name: source.kind or Kind.SUBSCRIBED for source in found}
    return tuple(sorted(found, key=lambda source: not unpacked[source.name].is_no))


def _require_harmless(path: Path, members: list[zipfile.ZipInfo]) -> None:
    if any(each.filename == "[Content_Types].xml" for each in members):
        raise UsageError(f"{path.name} is a workbook. Save it as CSV (UTF-8) and bring that in.")
    if len(members) > MOST_FILES:
        raise UsageError(f"{path.name} has {len(members):,} files; {MOST_FILES} are the most.")
    for each in members:
        parts = each.filename.replace("\\", "/").split("/")
        if ".." in parts or not parts[0] or ":" in parts[0]:
            raise UsageError(f'{path.name} has a file "{each.filename}" that climbs out of it.')
        if each.flag_bits & 1:
            raise UsageError(f"{path.name} has a password. Unpack it and bring its files in.")
    _require_small(path, members)


def _require_small(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """By the sizes it states; Python reads no byte more than these."""
    unpacked = sum(each.file_size for each in members)
    packed = sum(each.compress_size for each in members)
    blown_up = unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1)
    if unpacked > MOST_BYTES or blown_up:
        raise UsageError(
            f"{path.name} holds {unpacked >> 20:,} MB in {max(packed >> 20, 1):,} MB, as no list "
            "does. If it is one, unpack it and bring its files in."
        )


def _is_list(name: str) -> bool:
    plain = name.rpartition("/")[2].lower()
    return plain.endswith(_ENDINGS) and not plain.startswith(".") and "__macosx" not in name.lower()


def _member(path: Path, info: zipfile.ZipInfo) -> Source:
    def start() -> Any:
        return _Member(path, info)

    plain = info.filename.rpartition("/")[2]
    return Source(f"{path.name}:{plain}", kind_of_name(plain), info.file_size, start)


class _Member(io.BufferedReader):
    """A file of a ZIP that closes the ZIP with itself."""

    def __init__(self, path: Path, info: zipfile.ZipInfo) -> None:
        self._archive = zipfile.ZipFile(path)
        try:
            super().__init__(self._archive.open(info))  # type: ignore[arg-type]
        except BaseException:
            self._archive.close()
            raise

    def close(self) -> None:
        super().close()
        self._archive.close()


def _broken(name: str, problem: Exception) -> UsageError:
    return UsageError(f"{name} is damaged or cut off ({problem}). Download it again.")
