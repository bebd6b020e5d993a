"""Whether a picture with see-through parts can be made out on a ground.

Looked at are the pixels readers load. A picture that covers its whole box brings its own
ground. Of any other, enough of what is painted must differ from the ground by 3:1, as WCAG
2.2, 1.4.11 asks of graphics. Enough is a fifth: a dark logo with a light outline passes, for
the outline draws it; a few light pixels in a dark one do not save it.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

from newsletter.checks.css.colours import Colour, contrast

LEAST_CONTRAST = 3.0
ENOUGH = 0.2
_PAINTED, _CLEAR = 128, 16  # alpha, 0 to 255: what counts as painted, and as seen through
_HOLES = 0.02  # so much of a picture must be clear before its ground matters
_SIZE = 96  # pixels; a smaller copy tells as much

Pixels = tuple[tuple[int, Colour], ...]


@dataclass(frozen=True, slots=True)
class Ink:
    """What a picture is painted with.

    Attributes:
        pixels: (how many, which colour) of what is painted.
        own_ground: whether it covers its whole box.
    """

    pixels: Pixels
    own_ground: bool

    def share_seen_on(self, ground: Colour) -> float:
        """How much of the paint can be told from an opaque ground, 0 to 1."""
        total = sum(count for count, _ in self.pixels)
        if self.own_ground or not total:
            return 1.0
        seen = (n for n, ink in self.pixels if contrast(ink, ground) >= LEAST_CONTRAST)
        return sum(seen) / total


@lru_cache(maxsize=256)
def share_seen(data: bytes, ground: Colour) -> float:
    """How much of a picture file's paint can be told from an opaque ground, 0 to 1."""
    return ink_of(data).share_seen_on(ground)


@lru_cache(maxsize=64)
def ink_of(data: bytes) -> Ink:
    """Read a picture file; one that can not be read is taken to bring its own ground."""
    try:
        with Image.open(io.BytesIO(data)) as opened:
            picture = opened.convert("RGBA")
    except (OSError, UnidentifiedImageError):
        return Ink((), own_ground=True)
    picture.thumbnail((_SIZE, _SIZE))
    counted = Counter(_channels(picture))
    clear = sum(count for pixel, count in counted.items() if pixel[3] < _CLEAR)
    painted = tuple(
        (count, Colour(*pixel[:3])) for pixel, count in counted.items() if pixel[3] >= _PAINTED
    )
    return Ink(painted, own_ground=clear < _HOLES * picture.width * picture.height)


def _channels(picture: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    data = iter(picture.tobytes())
    return zip(data, data, data, data, strict=True)
