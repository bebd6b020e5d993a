"""Where a mail's text stands on its ground too faintly, and in which colours.

Read from the final HTML, with its style attributes and style blocks, as a client shows it in
light and in the dark mode that the mail declares; and as two kinds of clients show it that
turn colours round by themselves (`inverting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lxml.html import HtmlElement

from newsletter.checks.css.cascade import Cascade, Look
from newsletter.checks.css.colours import Colour, contrast
from newsletter.checks.css.media import Screen
from newsletter.checks.document import Document
from newsletter.checks.inverting import fully, partially

LEAST, LEAST_LARGE = 4.5, 3.0
LARGE, LARGE_BOLD = 24.0, 56 / 3
"""CSS pixels from which text is large: 18 pt, or 14 pt when bold (WCAG 2.2, "large scale")."""
_NEARLY = 0.005  # a ratio is told with two digits; what rounds to enough is enough

Turn = Callable[[Colour, Colour], tuple[Colour, Colour]]


class Mode(StrEnum):
    """Ways in which the same mail is coloured."""

    LIGHT = "in light"
    DARK = "in its own dark colours"
    FULL = "where a client inverts all colours"
    PARTIAL = "where a client darkens light grounds"


@dataclass(frozen=True)
class Spot:
    """A piece of text on its ground.

    Attributes:
        element: that holds the text itself.
        ratio: their contrast, 1 to 21.
        needed: 4.5, or 3 for large text.
    """

    element: HtmlElement
    ink: Colour
    ground: Colour
    ratio: float
    needed: float

    @property
    def faint(self) -> bool:
        """Whether it is less than WCAG 2.2 asks for (1.4.3)."""
        return self.ratio < self.needed - _NEARLY

    @property
    def words(self) -> str:
        """The beginning of the text."""
        text = " ".join("".join(own_text(self.element)).split())
        return text if len(text) <= 40 else f"{text[:39]}…"


def spots(document: Document, cascade: Cascade) -> Mapping[Mode, tuple[Spot, ...]]:
    """Every piece of visible text in every mode that applies to the mail.

    Text on a picture is left out: its ground can not be told from the HTML.
    """
    light = cascade.looks(Screen())
    speaking = [one for one in document.elements if any(map(str.strip, own_text(one)))]
    found = {
        Mode.LIGHT: tuple(_spots(speaking, light, _as_is)),
        Mode.FULL: tuple(_spots(speaking, light, fully)),
        Mode.PARTIAL: tuple(_spots(speaking, light, partially)),
    }
    dark = cascade.looks(Screen(dark=True))
    if cascade.declares_dark or any(dark[one] != light[one] for one in speaking):
        found[Mode.DARK] = tuple(_spots(speaking, dark, _as_is))
    return found


def own_text(element: HtmlElement) -> Iterator[str]:
    """The text that stands in an element itself, not in one inside it."""
    if element.text:
        yield element.text
    for child in element:
        if child.tail:
            yield child.tail


def _as_is(ink: Colour, ground: Colour) -> tuple[Colour, Colour]:
    return ink, ground


def _spots(
    elements: list[HtmlElement], looks: Mapping[HtmlElement, Look], turn: Turn
) -> Iterator[Spot]:
    for element in elements:
        look = looks[element]
        if look.shown and look.visible and look.size and not look.on_picture:
            ink, ground = turn(look.colour.over(look.ground), look.ground)
            large = look.size >= (LARGE_BOLD if look.bold else LARGE)
            needed = LEAST_LARGE if large else LEAST
            yield Spot(element, ink, ground, contrast(ink, ground), needed)
