"""`init`: a new site from the starter that comes with the program."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.output import people
from newsletter.config import starter_folder
from newsletter.errors import UsageError

_PARTS = ("newsletter.toml", "issues", "templates")
_IGNORED = "var/\nout/\n.env\n"
_CANARY = 500


@dataclass(frozen=True, slots=True)
class _Question:
    """A line of newsletter.toml that a new site answers for itself."""

    section: str
    key: str
    asks: str
    default: str


_QUESTIONS = (
    _Question("site", "name", "What is the newsletter called?", "My newsletter"),
    _Question("site", "public_url", "Where will readers reach it?", "http://127.0.0.1:8700"),
    _Question("sender", "name", "Who is it from?", "My newsletter"),
    _Question("sender", "email", "From which address?", "letters@example.com"),
    _Question("sender", "reply_to", "Where do answers go?", "hello@example.com"),
    _Question("sender", "postal_address", "Postal address for the footer?", "Street 1, 12345 Town"),
    _Question("dispatch", "timezone", "Which time zone?", "Europe/Berlin"),
)


def register(program: typer.Typer) -> None:
    """Add this command."""
    program.command("init")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    yes: Annotated[bool, typer.Option("--yes", help="Take the defaults, ask nothing.")] = False,
) -> None:
    """Make a new site, with templates and three issues to start from."""
    _require_empty(folder)
    answers = {
        question: question.default if yes else typer.prompt(question.asks, question.default)
        for question in _QUESTIONS
    }
    try:
        _write(folder, answers)
    except OSError as problem:
        raise UsageError(f"{folder} can not be written: {problem.strerror}.") from problem
    people(json=False).print(
        f"Made a site in {folder}. Next:\n  cd {folder}\n"
        "  newsletter serve      (the studio, and all the rest)\n"
        "  newsletter preview    (only looking)",
        markup=False,
    )


def _require_empty(folder: Path) -> None:
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty; give a new folder. Nothing was changed.")


def _write(folder: Path, answers: dict[_Question, str]) -> None:
    source = starter_folder()
    folder.mkdir(parents=True, exist_ok=True)
    for part in _PARTS[1:]:
        shutil.copytree(source / part, folder / part)
    settings = (source / _PARTS[0]).read_text("utf-8")
    for question, answer in answers.items():
        settings = _answered(settings, question, answer)
    settings = settings.rstrip("\n") + f"\ncanary = {_CANARY}\n"
    (folder / ".gitignore").write_text(_IGNORED, "utf-8")
    # Last, because a folder with this file counts as a site.
    (folder / _PARTS[0]).write_text(settings, "utf-8")


def _answered(settings: str, question: _Question, answer: str) -> str:
    pattern = rf"(?ms)^(\[{question.section}\]\n(?:(?!\[).*?\n)*?{question.key} = )[^\n]*$"
    value = json.dumps(answer, ensure_ascii=False)
    changed, times = re.subn(pattern, lambda found: found[1] + value, settings, count=1)
    if times != 1:
        raise UsageError(f"The starter has no [{question.section}] {question.key}.")
    return changed
