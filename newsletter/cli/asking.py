"""Ask a person, where there is one."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer

from newsletter.errors import UsageError

INTERRUPTED = 130

Yes = Annotated[bool, typer.Option("--yes", help="Ask nothing.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who; else your account's name.")]
IssueName = Annotated[
    str, typer.Argument(metavar="ISSUE", help="Path, slug or number; or d7 for dispatch 7.")
]


def is_terminal() -> bool:
    """Whether somebody sits there to read and to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def may_ask(*, yes: bool, json: bool) -> bool:
    """Whether a question makes sense: on a terminal, unless told not to ask."""
    return is_terminal() and not (yes or json)


def agree(question: str, *, yes: bool, json: bool, otherwise: str) -> None:
    """Go on only with a clear yes.

    Args:
        question: what is asked on a terminal.
        otherwise: what to say where nobody can be asked and `--yes` is not given.

    Raises:
        UsageError: nobody can be asked.
        typer.Exit: the person said no; nothing was changed.
    """
    if yes:
        return
    if not may_ask(yes=yes, json=json):
        raise UsageError(otherwise)
    if not says_yes(question):
        leave()


def says_yes(question: str) -> bool:
    """Ask; the end of input is a no.

    Raises:
        typer.Exit: Ctrl-C, with 130.
    """
    try:
        return typer.confirm(question, err=True)
    except typer.Abort as ended:  # for both, and it keeps what it was
        typer.echo(err=True)
        if isinstance(ended.__context__, KeyboardInterrupt):
            typer.echo("Nothing was changed.", err=True)
            raise typer.Exit(INTERRUPTED) from None
        return False


def confirm_on_terminal(question: str, *, yes: bool, json: bool) -> None:
    """Ask on a terminal only; a script meant what it said."""
    if may_ask(yes=yes, json=json) and not says_yes(question):
        leave()


def require_count(readers: int) -> None:
    """Have the number of readers typed, so that a wrong audience is noticed."""
    typed = typer.prompt(f"Type the number of readers ({readers:,}) to send", err=True)
    if "".join(letter for letter in typed if letter.isdecimal()) != str(readers):
        leave()


def leave() -> None:
    """End without having done anything."""
    typer.echo("Nothing was changed.", err=True)
    raise typer.Exit(1)


def named(by: str) -> str:
    """The name given, or that of the account this runs under."""
    if by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        raise UsageError("Say who does it: --by NAME.") from None
