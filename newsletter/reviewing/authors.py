"""Who wrote a letter, as far as that is written down: the studio's log, and git's.

A letter is its own file and the snippets in it, on whatever page they were changed. An edit made
in a file of a site that is no git work tree is nobody's, and so keeps nobody from approving.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from newsletter.model.content import Issue
from newsletter.store import Store
from newsletter.store.audit import who_changed
from newsletter.store.people import list_people

_GIT_SECONDS = 5
_WRITING = ("issue.", "new issue", "duplicate issue", "edited", "move draft")
"""How the log's words for a change of an issue's file begin."""
_OF_SNIPPET = ("snippet.created", "snippet.edited", "snippet.committed")
_TOPICS = "issues/topics/"


def authors_of(store: Store, root: Path, issue: Issue) -> tuple[str, ...]:
    """Names and addresses of those who changed an issue's file or a snippet in it, each once.

    Args:
        root: the site's folder.
    """
    snippets = tuple(name for name in issue.sources if name.startswith(_TOPICS))
    told = (*_in_studio(store, issue.slug, snippets), *_in_git(root, issue.place.path, *snippets))
    return tuple(dict.fromkeys(each for each in told if each))


def _in_studio(store: Store, slug: str, snippets: tuple[str, ...]) -> tuple[str, ...]:
    """As they were called then, and as they are now: another name makes nobody another person."""
    refs = (name.removeprefix(_TOPICS).removesuffix(".md") for name in snippets)
    things = {slug: _WRITING} | dict.fromkeys(refs, _OF_SNIPPET)
    with store.read() as connection:
        wrote = who_changed(connection, things, snippets)
        people = {each.id: (each.name, each.email) for each in list_people(connection)}
    now = (name for person, _ in wrote for name in people.get(person or 0, ()))
    return (*(name for _, name in wrote), *now)


def _in_git(root: Path, *paths: str) -> tuple[str, ...]:
    """Authors of their commits; nobody where there is no git, or no work tree."""
    command = ["git", "-C", str(root), "log", "--format=%an%n%ae", "--", *paths]
    try:
        told = subprocess.run(  # noqa: S603 - no shell, and the paths stand behind `--`
            command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(told.stdout.splitlines()) if told.returncode == 0 else ()
