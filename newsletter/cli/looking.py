"""`check --clients` and `check --transcript`: what mail clients make of an issue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from rich.console import Console
from rich.text import Text

from newsletter.bootstrap import App
from newsletter.checks.clients import OLD_AFTER_YEARS, Verdict, client_name, facts, mix
from newsletter.cli.output import emit, people, plain
from newsletter.publishing import (
    Blamed,
    Composition,
    client_support,
    read_aloud,
    sample_reader,
    support_row,
)

_COLOUR_OF = {Verdict.YES: "green", Verdict.PARTLY: "yellow", Verdict.NO: "red"}
_WIDTH = 34
_LEGEND = "y yes   a in part   n no   u unknown: nobody tested it there"


def tell_clients(app: App, refs: Iterable[str], json: bool) -> None:
    """Print client x feature for issues, with the source to blame."""
    told = {}
    for ref in refs:
        composition = app.compose(ref)
        found = client_support(composition, app.evidence)
        told[composition.issue.slug] = [support_row(one) for one in found]
        if not json:
            _print(people(json), composition, found, mix(app.evidence.clients))
    if json:
        emit(told)


def tell_transcript(app: App, refs: Iterable[str], json: bool) -> None:
    """Print what a screen reader says of issues, for a reader with a usual name."""
    reader = sample_reader(app.site, {"first_name": "Mira"})
    told = {}
    for ref in refs:
        composition = app.compose(ref)
        told[composition.issue.slug] = read_aloud(composition, reader)
        if not json:
            plain(people(json), told[composition.issue.slug])
    if json:
        emit(told)


def _print(
    console: Console,
    composition: Composition,
    found: tuple[Blamed, ...],
    shares: Mapping[str, float],
) -> None:
    issue = composition.issue
    plain(console, f"{issue.number}  {issue.subject.plain()}", "bold")
    for number, (client, share) in enumerate(shares.items(), 1):
        plain(console, f"{number:3}  {client_name(client)}  {share:.1%} of readers")
    plain(console, f"     {_LEGEND}", "dim")
    numbers = " ".join(f"{number:>2}" for number in range(1, len(shares) + 1))
    plain(console, f"{'feature':{_WIDTH}} {numbers}  tested         source", "dim")
    for blamed in found:
        console.print(_line(blamed))
    plain(console, f"By caniemail.com's table of {facts().updated:%d %B %Y}.", "dim")


def _line(blamed: Blamed) -> Text:
    row = blamed.row
    line = Text(f"{row.use.slug:{_WIDTH}}", "bold red" if row.lost and not row.harmless else "")
    for verdict in row.verdicts.values():
        line += Text(f" {verdict.value:>2}", _COLOUR_OF.get(verdict, "dim"))
    line += Text(f"  {_tested(row.tested):13}  {row.use.sample}  ") + Text(f"{blamed.place}", "dim")
    if row.lost and row.harmless:
        line += Text(f"  (no harm: {row.harmless})", "dim")
    return line


def _tested(day: date) -> str:
    """The month of a test; marked when it is long ago against the newest in the table."""
    old = facts().updated - day > timedelta(days=365 * OLD_AFTER_YEARS)
    return f"{day:%Y-%m}{' (old)' if old else ''}"
