"""Colour values (CSS Color Module Level 4, as mails write them) and how far apart they are."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass
from functools import lru_cache

from PIL.ImageColor import colormap

_FUNCTION = re.compile(r"(rgba?|hsla?)\(([^()]*)\)\Z")
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\Z")
_PART = re.compile(r"([-+]?[\d.]+)(%|deg)?\Z")


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour in sRGB: red, green and blue from 0 to 255, alpha from 0 to 1."""

    red: int
    green: int
    blue: int
    alpha: float = 1.0

    def over(self, ground: Colour) -> Colour:
        """What is seen when this one lies over an opaque one."""
        if self.alpha >= 1 or self.alpha <= 0:
            return self if self.alpha else ground
        mixed = (
            round(self.alpha * own + (1 - self.alpha) * under)
            for own, under in zip(self.channels, ground.channels, strict=True)
        )
        return Colour(*mixed)

    @property
    def channels(self) -> tuple[int, int, int]:
        """Red, green and blue."""
        return self.red, self.green, self.blue

    @property
    def hex(self) -> str:
        """`#8a3f4d`; alpha is left out."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
TRANSPARENT = Colour(0, 0, 0, 0)


@lru_cache(maxsize=1024)
def parse_colour(text: str) -> Colour | None:
    """Read a colour; None when it is none, or one that depends (`currentcolor`, `var()`)."""
    text = text.strip().lower()
    if text == "transparent":
        return TRANSPARENT
    named = colormap.get(text, text)
    if isinstance(named, tuple):  # Pillow keeps what it has read of a name
        return Colour(*named[:3])
    if found := _HEX.match(named):
        return _from_hex(found[1])
    if found := _FUNCTION.match(text):
        return _from_function(found[1], found[2])
    return None


def relative_luminance(colour: Colour) -> float:
    """How bright an opaque colour is, 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = map(_linear, colour.channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """The ratio of two opaque colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dim, bright = sorted((relative_luminance(one), relative_luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


def _linear(channel: int) -> float:
    share = channel / 255
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)


def _from_hex(digits: str) -> Colour:
    if len(digits) <= 4:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return Colour(red, green, blue, int(digits[6:] or "ff", 16) / 255)


def _from_function(name: str, inner: str) -> Colour | None:
    parts = [_PART.match(part) for part in re.split(r"[\s,/]+", inner.strip())]
    if len(parts) not in (3, 4):
        return None
    numbers: list[float] = []
    for at, part in enumerate(parts):
        if part is None:
            return None
        numbers.append(_number(name, at, float(part[1]), part[2] == "%"))
    first, second, third, alpha = (*numbers, 1.0)[:4]
    if name.startswith("hsl"):
        channels = colorsys.hls_to_rgb(first / 360 % 1, third / 100, second / 100)
        first, second, third = (255 * channel for channel in channels)
    red, green, blue = (max(0, min(255, round(value))) for value in (first, second, third))
    return Colour(red, green, blue, max(0.0, min(1.0, alpha)))


def _number(name: str, at: int, value: float, percent: bool) -> float:
    if at == 3:
        return value / 100 if percent else value
    return value * 2.55 if percent and name.startswith("rgb") else value
