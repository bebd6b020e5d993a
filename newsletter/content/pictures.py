"""Pictures in `issues/media/`: raster files that open and have a sane size."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from newsletter.content.fields import Fields
from newsletter.content.files import climbs, is_inside, relative
from newsletter.errors import nearest
from newsletter.model.content import Picture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000
MOST_BYTES = 20_000_000


def take_picture(fields: Fields, key: str) -> Picture | None:
    """The picture that a key names, or None after noting why it can not be used."""
    name = fields.text(key)
    if not name:
        return None
    if climbs(name):
        fields.problem(key, f'"{name}" leads out of issues/media/.', "Copy the file there.")
        return None
    pictures = fields.reading.library.pictures
    if name not in pictures:
        fields.problem(key, f'There is no "{name}" in issues/media/.', _near(name, pictures))
        return None
    return _open(fields, key, name, pictures[name])


def _near(name: str, pictures: dict[str, Path]) -> str:
    near = nearest(name, pictures)
    return near if near.startswith("Did") or len(pictures) <= 10 else "Copy the file there."


def _open(fields: Fields, key: str, name: str, path: Path) -> Picture | None:
    root = fields.reading.site.root
    fields.reading.sources.add(relative(root, path))
    if not is_inside(root, path):
        fields.problem(key, f'"{name}" leads out of the site.', "Copy the file there.")
        return None
    try:
        stat = path.stat()
        width, height = _measure(path, stat.st_mtime_ns, stat.st_size)
    except ValueError as error:
        fields.problem(key, f'"{name}" {error}', "Save it as PNG, JPEG, GIF or WebP.")
        return None
    except OSError as error:
        fields.problem(key, f'"{name}" can not be read: {error.strerror or "it is damaged"}.')
        return None
    return Picture(name, path, width, height)


@lru_cache(maxsize=512)
def _measure(path: Path, changed: int, size: int) -> tuple[int, int]:
    """Width and height in pixels; decodes all of it, once for each change of the file.

    Raises:
        ValueError: in words, why it is no picture for a mail.
    """
    if size > MOST_BYTES:
        raise ValueError("has more than 20 MB.")
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError("has more than 40 million pixels.")
            image.load()
            return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError("has more than 40 million pixels.") from None
    except UnidentifiedImageError:
        raise ValueError("is not a raster picture.") from None
    except (OSError, SyntaxError, EOFError, IndexError, TypeError):
        raise ValueError("is damaged: it does not open.") from None
