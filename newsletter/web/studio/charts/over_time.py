"""What happened when: bars that stand, one panel a series, all over the same hours or days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.feedback.numbers import Band
from newsletter.web.studio.charts.chart import MAYBE, SURE, Chart, Table, bar, picture
from newsletter.web.studio.charts.drawing import rule, short, ticks, top_of, words

GUTTER = 12.0
"""Percent on the left, for the numbers of the axis."""

HIGH = 84
PANEL = 126
_FOOT = 22
_MARKS = 4  # below the axis; more do not fit a phone


@dataclass(frozen=True, slots=True)
class Moment:
    """An hour or a day: its name in full, and short for the axis."""

    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Series:
    """What is counted; one band a moment."""

    name: str
    bands: Sequence[Band]


def over_time(slug: str, title: str, moments: Sequence[Moment], series: Sequence[Series]) -> Chart:
    """Draw series over the same moments; each has a scale of its own, which is written on it.

    Args:
        moments: in order, as many as each series has bands.
    """
    drawn = [part for at, each in enumerate(series) for part in _panel(slug, each, at * PANEL)]
    end = len(series) * PANEL
    drawn += _marks(moments, end + 4)
    hatched = any(band.possible > band.surely for each in series for band in each.bands)
    about = " ".join(_about(each, moments) for each in series) or "Nothing happened yet."
    header = ("When", *(each.name for each in series))
    rows = tuple(
        (moment.name, *(_told(each.bands[at]) for each in series))
        for at, moment in enumerate(moments)
    )
    svg = picture(slug, title, about, end + _FOOT, drawn)
    keys = (SURE, MAYBE) if hatched else ()
    return Chart(slug, title, about, svg, Table(title, header, rows), keys)


def _panel(slug: str, series: Series, y: float) -> Iterator[Markup]:
    top = top_of(max((each.possible for each in series.bands), default=0))
    base = y + PANEL - 10
    yield words(series.name, 0, y + 14, "name")
    for tick in ticks(top):
        at = base - HIGH * tick / top
        yield rule(at, GUTTER, "grid" if tick else "base")
        yield words(short(tick), GUTTER - 1.5, at + 4, "axis", "end")
    step = (100 - GUTTER) / max(1, len(series.bands))
    for place, band in enumerate(series.bands):
        yield from _column(slug, band, GUTTER + place * step, step, base, top)


def _column(
    slug: str, band: Band, x: float, step: float, base: float, top: int
) -> Iterator[Markup]:
    """With a gap to the next that never eats the bar."""
    sure, reach = (_high(count, top) for count in (band.surely, max(band.surely, band.possible)))
    width = step * 0.8
    if reach > sure:
        yield bar(slug, "maybe", x + step * 0.1, base - reach, width, reach - sure)
    if sure:
        yield bar(slug, "sure", x + step * 0.1, base - sure, width, sure)


def _high(count: int, top: int) -> float:
    return max(1.0, HIGH * count / top) if count > 0 else 0.0


def _marks(moments: Sequence[Moment], y: float) -> Iterator[Markup]:
    """The first at its place, others evenly; never at the very end, where they would be cut."""
    count = len(moments)
    step = max(1, -(-count // _MARKS))
    for at in range(0, count, step):
        x = GUTTER + (100 - GUTTER) * at / count
        yield words(moments[at].short, x, y + 8, "axis")


def _about(series: Series, moments: Sequence[Moment]) -> str:
    highest = max(series.bands, key=lambda each: each.possible, default=None)
    if highest is None or not highest.possible:
        return f"{series.name}: none."
    when = moments[list(series.bands).index(highest)].name
    return f"{series.name}: most at {when}, {_told(highest)}."


def _told(band: Band) -> str:
    if band.surely == band.possible:
        return f"{band.surely:,}"
    return f"{band.surely:,} to {band.possible:,}"
