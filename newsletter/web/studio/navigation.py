"""Where one can go from every page: only what a person's role may."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.model.person import Person, Role


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the navigation.

    Attributes:
        is_here: whether the page shown belongs to it.
    """

    label: str
    href: str
    is_here: bool


HOME = "/studio/"
_ENTRIES = (
    ("Issues", HOME, ("/studio/issues", "/studio/dispatches"), Role.EDITOR),
    ("Calendar", "/studio/calendar", (), Role.EDITOR),
    ("Snippets", "/studio/snippets", (), Role.EDITOR),
    ("Pictures", "/studio/media", (), Role.EDITOR),
    ("Readers", "/studio/readers", (), Role.ADMIN),
    ("Reports", "/studio/reports", (), Role.EDITOR),
    ("Health", "/studio/health", (), Role.PUBLISHER),
    ("Uncertain", "/studio/uncertain", (), Role.PUBLISHER),
    ("Brand", "/studio/brand", (), Role.ADMIN),
    ("People", "/studio/people", ("/studio/audit",), Role.ADMIN),
)


def entries(person: Person, path: str) -> tuple[Entry, ...]:
    """The navigation of one person on one page."""
    return tuple(
        Entry(label, href, _is_here(path, href, more))
        for label, href, more, role in _ENTRIES
        if person.may(role)
    )


def _is_here(path: str, href: str, more: tuple[str, ...]) -> bool:
    starts = more if href == HOME else (href, *more)
    return path == href or path.startswith(starts)
