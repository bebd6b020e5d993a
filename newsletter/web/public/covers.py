"""A picture that stands for an issue on a page that must stay light."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image

from newsletter.store.archive import FrozenPicture

HEAVIEST = 18 * 1024
_TRIES = ((800, 82), (800, 68), (640, 66), (480, 60))  # pixels wide, WebP quality
_SHOWN = re.compile(r"/([0-9a-f]{64}\.[a-z]{3,4})\b")


@dataclass(frozen=True, slots=True)
class Cover:
    """A light copy of an issue's first picture.

    Attributes:
        filename: names its bytes, as every picture's does.
        original: filename of the frozen picture it was made from.
        width, height: pixels.
    """

    filename: str
    original: str
    width: int
    height: int
    data: bytes


def first_picture(
    html: str, pictures: Collection[FrozenPicture], logos: Collection[str]
) -> FrozenPicture | None:
    """The picture that a letter shows first, in its widest copy; logos do not count."""
    named = {each.filename: each for each in pictures}
    for name in _SHOWN.findall(html):
        shown = named.get(name)
        if shown and shown.source not in logos:
            return max((p for p in pictures if p.source == shown.source), key=_width)
    return None


def make_cover(original: FrozenPicture, data: bytes) -> Cover | None:
    """The best copy that is light enough; None when there is none, or the bytes do not open."""
    try:
        with Image.open(BytesIO(data)) as image:
            image.load()
            return next((c for c in _copies(original, image) if len(c.data) <= HEAVIEST), None)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def _copies(original: FrozenPicture, image: Image.Image) -> Iterator[Cover]:
    plain = image.convert("RGBA" if image.has_transparency_data else "RGB")
    for widest, quality in _TRIES:
        width = min(widest, plain.width)
        height = max(1, round(plain.height * width / plain.width))
        buffer = BytesIO()
        resized = plain.resize((width, height), Image.Resampling.LANCZOS)
        resized.save(buffer, "WEBP", quality=quality, method=6)
        made = buffer.getvalue()
        name = f"{sha256(made).hexdigest()}.webp"
        yield Cover(name, original.filename, width, height, made)


def _width(picture: FrozenPicture) -> int:
    return picture.width
