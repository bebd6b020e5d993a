"""`db upgrade` and `db check`: look after the database."""

from __future__ import annotations

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.store.upgrading import newest, revision_of


def register(program: typer.Typer) -> None:
    """Add this group."""
    group = typer.Typer(
        no_args_is_help=True, help="Look after the database.", rich_markup_mode=None
    )
    group.command("upgrade")(upgrade)
    group.command("check")(check)
    program.add_typer(group, name="db")
