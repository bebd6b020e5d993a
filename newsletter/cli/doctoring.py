"""`doctor`: whether this site is fit to send."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from newsletter.bootstrap import App
from newsletter.cli.output import emit, people
from newsletter.lookups import SELECTORS
from newsletter.publishing.examining import (
    MADE_UP_READER,
    Examined,
    Health,
    examine_outside,
    examine_settings,
    examined_row,
)
from newsletter.publishing.examining_key import examine_key
from newsletter.safekeeping.fitness import Machine, examine_machine

_COLOUR = {Health.GOOD: "green", Health.WEAK: "yellow", Health.BAD: "red", Health.UNKNOWN: "dim"}


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    network: Annotated[
        bool, typer.Option(help="Ask DNS about the sender, the unsubscribe address, and SendGrid.")
    ] = False,
    selector: Annotated[
        list[str] | None, typer.Option(help="A DKIM selector instead of s1 and s2; repeatable.")
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.")
    ] = False,
) -> None:
    """Say whether site and machine are fit to send; exit 1 when something is bad."""
    app: App = context.obj()
    found = list(examine_settings(app.settings, real=app.sends_for_real))
    found += examine_machine(Machine(app.settings, app.clock.now, app.count_workers))
    if network:
        address = app.links.unsubscribe(MADE_UP_READER)
        found += examine_outside(app.site, address, selector or SELECTORS)
        found.append(examine_key(app.outside.scopes))
    else:
        told = "Ask with --network."
        found.append(Examined("SPF, DKIM, DMARC, one-click, key", Health.UNKNOWN, told))
    _tell(people(json), found)
    if json:
        emit([examined_row(one) for one in found])
    raise typer.Exit(1 if any(one.health is Health.BAD for one in found) else 0)


def _tell(console: Console, found: Iterable[Examined]) -> None:
    for one in found:
        line = Text(f"{one.health.value:8} ", _COLOUR[one.health])
        console.print(line + Text(f"{one.what}: ", "bold") + Text(one.told))
