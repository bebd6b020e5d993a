"""`subscribers ...`: readers brought in, looked at, let go."""

from __future__ import annotations

import typer

from newsletter.cli import (
    subscribers_add,
    subscribers_change,
    subscribers_confirm,
    subscribers_export,
    subscribers_import,
    subscribers_show,
)


def register(program: typer.Typer) -> None:
    """Add this group."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Bring readers in, look at them, let them go.",
        rich_markup_mode=None,
    )
    group.command("import")(subscribers_import.import_list)
    group.command("add")(subscribers_add.add)
    group.command("confirm-waiting")(subscribers_confirm.confirm_waiting)
    group.command("export")(subscribers_export.export)
    group.command("show")(subscribers_show.show)
    group.command("search")(subscribers_show.search)
    group.command("proof")(subscribers_show.proof)
    group.command("stats")(subscribers_show.stats)
    group.command("unsubscribe")(subscribers_change.unsubscribe)
    group.command("lift")(subscribers_change.lift)
    group.command("erase")(subscribers_change.erase)
    program.add_typer(group, name="subscribers")
