"""The pictures of a site, to look through and choose from, and small copies to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import ExifTags, Image

from newsletter.authoring.picture_uses import Use, picture_uses
from newsletter.authoring.pictures import MEDIA, is_no_picture, picture_path
from newsletter.content.files import is_inside
from newsletter.content.library import Library
from newsletter.content.pictures import FORMATS, MOST_BYTES, MOST_PIXELS, measure
from newsletter.errors import UsageError
from newsletter.model.site import Site
from newsletter.rendering.pictures import upright

_COPY_QUALITY = 80
_ON_ITS_SIDE = (5, 6, 7, 8)  # Exif 2.32, 4.6.4, tag 274


@dataclass(frozen=True, slots=True)
class ShelfPicture:
    """A picture of the site.

    Attributes:
        name: below `issues/media/`.
        width, height: pixels as it is seen; 0 when it can not be used.
        size: bytes of the file.
        changed: a mark that another file under the same name does not have.
        trouble: why issues can not use it, the end of a sentence; empty when they can.
        uses: where it is named.
    """

    name: str
    width: int
    height: int
    size: int
    changed: str
    trouble: str = ""
    uses: tuple[Use, ...] = ()

    @property
    def alts(self) -> tuple[str, ...]:
        """Every text it has anywhere, once, in order of use; decoration says none."""
        return tuple(dict.fromkeys(use.alt for use in self.uses if use.alt))

    @property
    def likely_alt(self) -> str:
        """The text to begin with: one it has elsewhere; else nothing, for a name says nothing."""
        return next(iter(self.alts), "")


def media_shelf(site: Site) -> tuple[ShelfPicture, ...]:
    """Every picture in `issues/media/`, the latest first."""
    uses = picture_uses(site)
    found = [
        (path.stat().st_mtime_ns, _picture(name, path, uses.get(name, ())))
        for name, path in _files(site)
    ]
    return tuple(shown for _, shown in sorted(found, key=lambda each: (-each[0], each[1].name)))


def small_copy(site: Site, name: str, longest: int) -> bytes:
    """A copy of a picture to show in a page: decoded, upright, without anything but pixels.

    Args:
        name: below `issues/media/`.
        longest: pixels that width and height have at most.

    Returns:
        A WebP file; of a moving picture its first frame.

    Raises:
        NotFound: there is no such picture.
        UsageError: it can not be read as one.
    """
    path = picture_path(site, name)
    try:
        stat = path.stat()
        trouble = measure(path, stat.st_mtime_ns, stat.st_size)
        if not isinstance(trouble, str):
            return _copy(str(path), (stat.st_mtime_ns, stat.st_size), longest)
    except OSError as error:
        trouble = f"can not be read: {error.strerror}."
    raise UsageError(f"{MEDIA}/{name} {trouble}")


def _files(site: Site) -> Iterator[tuple[str, Path]]:
    for name, path in Library(site).pictures.items():
        if not is_no_picture(name) and is_inside(site.root, path) and path.is_file():
            yield name, path


def _picture(name: str, path: Path, uses: tuple[Use, ...]) -> ShelfPicture:
    stat = path.stat()
    changed = f"{stat.st_mtime_ns:x}-{stat.st_size:x}"
    seen = _glance(str(path), stat.st_mtime_ns, stat.st_size)
    if isinstance(seen, str):
        return ShelfPicture(name, 0, 0, stat.st_size, changed, seen, uses)
    return ShelfPicture(name, *seen, stat.st_size, changed, "", uses)


@lru_cache(maxsize=4096)
def _glance(path: str, changed: int, size: int) -> tuple[int, int] | str:
    """Width and height as seen, from the beginning of the file: a folder may hold thousands."""
    if size > MOST_BYTES:
        return "has more than 20 MB. Make it smaller."
    try:
        with Image.open(path, formats=FORMATS) as image:
            lies = image.getexif().get(ExifTags.Base.Orientation, 1) in _ON_ITS_SIDE
            width, height = reversed(image.size) if lies else image.size
    except Exception:
        # Decoders raise whatever they stumble over in a damaged file.
        return "is no picture that can be used here. Save it anew as PNG or JPEG."
    if width * height > MOST_PIXELS:
        return "has more than 40 million pixels. Make it smaller."
    return width, height


@lru_cache(maxsize=96)
def _copy(path: str, changed: tuple[int, int], longest: int) -> bytes:
    with Image.open(path, formats=FORMATS) as image:
        image.draft("RGB", (2 * longest, 2 * longest))  # a large JPEG is decoded smaller at once
        seen = upright(image)
    seen.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    file = BytesIO()
    seen.save(file, "WEBP", quality=_COPY_QUALITY)
    return file.getvalue()
