"""The table of commands, and starting without importing the world."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer

from newsletter.cli.commands import COMMANDS
from newsletter.cli.program import program

GROUP = typer.main.get_group(program)
HEAVY = ("sqlalchemy", "sendgrid", "mjml", "PIL", "uvicorn", "pydantic", "newsletter.bootstrap")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says(name: str) -> None:
    """Each line of `--help` begins the command's own help, which is there."""
    context = typer.Context(GROUP)
    own = GROUP.get_command(context, name).help
    assert " ".join(own.split()).startswith(COMMANDS[name].does)


def test_help_and_version_import_nothing_heavy() -> None:
    """The program starts at once: no database, no mail, no pictures before a command runs."""
    code = (
        "import sys; from newsletter.cli.program import program\n"
        "try: program(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
