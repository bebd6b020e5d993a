"""How mail clients darken a mail that did not ask for it: two published methods.

No vendor documents its mail client's method, but two are published as source by the makers
of the clients and stand for the two families that designers tell apart ("full" and "partial"
colour invert, as Litmus's guide to dark mode names them):

- **full**: every colour's lightness is turned round in CIE L*a*b*, with the lightness of
  `#333333` as the darkest: `getDarkColor` of Microsoft's RoosterJS, the editor of Outlook on
  the web. What was dark becomes light, too, as in Gmail's app on iOS and Outlook on Windows.
- **partial**: only light grounds (brightness over 205 of 255) and dark text (under 150) are
  turned round, also in CIE L*a*b*: the automatic dark theme of Chromium and of Android's
  WebView (`dark_mode_filter.cc`, `dark_mode_color_filter.cc`, `dark_mode_settings_builder.cc`).
  Dark grounds stay as they are, as in Outlook.com and Gmail's app on Android.

Both are taken without their last touches: Chromium darkens some greys a little further.
"""

from __future__ import annotations

from functools import lru_cache

from newsletter.checks.css.colours import Colour

DARKEST = 21.247
"""The lightness L* of `#333333`, RoosterJS's darkest ground."""
LIGHT_GROUND, DARK_TEXT = 205, 150
"""Brightness, 0 to 255, beyond which Chromium turns a ground, or a text, round."""
_WHITE_POINT = (0.95047, 1.0, 1.08883)  # D65, 2 degrees: sRGB's own
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27

Lab = tuple[float, float, float]


def fully(ink: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """Text and ground, opaque, as a client shows them that inverts everything."""
    return _softly_inverted(ink), _softly_inverted(ground)


def partially(ink: Colour, ground: Colour) -> tuple[Colour, Colour]:
    """Text and ground, opaque, as a client shows them that darkens light grounds only."""
    seen_ink = _inverted(ink) if brightness(ink) < DARK_TEXT else ink
    seen_ground = _inverted(ground) if brightness(ground) > LIGHT_GROUND else ground
    return seen_ink, seen_ground


def brightness(colour: Colour) -> float:
    """0 to 255, by the weights of W3C's AERT, which Chromium takes."""
    return (299 * colour.red + 587 * colour.green + 114 * colour.blue) / 1000


@lru_cache(maxsize=512)
def _softly_inverted(colour: Colour) -> Colour:
    lightness, a, b = to_lab(colour)
    return from_lab(((100 - lightness) * (100 - DARKEST) / 100 + DARKEST, a, b))


@lru_cache(maxsize=512)
def _inverted(colour: Colour) -> Colour:
    lightness, a, b = to_lab(colour)
    return from_lab((min(110 - lightness, 100), a, b))


def to_lab(colour: Colour) -> Lab:
    """An opaque sRGB colour in CIE 1976 L*a*b*."""
    red, green, blue = (_linear(channel / 255) for channel in colour.channels)
    x = 0.4124564 * red + 0.3575761 * green + 0.1804375 * blue
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = 0.0193339 * red + 0.1191920 * green + 0.9503041 * blue
    fx, fy, fz = (_bent(v / w) for v, w in zip((x, y, z), _WHITE_POINT, strict=True))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def from_lab(lab: Lab) -> Colour:
    """The nearest opaque sRGB colour."""
    fy = (lab[0] + 16) / 116
    bent = (fy + lab[1] / 500, fy, fy - lab[2] / 200)
    x, y, z = (_straight(v) * w for v, w in zip(bent, _WHITE_POINT, strict=True))
    red = 3.2404542 * x - 1.5371385 * y - 0.4985314 * z
    green = -0.9692660 * x + 1.8760108 * y + 0.0415560 * z
    blue = 0.0556434 * x - 0.2040259 * y + 1.0572252 * z
    return Colour(*(_channel(value) for value in (red, green, blue)))


def _linear(share: float) -> float:
    return float(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)


def _channel(linear: float) -> int:
    inside = max(0.0, min(1.0, linear))
    bent = 12.92 * inside if inside <= 0.0031308 else 1.055 * inside ** (1 / 2.4) - 0.055
    return round(255 * bent)


def _bent(value: float) -> float:
    return float(value ** (1 / 3) if value > _EPSILON else (_KAPPA * value + 16) / 116)


def _straight(value: float) -> float:
    cube = value**3
    return cube if cube > _EPSILON else (116 * value - 16) / _KAPPA
