"""The program `newsletter`: global options, and one way to fail."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from newsletter import __version__
from newsletter.bootstrap import load_app
from newsletter.cli import composing, demo, initialising, rehearsing
from newsletter.cli.output import complain
from newsletter.errors import NewsletterError, UsageError


class _Program(TyperGroup):
    """Turns the errors of the tree into one message and the right exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except NewsletterError as problem:
            complain(problem)
            raise typer.Exit(problem.exit_code) from problem


program = typer.Typer(
    name="newsletter",
    cls=_Program,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Newsletters as files: write in Markdown, see every reader's mail, send it once.",
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
    context.obj = lambda: load_app(Path.cwd(), os.environ, site)
    context.meta["site"] = site


for register in (
    demo.register,
    initialising.register,
    composing.register,
    rehearsing.register,
):
    register(program)


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
