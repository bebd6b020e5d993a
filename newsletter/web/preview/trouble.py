"""Errors as a page: every problem with its lines of the file around it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import ContentError, NewsletterError, NotFound, Place, TemplateError

AROUND = 2
LONGEST_LINE = 200
LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file; `guilty` when the problem stands there."""

    number: int
    text: str
    guilty: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """One problem: where, what, what to do, and the lines around it (none if unreadable)."""

    place: str
    message: str
    hint: str
    lines: tuple[Line, ...] = ()


def troubles(problem: NewsletterError, root: Path) -> tuple[Trouble, ...]:
    """What a page tells of an error, one entry a problem."""
    if not isinstance(problem, ContentError | TemplateError):
        return (Trouble("", str(problem), ""),)
    return tuple(
        Trouble(str(each.place), each.message, each.hint, excerpt(root, each.place))
        for each in problem.problems
    )


def title(problem: NewsletterError) -> str:
    """The heading over an error."""
    if isinstance(problem, NotFound):
        return "Nothing here by that name"
    if isinstance(problem, TemplateError):
        return "A template needs mending"
    if isinstance(problem, ContentError):
        return "This needs mending first"
    return "This can not be shown"


def excerpt(root: Path, place: Place) -> tuple[Line, ...]:
    """The lines around a place; none when it has no line or is no readable file of the site."""
    path = (root / place.path).resolve()
    if not place.line or not path.is_relative_to(root.resolve()) or not path.is_file():
        return ()
    if path.stat().st_size > LARGEST_FILE:
        return ()
    texts = path.read_text("utf-8", errors="replace").splitlines()
    first = max(1, place.line - AROUND)
    shown = texts[first - 1 : place.line + AROUND]
    return tuple(
        Line(number, text[:LONGEST_LINE], number == place.line)
        for number, text in enumerate(shown, first)
    )
