"""Charts say with lengths what their tables say with numbers."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.feedback.numbers import Band
from newsletter.web.studio.charts import (
    Bar,
    Chart,
    Line,
    Moment,
    Point,
    Series,
    Share,
    bars,
    funnel,
    growth,
    over_time,
    rates,
)
from newsletter.web.studio.charts.bars import WIDEST
from newsletter.web.studio.charts.drawing import short, ticks, top_of
from newsletter.web.studio.charts.growing import places

COUNTS = st.integers(0, 10**18)
BANDS = st.tuples(COUNTS, COUNTS).map(lambda two: Band(min(two), max(two)))
LINES = (Line(0.001, "0.1 %: stay below"), Line(0.003, "0.3 %: the limit"))


def elements(chart: Chart, look: str, name: str = "rect") -> list[ElementTree.Element]:
    """Elements of a chart by what they look like; it is well-formed, or this fails."""
    root = ElementTree.fromstring(chart.svg)
    return [each for each in root.iter(name) if each.get("class") == look]


def numbers(chart: Chart) -> list[float]:
    """Every length and place in it."""
    root = ElementTree.fromstring(chart.svg)
    keys = ("x", "y", "width", "height", "x1", "y1", "x2", "y2", "cx", "cy")
    told = (each.get(key) for each in root.iter() for key in keys)
    return [float(value.removesuffix("%")) for value in told if value is not None]


def length(element: ElementTree.Element, key: str = "width") -> float:
    """One of its lengths."""
    return float(str(element.get(key)).removesuffix("%"))


def is_sound(chart: Chart) -> None:
    """Nothing is negative or beyond the edge, and the words are there."""
    assert all(0 <= each < 10_000 for each in numbers(chart))
    for element in (*elements(chart, "sure"), *elements(chart, "maybe")):
        assert length(element, "x") + length(element) <= 100.1
    root = ElementTree.fromstring(chart.svg)
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root.iter() if each.get("id")}
    assert all(named[name] for name in str(root.get("aria-labelledby")).split())
    assert all(len(row) == len(chart.table.header) for row in chart.table.rows)


def test_a_bar_is_as_long_as_its_number() -> None:
    """Half of the readers are half of the length; what is not sure follows, hatched."""
    found = funnel(
        "f",
        "From the list to the click",
        [Bar("Frozen", 1000, "1,000"), Bar("Opened", 250, "250 to 500", 500)],
        ("Step", "Readers"),
    )
    all_, sure = elements(found, "sure")
    (maybe,) = elements(found, "maybe")
    assert (length(all_), length(sure), length(maybe)) == (WIDEST, WIDEST / 4, WIDEST / 4)
    assert length(maybe, "x") == length(sure)
    assert maybe.get("fill") == "url(#f-hatch)"
    assert found.table.rows == (("Frozen", "1,000"), ("Opened", "250 to 500"))
    assert [each.look for each in found.keys] == ["sure", "maybe"]
    is_sound(found)


def test_a_column_is_as_high_as_its_number() -> None:
    """Each series has its own scale; the axis begins at nothing."""
    moments = [Moment("Monday, 09:00", "09:00"), Moment("Monday, 10:00", "10:00")]
    sent = Series("Handed over", [Band(1000, 1000), Band(500, 500)])
    clicked = Series("Clicked", [Band(0, 0), Band(2, 4)])
    found = over_time("t", "When", moments, [sent, clicked])
    first, second, third = (length(each, "height") for each in elements(found, "sure"))
    assert first == pytest.approx(2 * second)
    (maybe,) = elements(found, "maybe")
    assert length(maybe, "height") == pytest.approx(third)
    assert found.table.rows[1] == ("Monday, 10:00", "500", "2 to 4")
    assert "most at Monday, 09:00, 1,000" in found.about
    is_sound(found)


def test_a_share_stands_beside_its_line() -> None:
    """A bar reaches the line when the share does, and beyond it looks and is told otherwise."""
    shares = [Share("2 Nov", 1, 1000), Share("9 Nov", 3, 1000), Share("16 Nov", 0, 0)]
    found = rates("c", "Complaints", shares, LINES, digits=2)
    (below,), (over,) = elements(found, "sure"), elements(found, "over")
    near, limit = elements(found, "limit", "line")
    assert length(below, "y") == length(near, "y1")
    assert length(over, "y") == length(limit, "y1")
    assert "Weeks over the highest line: 1." in found.about
    assert found.table.rows[2] == ("16 Nov", "0", "0", "–")
    is_sound(found)


def test_growth_begins_at_nothing() -> None:
    """From 98 to 100 readers is a flat line: a scale that begins at 98 would tell a tale."""
    first = date(2026, 11, 1)
    points = [Point(first, 98), Point(first + timedelta(3), 100)]
    assert places(points, 100) == ((0, 20), (1000, 0))
    found = growth(points)
    assert "100 readers on 2026-11-04, 2 more than on 2026-11-01." in found.about
    is_sound(found)


def test_nothing_one_and_far_too_much() -> None:
    """Empty data, a single point and absurd numbers are charts like any other."""
    day = date(2026, 11, 1)
    for found in (
        growth([]),
        growth([Point(day, 0)]),
        growth([Point(day, 10**18), Point(day, 1)]),
        over_time("t", "When", [], []),
        over_time("t", "When", [], [Series("Opened", [])]),
        over_time("t", "When", [Moment("now", "now")], [Series("Opened", [Band(1, 1)])]),
        bars("b", "Clicks", "None.", [], ("Section", "Readers")),
        funnel("f", "Funnel", [], ("Step", "Readers")),
        funnel("f", "Funnel", [Bar("Frozen", 0, "0")], ("Step", "Readers")),
        rates("r", "Bounces", [], LINES),
        rates("r", "Bounces", [Share("w", 10**18, 1), Share("v", -1, 1)], LINES),
    ):
        is_sound(found)


def test_what_people_wrote_stays_text() -> None:
    """A title is escaped in the picture, and a long one is cut there but not in the table."""
    evil = '"><script>alert(1)</script>' + "x" * 80
    found = bars("b", evil, evil, [Bar(evil, 1, evil)], ("Section", "Readers"))
    assert "<script" not in found.svg
    assert "…" in found.svg
    assert found.table.rows[0][0] == evil


@settings(max_examples=25, deadline=None)
@given(st.lists(BANDS, max_size=40))
def test_any_numbers_make_a_sound_picture(bands: list[Band]) -> None:
    """Whatever was counted, lengths grow with it, and what is not nothing is seen."""
    moments = [Moment(f"hour {at}", str(at)) for at in range(len(bands))]
    is_sound(over_time("t", "When", moments, [Series("Opened", bands)]))
    rows = [Bar(str(at), band.surely, "n", band.possible) for at, band in enumerate(bands)]
    found = bars("b", "Bars", "Bars.", rows, ("Name", "Number"))
    is_sound(found)
    lengths = [length(each) for each in elements(found, "sure")]
    assert len(lengths) == sum(band.surely > 0 for band in bands)
    shown = [band.surely for band in bands if band.surely]
    assert [lengths[at] for at in sorted(range(len(shown)), key=lambda at: shown[at])] == sorted(
        lengths
    )


@given(COUNTS)
def test_an_axis_has_round_numbers(most: int) -> None:
    """The top is no less than the most, at most twice and a half of it, and short to write."""
    top = top_of(most)
    assert top >= most
    assert top <= max(1, most * 2.5)
    assert len(set(ticks(top))) == len(ticks(top))
    assert len(short(top)) <= 5
