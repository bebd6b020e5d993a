"""A report as one page in the terminal: sentences, numbers, a small plot, what was clicked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import fill

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from newsletter.cli.plotting import plot
from newsletter.feedback.numbers import Band, Engaged, Hour, Report
from newsletter.feedback.sentences import NOT_COUNTED
from newsletter.model.ledger import DeliveryOutcome, Feedback
from newsletter.model.walltime import find_zone

WIDTH = 78
_NAME = 54
_MOST = 6  # snippets, and links: the page stays one page
_MOVING = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)
_BLANK = ("", "")
Row = tuple[str, str]


def page_of_report(report: Report, zone: str) -> Group:
    """Everything worth saying about an issue, at most 80 columns wide.

    Args:
        zone: IANA name; times are told in it.
    """
    return Group(*_parts(report, zone))


def _parts(report: Report, zone: str) -> Iterator[RenderableType]:
    yield Text(fill(f"Issue {report.issue_number}: {report.subject}", WIDTH), "bold")
    yield Text(f"{_when(report, zone)}\n", "dim")
    for sentence in report.sentences:
        yield Text(fill(sentence, WIDTH, initial_indent="  ", subsequent_indent="  "))
    yield Text()
    yield _beside(list(_handed(report)), list(_heard(report)))
    if report.engaged is None:
        yield Text(f"\n{NOT_COUNTED}", "dim")
    elif report.engaged.opened.possible:
        yield from _engaged(report.engaged)


def _when(report: Report, zone: str) -> str:
    begun = f"from {_at(report.first_sent_at, zone)}" if report.first_sent_at else ""
    return f"{report.state.replace('_', ' ')} {begun}, counted {_at(report.at, zone)}"


def _handed(report: Report) -> Iterator[Row]:
    """What still moves is shown while it does; nothing uncertain is left out."""
    handed = report.handed
    yield "frozen", f"{handed.frozen:,}"
    for word in DeliveryOutcome:
        count = handed.outcomes.get(word, 0)
        if count or word not in _MOVING:
            yield word.value, f"{count:,}"
        if word is DeliveryOutcome.EXCLUDED:
            for why, excluded in sorted(handed.excluded.items()):
                yield f"  {why.value.replace('_', ' ')}", f"{excluded:,}"


def _heard(report: Report) -> Iterator[Row]:
    heard = report.heard
    if heard.anything:
        for word in Feedback:
            if word is not Feedback.NONE:
                yield word.value, f"{heard.feedback.get(word, 0):,}"
        yield "no word yet", f"{heard.feedback.get(Feedback.NONE, 0):,}"
        yield "complaints", f"{heard.complaints:,}"
    else:
        yield "nothing heard yet", ""
    yield "unsubscribes", f"{heard.unsubscribes:,}"


def _beside(left: Sequence[Row], right: Sequence[Row]) -> Table:
    """Two lists of numbers, side by side."""
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2))
    for _ in range(2):
        table.add_column(min_width=20)
        table.add_column(justify="right", min_width=10)
    for at in range(max(len(left), len(right))):
        one, other = (each[at] if at < len(each) else _BLANK for each in (left, right))
        table.add_row(*(Text(cell) for cell in (*one, *other)))
    return table


def _engaged(engaged: Engaged) -> Iterator[RenderableType]:
    yield Text()
    yield _bands("readers", [("opened", engaged.opened), ("clicked", engaged.clicked)])
    yield Text("\nFirst opens and first clicks by hour after the first mail", "dim")
    hours = [each for each in engaged.hours if each.hour is not None]
    yield from plot("opened", [each.opened for each in hours])
    yield from plot("clicked", [each.clicked for each in hours])
    yield Text(_axis(hours), "dim")
    clicked = [
        (f"{each.place.title or each.place.section}{'*' if each.shared else ''}", each.readers)
        for each in engaged.snippets[:_MOST]
    ]
    if clicked:
        yield _bands("clicked in", clicked)
        yield from _shared(engaged)
    links = [(each.url, each.readers) for each in engaged.links if each.readers.possible]
    if links:
        yield Text()
        yield _bands("clicked on", links[:_MOST])
    if len(links) > _MOST or len(engaged.snippets) > _MOST:
        yield Text("More of them: --json or --csv", "dim")


def _shared(engaged: Engaged) -> Iterator[Text]:
    if any(each.shared for each in engaged.snippets[:_MOST]):
        yield Text("* shares a link with another place; its clicks count in both", "dim")


def _bands(name: str, rows: Sequence[tuple[str, Band]]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(name, width=_NAME)
    table.add_column("surely", justify="right", min_width=9)
    table.add_column("at most", justify="right", min_width=9)
    for what, band in rows:
        told = Text(what)
        told.truncate(_NAME, overflow="ellipsis")
        table.add_row(told, Text(f"{band.surely:,}"), Text(f"{band.possible:,}"))
    return table


def _axis(hours: Sequence[Hour]) -> str:
    """A number below every sixth hour."""
    marks = "".join(f"{hour:<6}" for hour in range(0, len(hours), 6))
    return f"{'':9}{marks}hours\n"


def _at(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(find_zone(zone)):%Y-%m-%d %H:%M %Z}"
