"""What the commands about readers share: the rules of a row, and what counts as an address."""

from __future__ import annotations

from typing import Annotated

import typer

from newsletter.bootstrap import App
from newsletter.lists import DateOrder, ListRules
from newsletter.subscribing import normalise

Consent = Annotated[
    str, typer.Option(metavar="TEXT", help="The words they agreed to, and where; kept as proof.")
]
Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="Whose.")]


def rules_of(app: App, dates: DateOrder | None = None) -> ListRules:
    """The site's own attributes and interests; an interest may be called by its label."""
    site = app.site
    words = {each.label.lower(): each.slug for each in site.interests}
    words |= {each.slug: each.slug for each in site.interests}
    return ListRules(site.attributes, words, normalise, app.clock.now(), dates)


def pair(text: str) -> tuple[str, str]:
    """Take `NAME=VALUE` apart; raises typer.BadParameter for anything else."""
    name, equals, value = text.rpartition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f'"{text}" is not NAME=VALUE.')
    return name.strip(), value.strip()
