"""What the commands about readers share: the rules of a row, and what counts as an address."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.lists import DateOrder, ListRules
from newsletter.subscribing.list_rules import list_rules

Consent = Annotated[
    str, typer.Option(metavar="TEXT", help="The words they agreed to, and where; kept as proof.")
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Whose.")]


def rules_of(app: App, dates: DateOrder | None = None) -> ListRules:
    """What a row of a list may say on this site, now."""
    return list_rules(app.site, app.clock.now(), dates)


def pair(text: str) -> tuple[str, str]:
    """Take `NAME=VALUE` apart; raises typer.BadParameter for anything else."""
    name, equals, value = text.rpartition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f'"{text}" is not NAME=VALUE.')
    return name.strip(), value.strip()
