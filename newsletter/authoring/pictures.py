"""Pictures in `issues/media/`: taken in, cropped, deleted; each appears whole or not at all.

The same bytes are kept once, whatever they are called. A file that is there is never written
over: other bytes under the same name get a name of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from newsletter.authoring.picture_names import free_names, safe_stem, shown_name
from newsletter.authoring.picture_uses import picture_uses
from newsletter.authoring.replacing import create_file, remove_file
from newsletter.authoring.uploads import Box, CleanPicture, clean_picture, cut_picture
from newsletter.content.files import climbs, is_inside
from newsletter.content.library import Library
from newsletter.content.pictures import MOST_BYTES
from newsletter.errors import BlockedError, NotFound, UsageError, nearest
from newsletter.model.site import Site

MEDIA = "issues/media"
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
"""Of files that are taken for pictures; whether they are, their bytes decide."""


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture that now lies in `issues/media/`.

    Attributes:
        name: below `issues/media/`, as issues name it.
        width, height: pixels.
        is_new: False when the same picture was there before.
        notes: what was done to it, in sentences.
    """

    name: str
    width: int
    height: int
    is_new: bool
    notes: tuple[str, ...] = ()


def store_picture(site: Site, name: str, data: bytes) -> StoredPicture:
    """Take an uploaded picture in.

    Args:
        site: whose `issues/media/` it goes to.
        name: the file's name as it was sent.
        data: the file as it came.

    Raises:
        UsageError: it can not be taken, and why; or it can not be written.
    """
    known = _same(site, "", data)
    picture = clean_picture(shown_name(name), data)
    if known:
        return StoredPicture(known, picture.width, picture.height, is_new=False)
    return _keep(site, "", safe_stem(name), picture)


def crop_picture(site: Site, name: str, box: Box) -> StoredPicture:
    """Cut a piece out of a picture of the site; the picture itself stays as it is.

    Args:
        name: of the picture, below `issues/media/`.
        box: which piece, in pixels of the whole picture as it is seen.

    Returns:
        The piece, beside the picture: `skin-crop.png` for `skin.png`.

    Raises:
        NotFound: there is no such picture.
        UsageError: the piece is not inside it, or the picture can not be cropped.
    """
    path = picture_path(site, name)
    piece = cut_picture(shown_name(name), read_picture(path), box)
    folder = name.rpartition("/")[0]
    return _keep(site, folder, f"{safe_stem(path.name)[:50]}-crop", piece)


def delete_picture(site: Site, name: str) -> None:
    """Take a picture away that nothing uses.

    Raises:
        NotFound: there is no such picture.
        BlockedError: something uses it; says what.
        UsageError: it can not be deleted.
    """
    path = picture_path(site, name)
    uses = picture_uses(site).get(name, ())
    if uses:
        told = ", ".join(dict.fromkeys(str(use.place) for use in uses))
        raise BlockedError(f"{shown_name(name)} is used in {told}. Take it out there first.")
    remove_file(path)


def picture_path(site: Site, name: str) -> Path:
    """The file of a picture, absolute.

    Raises:
        NotFound: there is none of that name in `issues/media/`; offers the nearest.
    """
    pictures = Library(site).pictures
    path = None if climbs(name) or is_no_picture(name) else pictures.get(name)
    if path is None or not is_inside(site.root, path):
        near = nearest(name, (each for each in pictures if not is_no_picture(each)))
        hint = near if near.startswith("Did") else ""
        raise NotFound(f"There is no {shown_name(name)} in {MEDIA}/. {hint}".strip())
    return path


def is_no_picture(name: str) -> bool:
    """Whether a file in `issues/media/` is something else: hidden, half-written, a note."""
    return any(part.startswith(".") for part in name.split("/")) or not name.lower().endswith(
        SUFFIXES
    )


def read_picture(path: Path) -> bytes:
    """The bytes of a picture, at most one more than a picture may have.

    Raises:
        UsageError: it can not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{MEDIA}/{path.name} can not be read: {error.strerror}.") from None


def _keep(site: Site, folder: str, stem: str, picture: CleanPicture) -> StoredPicture:
    known = _same(site, folder, picture.data)
    name = known or _write(site, folder, stem, picture)
    return StoredPicture(name, picture.width, picture.height, not known, picture.notes)


def _same(site: Site, folder: str, data: bytes) -> str:
    """The name of a picture in a folder that has these very bytes, or empty."""
    wanted = sha256(data).digest()
    for name, path in Library(site).pictures.items():
        if is_no_picture(name) or name.rpartition("/")[0] != folder:
            continue
        try:
            if path.stat().st_size == len(data) and sha256(path.read_bytes()).digest() == wanted:
                return name
        except OSError:
            continue  # gone or unreadable: then it is not the same
    return ""


def _write(site: Site, folder: str, stem: str, picture: CleanPicture) -> str:
    directory = _directory(site, folder)
    taken = [path.name for path in directory.iterdir()]
    for name in free_names(stem, picture.extension, taken):
        try:
            create_file(directory / name, picture.data)
        except FileExistsError:
            continue  # someone took the name this very moment
        return f"{folder}/{name}" if folder else name
    raise AssertionError("names never end")


def _directory(site: Site, folder: str) -> Path:
    directory = site.root / MEDIA / folder
    if not is_inside(site.root, directory):
        raise UsageError(f"{MEDIA}/ leads out of the site. Make it a folder of the site.")
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{MEDIA}/ can not be made: {error.strerror}.") from None
    return directory
