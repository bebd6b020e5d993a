"""A report's numbers as charts, with words that need no key."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.feedback.numbers import Band, Engaged, Report
from newsletter.feedback.timeline import Slot, Timeline
from newsletter.feedback.usual import percent
from newsletter.web.studio.charts import Bar, Chart, Moment, Series, bars, funnel, over_time

MOST_SNIPPETS = 12


def funnel_of(report: Report) -> Chart:
    """From everybody it was counted for to those who clicked."""
    header = ("Step", "Readers", "Share")
    return funnel("funnel", "From the list to the click", list(_steps(report)), header)


def timeline_chart(timeline: Timeline, *, with_engagement: bool) -> Chart:
    """What was handed over, opened and clicked, when.

    Args:
        with_engagement: whether the site counts opens and clicks.
    """
    slots = timeline.slots
    series = [Series("Handed over", [Band(each.handed, each.handed) for each in slots])]
    if with_engagement:
        series.append(Series("First opens", [each.opened for each in slots]))
        series.append(Series("First clicks", [each.clicked for each in slots]))
    title = "Hour by hour" if timeline.by_hour else "Day by day"
    moments = [_moment(each, timeline) for each in slots]
    return over_time("over-time", title, moments, series)


def snippets_chart(engaged: Engaged) -> Chart:
    """Readers who clicked in each section, most first."""
    most = engaged.snippets[:MOST_SNIPPETS]
    rows = [
        Bar(
            f"{each.place.name}{' *' if each.shared else ''}",
            each.readers.surely,
            told_band(each.readers),
            each.readers.possible,
        )
        for each in most
    ]
    about = "; ".join(f"{each.name}: {each.told}" for each in rows) or "Nobody clicked anything"
    header = ("Snippet", "Readers who clicked")
    return bars("snippets", "Clicks by snippet", f"{about}.", rows, header)


def told_band(band: Band) -> str:
    """`412`, or `412 to 655`."""
    return (
        f"{band.surely:,}"
        if band.surely == band.possible
        else f"{band.surely:,} to {band.possible:,}"
    )


def _steps(report: Report) -> Iterator[Bar]:
    handed, heard, taken = report.handed, report.heard, report.handed.accepted
    yield Bar("On the list", handed.frozen, f"{handed.frozen:,}", cells=(f"{handed.frozen:,}", ""))
    yield _step("Handed over", taken, taken)
    if heard.anything:
        yield _step("Delivered", heard.delivered, taken)
    else:
        yield Bar("Delivered", 0, "nothing heard yet", cells=("nothing heard yet", ""))
    if report.engaged is not None:
        for name, band in (("Opened", report.engaged.opened), ("Clicked", report.engaged.clicked)):
            yield _band_step(name, band, taken)


def _step(name: str, count: int, whole: int) -> Bar:
    share = percent(count / whole, whole) if whole else ""
    told = f"{count:,} ({share})" if share and count != whole else f"{count:,}"
    return Bar(name, count, told, cells=(f"{count:,}", share))


def _band_step(name: str, band: Band, whole: int) -> Bar:
    if band.surely == band.possible:
        return _step(name, band.surely, whole)
    low, high = (
        percent(each / whole, whole) if whole else "" for each in (band.surely, band.possible)
    )
    cells = (told_band(band), f"{low} to {high}" if low else "")
    return Bar(name, band.surely, told_band(band), band.possible, cells)


def _moment(slot: Slot, timeline: Timeline) -> Moment:
    at = slot.begins
    day = f"{at:%a} {at.day} {at:%b}"
    if timeline.by_hour:
        return Moment(f"{day}, {at:%H:%M}", f"{at:%a %H:%M}")
    return Moment(day, f"{at.day} {at:%b}")
