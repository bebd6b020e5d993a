"""Bars that lie: one below the other, each with its name above and its number at its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.web.studio.charts.chart import MAYBE, SURE, Chart, Key, Table, bar, picture
from newsletter.web.studio.charts.drawing import cut, percent, tag, words

ROW = 46
THICK = 16
WIDEST = 66.0
"""Percent: beside the longest bar there is room for its number."""

LABEL = 46
_LEAST = 0.4  # percent: what is not nothing is seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        sure: how long it is; not negative.
        told: the number at its end, in words.
        most: how long it may be at most; the part above `sure` is hatched.
        cells: of its row in the table, after its name.
    """

    name: str
    sure: float
    told: str
    most: float = 0.0
    cells: tuple[str, ...] = ()

    @property
    def reach(self) -> float:
        """To where it goes, hatching and all."""
        return max(self.sure, self.most)


def bars(
    slug: str,
    title: str,
    about: str,
    rows: Sequence[Bar],
    header: tuple[str, ...],
    *,
    whole: float = 0.0,
    keys: tuple[Key, ...] | None = None,
) -> Chart:
    """Draw bars by one measure.

    Args:
        header: of the table; the first column is the bars' names.
        whole: what the widest possible bar stands for; 0 means the longest one here.
        keys: what solid and hatched mean; None names people and machines where one is hatched.
    """
    full = max([whole, *(each.reach for each in rows)])
    drawn = [part for at, each in enumerate(rows) for part in _row(slug, each, at * ROW, full)]
    if keys is None:
        keys = (SURE, MAYBE) if any(each.most > each.sure for each in rows) else ()
    table = Table(title, header, tuple((each.name, *(each.cells or (each.told,))) for each in rows))
    svg = picture(slug, title, about, len(rows) * ROW, drawn)
    return Chart(slug, title, about, svg, table, keys)


def funnel(slug: str, title: str, steps: Sequence[Bar], header: tuple[str, ...]) -> Chart:
    """Draw steps of which each is a part of the first."""
    about = "; ".join(f"{each.name}: {each.told}" for each in steps) or "No numbers yet"
    return bars(slug, title, f"{about}.", steps, header, whole=steps[0].reach if steps else 0)


def _row(slug: str, each: Bar, y: float, full: float) -> Iterator[Markup]:
    sure, reach = _width(each.sure, full), _width(each.reach, full)
    yield words(cut(each.name, LABEL), 0, y + 14, "name")
    yield bar(slug, "track", 0, y + 21, WIDEST, THICK)
    if reach > sure:
        yield bar(slug, "maybe", sure, y + 21, reach - sure, THICK)
    if sure:
        yield bar(slug, "sure", 0, y + 21, sure, THICK)
    yield tag("text", each.told, x=percent(WIDEST), y=y + 34, dx=8, class_="amount")


def _width(count: float, full: float) -> float:
    if count <= 0 or full <= 0:
        return 0.0
    return max(_LEAST, WIDEST * count / full)
