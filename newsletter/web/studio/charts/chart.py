"""What every chart is: a picture, the words that stand for it, and its numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from newsletter.web.studio.charts.drawing import Drawn, percent, tag


@dataclass(frozen=True, slots=True)
class Table:
    """The same numbers to read.

    Attributes:
        header: names of the columns.
        rows: cells as people read them; the first of each row names it.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """What one look in a chart means: `sure`, `maybe` or `line`."""

    look: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its words.

    Attributes:
        slug: once on a page.
        about: what it shows, in a sentence or two, for whoever does not see it.
        keys: what its looks mean; empty when it has only one.
    """

    slug: str
    title: str
    about: str
    svg: Markup
    table: Table
    keys: tuple[Key, ...] = ()


SURE = Key("sure", "Surely people")
MAYBE = Key("maybe", "Perhaps machines")


def picture(slug: str, title: str, about: str, height: float, inside: Drawn) -> Markup:
    """The SVG element: as wide as its place, with a title and a description.

    Args:
        height: pixels.
    """
    return tag(
        "svg",
        tag("title", title, id=f"{slug}-title"),
        tag("desc", about, id=f"{slug}-about"),
        hatching(slug),
        *inside,
        role="img",
        aria_labelledby=f"{slug}-title {slug}-about",
        class_="chart",
        width="100%",
        height=height,
    )


def hatching(slug: str) -> Markup:
    """Stripes for what is not sure; they are told from the solid without any colour."""
    stripe = tag("path", d="M0 6 6 0M-1 1 1 -1M5 7 7 5", class_="stripe")
    pattern = tag(
        "pattern", stripe, id=f"{slug}-hatch", width=6, height=6, patternUnits="userSpaceOnUse"
    )
    return tag("defs", pattern)


def bar(slug: str, look: str, x: float, y: float, width: float, height: float) -> Markup:
    """A rectangle; `x` and `width` are percent, `y` and `height` pixels."""
    fill = f"url(#{slug}-hatch)" if look == "maybe" else None
    left, wide = percent(x), percent(width)
    return tag("rect", class_=look, fill=fill, x=left, y=y, width=wide, height=height)
