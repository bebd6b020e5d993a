"""Pictures in `issues/media/`: raster files that open and have a sane size."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from newsletter.content.fields import Fields
from newsletter.content.files import climbs, is_inside, relative
from newsletter.content.hints import near, shown
from newsletter.model.content import Picture

FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000
MOST_BYTES = 20_000_000
_TOO_MANY = "has more than 40 million pixels. Make it smaller."


def take_picture(fields: Fields, key: str) -> Picture | None:
    """The picture that a key names, or None after noting why it can not be used."""
    name = fields.text(key)
    if not name:
        return None
    if climbs(name):
        fields.problem(key, f'"{shown(name)}" leads out of issues/media/.', "Copy the file there.")
        return None
    pictures = fields.reading.library.pictures
    if name not in pictures:
        fields.problem(
            key,
            f'There is no "{shown(name)}" in issues/media/.',
            near(name, pictures, "Copy the file there."),
        )
        return None
    return _open(fields, key, name, pictures[name])


def _open(fields: Fields, key: str, name: str, path: Path) -> Picture | None:
    root = fields.reading.site.root
    fields.reading.sources.add(relative(root, path))
    if not is_inside(root, path):
        fields.problem(key, f'"{shown(name)}" leads out of the site.', "Copy the file there.")
        return None
    try:
        stat = path.stat()
    except OSError as error:
        fields.problem(key, f'"{shown(name)}" can not be read: {error.strerror}.')
        return None
    size = measure(path, stat.st_mtime_ns, stat.st_size)
    if isinstance(size, str):
        fields.problem(key, f'"{shown(name)}" {size}')
        return None
    return Picture(name, path, *size)


@lru_cache(maxsize=512)
def measure(path: Path, changed: int, size: int) -> tuple[int, int] | str:
    """Width and height in pixels, or words on why it is no picture for a mail.

    Decodes all of it, once for each change of the file.
    """
    if size > MOST_BYTES:
        return "has more than 20 MB. Make it smaller."
    try:
        with Image.open(path, formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                return _TOO_MANY
            image.load()
            return image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _TOO_MANY
    except UnidentifiedImageError:
        return "is not a raster picture. Save it as PNG, JPEG, GIF or WebP."
    except Exception:
        # Decoders raise whatever they stumble over in a damaged file.
        return "is damaged: it does not open. Save it anew."
