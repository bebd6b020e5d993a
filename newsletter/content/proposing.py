"""What `newsletter check` would say of a file if it held another text."""

from __future__ import annotations

from pathlib import Path

from newsletter.content.issue import read_issue
from newsletter.content.library import Library
from newsletter.content.reading import Reading
from newsletter.content.snippets import Shelf, read_snippet
from newsletter.errors import Problem
from newsletter.model.site import Site


def issue_problems(site: Site, path: Path, text: str) -> tuple[Problem, ...]:
    """Every problem of an issue and of what it names, were this its text.

    Args:
        site: the letter's settings.
        path: the issue's file; it need not exist.
        text: lines end in a line feed.
    """
    library = Library(site)
    reading = Reading(site, library, proposed={path: text})
    read_issue(path, reading, Shelf(site, library))
    return tuple(sorted(set(reading.problems)))


def snippet_problems(site: Site, path: Path, text: str) -> tuple[Problem, ...]:
    """Every problem of a snippet, were this its text; arguments as for `issue_problems`."""
    reading = Reading(site, Library(site), proposed={path: text})
    read_snippet(f"{path.parent.name}/{path.stem}", path, reading)
    return tuple(sorted(set(reading.problems)))
