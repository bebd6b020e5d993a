"""`backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain, warn
from newsletter.config.secret_keys import secret_key_file
from newsletter.errors import UsageError
from newsletter.safekeeping.archive import open_archive
from newsletter.safekeeping.backing_up import back_up
from newsletter.safekeeping.fitness import BACKUPS
from newsletter.safekeeping.journal import NAME
from newsletter.safekeeping.restoring import (
    Ground,
    Restored,
    require_key,
    restore,
    restore_in_place,
)
from newsletter.scheduling.spoken import people as readers_in_words
from newsletter.store import Store
from newsletter.store.connecting import public_url


def register(program: typer.Typer) -> None:
    """Add these commands."""
    program.command("backup")(make)
    program.command("restore")(take)


def make(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="None: var/backups/, named by the time.")
    ] = None,
    json: Json = False,
) -> None:
    """Write database and secret key into one file, while everything runs."""
    app: App = context.obj()
    with opened(app) as store:
        named = f"{app.clock.now():%Y-%m-%d-%H%M%S}.backup"
        target = file or app.settings.var / BACKUPS / named
        manifest = back_up(store, app.settings.database_url, app.open_store, target, _key(app))
    plain(
        people(json),
        f"{target}: {readers_in_words(manifest.subscribers)}, {manifest.deliveries:,} deliveries. "
        "It holds addresses and the secret key: keep it where only you can read it.",
    )
    if json:
        told = {"file": str(target), "bytes": target.stat().st_size, "sha256": manifest.sha256}
        counts = {"subscribers": manifest.subscribers, "deliveries": manifest.deliveries}
        emit({**told, **counts, "made_at": manifest.made_at.isoformat()})


def take(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="What `newsletter backup` wrote.")
    ] = None,
    in_place: Annotated[
        bool,
        typer.Option("--in-place", help="No FILE: the database was put back by its own means."),
    ] = False,
    noes: Annotated[
        list[Path] | None,
        typer.Option(help="The var/noes.journal of another machine of this site; may be repeated."),
    ] = None,
    instead_of: Annotated[
        str,
        typer.Option(
            metavar="URL", help="The server's database whose place it takes: it refuses from then."
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Let a backup take the database's place; what it can not know is left to you."""
    app: App = context.obj()
    console = people(json)
    for each in noes or ():
        if not each.is_file():
            raise UsageError(f"There is no file {each}.")
    if (file is None) != in_place:
        raise UsageError("Name the FILE to restore, or --in-place for a database that is put back.")
    ground = _ground(app, noes or [], instead_of)
    done = (
        _from_file(console, app, file, ground, yes=yes or json)
        if file
        else _in_place(console, ground, yes=yes or json)
    )
    _tell(console, app, done)
    if json:
        emit(_record(done))


def _from_file(console: Console, app: App, file: Path, ground: Ground, *, yes: bool) -> Restored:
    with open_archive(file) as archive:
        manifest = archive.manifest
        plain(
            console,
            f"A backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC with "
            f"{readers_in_words(manifest.subscribers)}. What came after it is lost, except noes.",
        )
        _ask(console, "Restore it?", yes=yes)
        from_outside = bool(app.settings.secret_keys) and not _own_key(app).exists()
        if require_key(_own_key(app), archive, from_outside=from_outside):
            plain(console, f"The secret key is in {_own_key(app)} again.")
        return restore(archive, ground)


def _in_place(console: Console, ground: Ground, *, yes: bool) -> Restored:
    plain(
        console,
        f"{public_url(ground.url)} was put back to an earlier moment. Whatever waits there goes to "
        "you, and nothing is sent until the provider was asked.",
    )
    _ask(console, "Is that so?", yes=yes)
    return restore_in_place(ground)


def _ask(console: Console, question: str, *, yes: bool) -> None:
    if not yes and console.is_terminal and not typer.confirm(question):
        raise typer.Exit(1)


def _ground(app: App, noes: list[Path], instead_of: str) -> Ground:
    def open_any(url: str) -> Store:
        return app.open_store(url, moved=True)

    journals = [app.settings.var / NAME, *noes]
    can_ask = app.outside.has_provider
    url = app.settings.database_url
    return Ground(url, open_any, app.reception, journals, can_ask, instead_of)


def _tell(console: Console, app: App, done: Restored) -> None:
    if done.set_aside:
        plain(console, f"The database that was here is {done.set_aside.name} now.")
    if done.unread:
        warn(console, f"What readers did in it since the backup could not be read: {done.unread}")
    again = done.reapplied
    plain(console, f"Done again: {again.left:,} noes, {again.erased:,} erasings.")
    if done.reviewed.dispatches:
        count = len(done.reviewed.dispatches)
        plain(console, f"To be looked at by you, nothing goes by itself: {count} dispatches.")
    if done.reviewed.uncertain:
        readers = readers_in_words(done.reviewed.uncertain)
        plain(console, f"Perhaps mailed since the backup, and unknown now: {readers}.")
    plain(console, "Start everything that runs again. Next: newsletter reconcile, then status.")


def _record(done: Restored) -> dict[str, object]:
    return {
        "made_at": done.made_at.isoformat(),
        "site_id": done.site_id,
        "set_aside": str(done.set_aside) if done.set_aside else None,
        "in_review": list(done.reviewed.dispatches),
        "unknown": done.reviewed.uncertain,
        "noes": done.reapplied.left,
        "erased": done.reapplied.erased,
    }


def _own_key(app: App) -> Path:
    return secret_key_file(app.site.root)


def _key(app: App) -> str:
    """The site's own key file; empty where keys come from the environment."""
    path = _own_key(app)
    return path.read_text(encoding="ascii") if path.exists() else ""
