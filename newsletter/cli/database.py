"""`db upgrade`, `db check` and `db copy`: look after the database."""

from __future__ import annotations

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.copying import copy
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.store.inspecting import Inspected, inspect_database

FOUND_ERRORS = 1


def register(program: typer.Typer) -> None:
    """Add this group."""
    group = typer.Typer(
        no_args_is_help=True, help="Look after the database.", rich_markup_mode=None
    )
    group.command("upgrade")(upgrade)
    group.command("check")(check)
    group.command("copy")(copy)
    program.add_typer(group, name="db")


def upgrade(context: typer.Context, json: Json = False) -> None:
    """Bring the database to this program's version; SQLite gets a backup beside it before."""
    app: App = context.obj()
    before = inspect_database(app.settings.database_url)
    with opened(app):
        pass  # opening is what upgrades
    if before.is_current:
        told = f"The database is of revision {before.newest} already."
    else:
        told = f"Upgraded from {before.revision or 'nothing'} to {before.newest}."
    plain(people(json), told)
    if json:
        emit({"before": before.revision or None, "revision": before.newest})


def check(context: typer.Context, json: Json = False) -> None:
    """Say whether the database is sound and of this program's version; changes nothing."""
    app: App = context.obj()
    found = inspect_database(app.settings.database_url)
    console = people(json)
    plain(console, _verdict(found))
    for problem in found.problems:
        plain(console, problem, "red")
    if json:
        emit(
            {
                "revision": found.revision or None,
                "newest": found.newest,
                "problems": list(found.problems),
            }
        )
    raise typer.Exit(FOUND_ERRORS if found.problems else 0)


def _verdict(found: Inspected) -> str:
    if found.problems:
        return "The database is damaged. Stop everything that sends, and restore a backup."
    if not found.revision:
        return "There is no database yet; any command makes it."
    if found.is_current:
        return f"The database is sound, revision {found.revision}."
    return (
        f"The database is sound, of revision {found.revision}; this program's is {found.newest}. "
        "Any command upgrades it, or: newsletter db upgrade"
    )
