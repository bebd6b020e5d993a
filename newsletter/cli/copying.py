"""`db copy`: move a site into another database."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.output import emit, people, plain
from newsletter.errors import UsageError
from newsletter.store.connecting import public_url
from newsletter.store.copying import Copied, abandon_copy, copy_database

To = Annotated[
    str, typer.Option("--to", metavar="URL", help="An empty database, written as DATABASE_URL is.")
]
Abandon = Annotated[
    bool, typer.Option("--abandon", help="Give the copy up: this database is in use again.")
]


def copy(context: typer.Context, to: To = "", abandon: Abandon = False, json: Json = False) -> None:
    """Move everything into another database; this one refuses from then on."""
    app: App = context.obj()
    console = people(json)
    if abandon == bool(to):
        raise UsageError("Say where to: newsletter db copy --to postgresql://... (or --abandon).")
    if abandon:
        _abandon(app, console, json=json)
        return
    copied = _copy(app, console, to)
    plain(console, f"{sum(copied.rows.values()):,} rows copied and compared; none differs.")
    plain(console, f"Set DATABASE_URL to {public_url(to)} everywhere, and start again.")
    if json:
        emit({"rows": dict(copied.rows), "site_id": copied.site_id})


def _abandon(app: App, console: Console, *, json: bool) -> None:
    with closing(app.open_store(moved=True)) as source:
        went = abandon_copy(source)
    told = f"In use again. Do not use the copy: {went}" if went else "It was not moved."
    plain(console, told)
    if json:
        emit({"abandoned": went})


def _copy(app: App, console: Console, to: str) -> Copied:
    if public_url(to) == public_url(app.settings.database_url):
        raise UsageError("That is the database the site has. Give another one with --to.")
    with (
        closing(app.open_store(moved=True)) as source,
        closing(app.open_store(to, moved=True)) as target,
        _bars(console) as progress,
    ):
        task = progress.add_task("")

        def told(table: str, done: int, total: int) -> None:
            progress.update(task, description=table, completed=done, total=total)

        return copy_database(source, target, name=public_url(to), told=told)


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
