"""`db upgrade`, `db check` and `db copy`: look after the database."""

from __future__ import annotations

import typer

from newsletter.bootstrap import App
from newsletter.cli.asking import Json
from newsletter.cli.copying import copy
from newsletter.cli.opening import opened
from newsletter.cli.output import emit, people, plain
from newsletter.store.inspecting import Inspected, inspect_database
from newsletter.store.opening import upgrade_database
from newsletter.store.revisions import newest
from newsletter.store.upgrading import Upgraded

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
    """Bring the database to this program's version; SQLite gets a backup beside it before.

    Ends with 1 when older programs at work keep it from taking away what they need.
    """
    app: App = context.obj()
    done = upgrade_database(app.settings.database_url)
    if not done.kept:
        with opened(app):
            pass  # opening makes the rows that every site has once, and looks at the key
    console = people(json)
    plain(console, _done(done))
    if done.kept:
        plain(console, _kept(done), "red")
    if json:
        told = {"oldest_program": done.oldest_program or None, "kept_by": done.kept or None}
        emit({"before": done.before, "revision": done.revision, **told})
    raise typer.Exit(FOUND_ERRORS if done.kept else 0)


def _done(done: Upgraded) -> str:
    """What it did, and what that means for programs that run meanwhile."""
    if done.before is None:
        return f"Upgraded from nothing to {done.revision}."
    if done.revision == done.before:
        newer = " A newer program expanded it, and this one goes on with it."
        return f"The database is of revision {done.revision} already." + (
            newer if done.revision > newest() else ""
        )
    if done.oldest_program:
        meaning = (
            f"Programs older than {done.oldest_program} are refused from now on, also those that "
            "still run: end them, or start them again from the newer version."
        )
    else:
        meaning = "It was only expanded: older programs that still run go on."
    return f"Upgraded from {done.before} to {done.revision}. {meaning}"


def _kept(done: Upgraded) -> str:
    return (
        f"To {newest()} it can not go yet: that takes away what older programs need, and some are "
        f"at work: {done.kept}. Stop them, then do it again."
    )


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
    if found.is_ahead:
        return (
            f"The database is sound, revision {found.revision}: a newer program expanded it. "
            f"This one, made for {found.newest}, goes on with it."
        )
    if found.lacks_only_contraction:
        return (
            f"The database is sound, revision {found.revision}, and this program works on it. "
            f"Once no older ones run, bring it to {found.newest}: newsletter db upgrade"
        )
    return (
        f"The database is sound, of revision {found.revision}; this program's is {found.newest}. "
        "Any command upgrades it, or: newsletter db upgrade"
    )
