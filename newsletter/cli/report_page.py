"""A report as one page in the terminal: sentences, numbers, a small plot, links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from newsletter.feedback.numbers import Band, Engaged, Hour, Report
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.model.walltime import find_zone

WIDTH = 78
_LABEL = 14
_MOST_LINES = 6  # of snippets and of links: the page stays one page
_HOURS = 24
_BARS = " ▁▂▃▄▅▆▇█"


def page_of_report(report: Report, zone: str) -> Group:
    """Everything worth saying about an issue, at most 80 columns wide.

    Args:
        zone: IANA name; times are told in it.
    """
    return Group(*_parts(report, zone))


def _parts(report: Report, zone: str) -> Iterator[RenderableType]:
    yield Text(f"Issue {report.issue_number}: {report.subject}", "bold")
    yield Text(f"{_when(report, zone)}\n", "dim")
    for sentence in report.sentences:
        yield Text(f"  {sentence}")
    yield _numbers(report)
    if report.engaged is None:
        yield Text("Opens and clicks are not counted on this site.", "dim")
        return
    yield from _engaged(report.engaged)


def _when(report: Report, zone: str) -> str:
    begun = f"sent from {_at(report.first_sent_at, zone)}" if report.first_sent_at else "not sent"
    return f"{begun}; {report.state.replace('_', ' ')}; counted {_at(report.at, zone)}"


def _numbers(report: Report) -> Table:
    handed, heard = report.handed, report.heard
    left: list[tuple[str, str]] = [("frozen", f"{handed.frozen:,}")]
    left += [(word.value, f"{handed.outcomes.get(word, 0):,}") for word in _shown(report)]
    left += [
        (f"  {why.value.replace('_', ' ')}", f"{count:,}")
        for why, count in sorted(handed.excluded.items())
    ]
    right: list[tuple[str, str]] = [("nothing heard yet", "")]
    if heard.anything:
        right = [(_feedback(word), f"{heard.feedback.get(word, 0):,}") for word in Feedback]
        right.append(("complaints", f"{heard.complaints:,}"))
    right.append(("unsubscribes", f"{heard.unsubscribes:,}"))
    return _two_columns(left, right)


def _shown(report: Report) -> Sequence[DeliveryOutcome]:
    """What still moves is shown while it does; nothing uncertain is left out."""
    moving = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)
    return [
        word for word in DeliveryOutcome if word not in moving or report.handed.outcomes.get(word)
    ]


def _feedback(word: Feedback) -> str:
    return "no word yet" if word is Feedback.NONE else word.value


def _two_columns(left: Sequence[tuple[str, str]], right: Sequence[tuple[str, str]]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2))
    for _ in range(2):
        table.add_column(min_width=_LABEL + 4)
        table.add_column(justify="right", min_width=10)
    blank = ("", "")
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else blank
        other = right[index] if index < len(right) else blank
        table.add_row(*(Text(cell) for cell in (*one, *other)))
    return table


def _engaged(engaged: Engaged) -> Iterator[RenderableType]:
    table = Table(box=None, pad_edge=False, padding=(0, 2))
    for name in ("", "surely people", "at most"):
        table.add_column(name, justify="left" if not name else "right", header_style="dim")
    table.add_row("opened", *_band(engaged.opened))
    table.add_row("clicked", *_band(engaged.clicked))
    yield table
    yield from _plot("opened", [each.opened for each in engaged.hours])
    yield from _plot("clicked", [each.clicked for each in engaged.hours])


def _plot(name: str, bands: Sequence[Band]) -> Iterator[Text]:
    yield Text(name)


def _band(band: Band) -> tuple[Text, Text]:
    return Text(f"{band.surely:,}"), Text(f"{band.possible:,}")


def _at(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(find_zone(zone)):%Y-%m-%d %H:%M %Z}"
