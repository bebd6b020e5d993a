"""Files of the site, read as text; what can not be text is told, never raised raw."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from newsletter.errors import ContentError, Place, Problem

LARGEST = 1_000_000
# C0 without tab and line feed, DEL, C1, and halves of surrogate pairs (RFC 3629, 3).
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def read_text(root: Path, path: Path) -> str:
    """Read one file of the site.

    Args:
        root: the site's folder.
        path: absolute, or relative to the working directory.

    Returns:
        Its text without a byte order mark, lines ending in a line feed.

    Raises:
        ContentError: it can not be read, is too large, empty, not UTF-8, holds control
            characters, or lies outside the site.
    """
    place = Place(relative(root, path))
    if not is_inside(root, path):
        raise _error(place, "It leads out of the site.", "Copy the file into the site's folder.")
    try:
        data = _bytes(path, place)
    except OSError as error:
        raise _error(place, f"It can not be read: {error.strerror}.") from None
    return text_of(data, place)


def text_of(data: bytes, place: Place) -> str:
    """A file's bytes as text, on the terms of `read_text`.

    Raises:
        ContentError: empty, not UTF-8, or with control characters.
    """
    text = _decode(data, place)
    if not text.strip():
        raise _error(place, "The file is empty.", "Begin it with `---` and its settings.")
    check_characters(text, place)
    return text


def check_characters(text: str, place: Place) -> None:
    """Raise ContentError with the line of the first control character."""
    if found := _CONTROL.search(text):
        line = max(place.line, 1) + text[: found.start()].count("\n")
        name = f"U+{ord(found[0]):04X}"
        raise _error(
            Place(place.path, line),
            f"There is a control character here ({name}).",
            "Delete it; it often comes from pasted text in an old encoding.",
        )


def one_line_end(text: str) -> str:
    """The text with every line ending in a line feed, whichever system wrote it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def has_control(text: str) -> bool:
    """Whether a text has control characters other than tab and line feed."""
    return _CONTROL.search(text) is not None


def is_inside(root: Path, path: Path) -> bool:
    """Whether a path stays in the site once symbolic links are followed."""
    try:
        return path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return False


def relative(root: Path, path: Path) -> str:
    """The path as people know it: from the site's folder, with forward slashes."""
    for start in (root, root.resolve()):
        if path.is_relative_to(start):
            return path.relative_to(start).as_posix()
    return path.as_posix()


def climbs(name: str) -> bool:
    """Whether a name in a file tries to leave the folder it is looked up in."""
    return "\\" in name or ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute()


def _bytes(path: Path, place: Place) -> bytes:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        megabytes = path.stat().st_size / 1_000_000
        raise _error(
            place,
            f"The file has {megabytes:.1f} MB; at most 1 MB is words.",
            "Put pictures into issues/media/ and name them.",
        )
    return data


def _decode(data: bytes, place: Place) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message = f"Byte 0x{data[error.start]:02X} is not UTF-8 (byte {error.start} of the file)."
        raise _error(Place(place.path, line), message, "Save the file as UTF-8.") from None
    return one_line_end(text)


def _error(place: Place, message: str, hint: str = "") -> ContentError:
    return ContentError([Problem(place, message, hint)])
