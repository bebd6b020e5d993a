"""The program `newsletter`: global options, lazily loaded commands, and one way to fail."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from newsletter import __version__
from newsletter.cli.commands import COMMANDS
from newsletter.cli.logs import log_quietly
from newsletter.cli.output import complain
from newsletter.cli.trouble import told_of_file
from newsletter.errors import LedgerError, NewsletterError, UsageError

if TYPE_CHECKING:
    from newsletter.bootstrap import App

LOOK: dict[str, Any] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}


class _Program(TyperGroup):
    """Imports a command's module when it is called, and fails in one way.

    Errors of the tree become one message and the right exit code.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        scratch = typer.Typer(**LOOK)
        import_module(f"newsletter.cli.{COMMANDS[cmd_name].module}").register(scratch)
        return typer.main.get_group(scratch).commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.does) for name, command in COMMANDS.items()])

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except NewsletterError as problem:
            complain(problem)
            raise typer.Exit(problem.exit_code) from problem
        except Exception as problem:
            told = told_of_file(problem) or _database_trouble(problem, ctx.meta.get("database", ""))
            if told is None:
                raise
            complain(told)
            raise typer.Exit(told.exit_code) from problem


program = typer.Typer(
    name="newsletter",
    cls=_Program,
    no_args_is_help=True,
    help="Newsletters as files: write in Markdown, see every reader's mail, send it once.",
    **LOOK,
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"newsletter {__version__}")
        raise typer.Exit


@program.callback()
def everything(
    context: typer.Context,
    site: Annotated[
        Path | None, typer.Option(help="The site's folder; else found from here upward.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Carry the global options to the commands."""
    context.obj = lambda: _load(context, site)
    context.meta["site"] = site


def _load(context: typer.Context, site: Path | None) -> App:
    from newsletter.bootstrap import load_app

    log_quietly()
    app = load_app(Path.cwd(), os.environ, site)
    context.meta["database"] = app.settings.database_url
    return app


def _database_trouble(problem: Exception, url: str) -> LedgerError | None:
    """A full disk, a lock, a server that went away, in words; None for any other failure."""
    if "sqlalchemy" not in sys.modules:
        return None  # nothing was asked of a database
    from newsletter.store.trouble import told_of

    return told_of(problem, url)


def main() -> None:
    """Run the program with this process's arguments; exits."""
    try:
        program(args=_site_first(sys.argv[1:]))
    except UsageError as problem:
        complain(problem)
        raise SystemExit(problem.exit_code) from problem


def _site_first(arguments: list[str]) -> list[str]:
    """Let `--site DIR` stand anywhere in the line, as people write it."""
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    for index, word in enumerate(words):
        if word == "--site" and index + 1 < len(words):
            return ["--site", words[index + 1], *arguments[:index], *arguments[index + 2 :]]
        if word.startswith("--site="):
            return [word, *arguments[:index], *arguments[index + 1 :]]
    return arguments
