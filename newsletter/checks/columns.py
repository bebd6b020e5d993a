"""How much room a column gives, read from the HTML that MJML makes."""

from __future__ import annotations

import math
import re

from lxml.html import HtmlElement

_PIXELS = re.compile(r"(?:^|;)\s*(?:max-)?width\s*:\s*(\d+(?:\.\d+)?)px", re.IGNORECASE)
_SHARE = re.compile(r"\bmj-column-per-(\d+(?:-\d+)?)\b")
_FIXED = re.compile(r"\bmj-column-px-(\d+)\b")


def room_for(element: HtmlElement) -> float:
    """Pixels the element's column gives it on a wide screen; infinite when nothing says.

    Paddings are not taken off: the answer is the most it could be, so an element wider
    than this is surely too wide.
    """
    room = math.inf
    for step in reversed(list(element.iterancestors())):
        room = min(room, *_limits(step))
        share = _SHARE.search(step.get("class", ""))
        room *= float(share[1].replace("-", ".")) / 100 if share else 1
    return room


def _limits(element: HtmlElement) -> tuple[float, ...]:
    widths = [*_PIXELS.findall(element.get("style", "")), *_FIXED.findall(element.get("class", ""))]
    plain = element.get("width", "")
    return (math.inf, *map(float, widths), *([float(plain)] if plain.isdecimal() else []))
