"""Who wrote a letter, as far as that is written down: the studio's log, and git's.

An edit made in a file of a site that is no git work tree is nobody's, and so keeps nobody from
approving.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from newsletter.model.account import Sought
from newsletter.model.content import Issue
from newsletter.store import Store
from newsletter.store.audit import read_entries
from newsletter.store.people import list_people

_MOST_ENTRIES = 1_000
_GIT_SECONDS = 5
_WRITING = ("issue.", "new issue", "duplicate issue", "edited", "move draft")
"""How the log's words for a change of an issue's file begin."""


def authors_of(store: Store, root: Path, issue: Issue) -> tuple[str, ...]:
    """Names and addresses of those who changed an issue's own file, each once.

    Args:
        root: the site's folder.
    """
    told = (*_in_studio(store, issue.slug), *_in_git(root, issue.place.path))
    return tuple(dict.fromkeys(each for each in told if each))


def _in_studio(store: Store, slug: str) -> tuple[str, ...]:
    """As they were called then, and as they are now: another name makes nobody another person."""
    with store.read() as connection:
        found = read_entries(connection, Sought(on=slug), None, _MOST_ENTRIES)
        people = {each.id: (each.name, each.email) for each in list_people(connection)}
    wrote = [each for each in found if each.on == slug and each.action.startswith(_WRITING)]
    now = (name for each in wrote for name in people.get(each.person or 0, ()))
    return (*(each.name for each in wrote), *now)


def _in_git(root: Path, path: str) -> tuple[str, ...]:
    """Authors of its commits; nobody where there is no git, or no work tree."""
    command = ["git", "-C", str(root), "log", "--format=%an%n%ae", "--", path]
    try:
        told = subprocess.run(  # noqa: S603 - no shell, and the path stands behind `--`
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(told.stdout.splitlines()) if told.returncode == 0 else ()
