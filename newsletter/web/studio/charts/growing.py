"""How a list grew: a line over days, from nothing upward, so that small changes look small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from newsletter.web.studio.charts.chart import Chart, Table, picture
from newsletter.web.studio.charts.drawing import percent, rule, short, tag, ticks, top_of, words

HIGH = 160
GUTTER = 12.0
_TOP = 22
_UNITS = 1000  # of the line's own coordinates, each way
_RIGHT = 2.0  # percent, for the dot at the end


@dataclass(frozen=True, slots=True)
class Point:
    """How many readers there were at the end of a day."""

    day: date
    readers: int


def growth(
    points: Sequence[Point], slug: str = "growth", title: str = "Readers over time"
) -> Chart:
    """Draw the number of readers by day.

    Args:
        points: by day, earliest first; days in between may be missing.
    """
    about = _about(points)
    rows = tuple((f"{each.day:%Y-%m-%d}", f"{each.readers:,}") for each in points)
    svg = picture(slug, title, about, _TOP + HIGH + 28, _drawn(points))
    return Chart(slug, title, about, svg, Table(title, ("Day", "Readers"), rows))


def places(points: Sequence[Point], top: int) -> tuple[tuple[float, float], ...]:
    """Each point in the line's own coordinates: 0 to 1000 to the right, and downward."""
    first = points[0].day.toordinal()
    span = max(1, points[-1].day.toordinal() - first)
    return tuple(
        (
            _UNITS * (each.day.toordinal() - first) / span,
            _UNITS - _UNITS * max(0, each.readers) / top,
        )
        for each in points
    )


def _drawn(points: Sequence[Point]) -> Iterator[Markup]:
    top = top_of(max((each.readers for each in points), default=0))
    for tick in ticks(top):
        y = _TOP + HIGH - HIGH * tick / top
        yield rule(y, GUTTER, "grid" if tick else "base")
        yield words(short(tick), GUTTER - 1.5, y + 4, "axis", "end")
    if not points:
        return
    found = places(points, top)
    yield _line(found)
    x, y = found[-1]
    width = 100 - GUTTER - _RIGHT
    end, height = GUTTER + x / _UNITS * width, _TOP + y / _UNITS * HIGH
    yield tag("circle", cx=percent(end), cy=height, r=4, class_="dot")
    yield words(f"{points[-1].readers:,}", 100, max(14, height - 10), "amount", "end")
    yield words(f"{points[0].day:%d %b %Y}", GUTTER, _TOP + HIGH + 18, "axis")
    if len(points) > 1:
        yield words(f"{points[-1].day:%d %b %Y}", 100, _TOP + HIGH + 18, "axis", "end")


def _line(found: Sequence[tuple[float, float]]) -> Markup:
    """In a picture of its own, which is stretched to the room there is; its stroke is not."""
    told = " ".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in found)
    path = tag("path", d=f"M{told}", class_="line", vector_effect="non-scaling-stroke")
    under = f"M{found[0][0]:g} {_UNITS} {told} {found[-1][0]:g} {_UNITS}Z"
    return tag(
        "svg",
        tag("path", d=under, class_="under"),
        path,
        x=percent(GUTTER),
        y=_TOP,
        width=percent(100 - GUTTER - _RIGHT),
        height=HIGH,
        viewBox=f"0 0 {_UNITS} {_UNITS}",
        preserveAspectRatio="none",
        overflow="visible",
    )


def _about(points: Sequence[Point]) -> str:
    if not points:
        return "There are no readers yet."
    first, last = points[0], points[-1]
    if len(points) == 1:
        return f"{last.readers:,} readers on {last.day:%Y-%m-%d}."
    gone = last.readers - first.readers
    word = f"{abs(gone):,} {'more' if gone > 0 else 'fewer'} than" if gone else "as many as"
    return f"{last.readers:,} readers on {last.day:%Y-%m-%d}, {word} on {first.day:%Y-%m-%d}."
