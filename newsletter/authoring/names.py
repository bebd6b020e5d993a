"""Names for new files: such as every system can keep, and nobody has yet."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from newsletter.content.files import is_inside, relative
from newsletter.content.hints import shown
from newsletter.content.issue import better_slug
from newsletter.content.library import ISSUES, SLUG, Library
from newsletter.errors import UsageError
from newsletter.model.site import Site

_LONGEST = 120
# Devices of Windows, with or without an ending (learn.microsoft.com, Naming Files).
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
)


def new_issue_path(site: Site, slug: str) -> Path:
    """The file of an issue that is not there yet.

    Raises:
        UsageError: the slug can not be one, or is taken (letters' case does not count).
    """
    better = better_slug(slug[: 2 * _LONGEST])
    if slug != better or slug in _DEVICES:
        better = f"{better}-issue" if better in _DEVICES else better
        raise UsageError(
            f'"{shown(slug)}" can not name an issue: a-z, 0-9 and `-`, and a letter. Try {better}.'
        )
    folder = site.root / ISSUES
    _require_inside(site, folder)
    _require_free(f"{slug}.md", folder, "issues")
    return folder / f"{slug}.md"


def new_snippet_path(site: Site, ref: str) -> Path:
    """The file of a snippet that is not there yet; its topic may be new, too.

    Raises:
        UsageError: `ref` is not `topic/name` in a-z, 0-9 and `-`, or is taken.
    """
    topic, slash, name = ref.partition("/")
    if not (slash and is_name(topic) and is_name(name)):
        raise UsageError(
            f'"{shown(ref)}" can not name a snippet. It is written topic/name, both in a-z, '
            "0-9 and `-`, like skin/aftercare."
        )
    folder = site.root / ISSUES / "topics"
    _require_inside(site, folder / topic)
    if topic not in Library(site).topics:
        _require_free(topic, folder, "issues/topics")
    _require_free(f"{name}.md", folder / topic, f"issues/topics/{topic}")
    return folder / topic / f"{name}.md"


def is_name(name: str) -> bool:
    """Whether a topic or a snippet can be called so, on every system."""
    return bool(SLUG.fullmatch(name)) and len(name) <= _LONGEST and name not in _DEVICES


def name_from(title: str, taken: Iterable[str] = ()) -> str:
    """A name made of a title: `Looking after it` becomes `looking-after-it`.

    Args:
        title: for people.
        taken: names that are in use; a number tells it from them.
    """
    base = better_slug(title)[: _LONGEST - 4].strip("-")
    base = base if is_name(base) else f"{base}-piece"
    used, name, count = set(taken), base, 1
    while name in used:
        count += 1
        name = f"{base}-{count}"
    return name


def _require_inside(site: Site, folder: Path) -> None:
    if not is_inside(site.root, folder):
        raise UsageError(f"{relative(site.root, folder)} leads out of the site.")


def _require_free(name: str, folder: Path, where: str) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.name.casefold() == name.casefold():
            raise UsageError(f"{where}/{path.name} exists. Take another name.")
