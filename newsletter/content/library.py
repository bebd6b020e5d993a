"""The names that exist in a site: files as they are listed, never as they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from newsletter.content.files import is_inside
from newsletter.model.site import Site

ISSUES = "issues"
TOPIC_FILE = "_topic.md"
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Library:
    """Looks once at each folder; make a new one to see what changed."""

    def __init__(self, site: Site) -> None:
        self._root = site.root

    @cached_property
    def issues(self) -> tuple[Path, ...]:
        """The issue files, sorted by name; `_drafts.md` and `README.md` are none."""
        folder = self._root / ISSUES
        return tuple(
            path for path in _files(folder, ".md") if path.name.lower() not in {"readme.md"}
        )

    @cached_property
    def topics(self) -> dict[str, Path]:
        """Topic slug -> folder."""
        folder = self._root / ISSUES / "topics"
        if not folder.is_dir():
            return {}
        return {
            path.name: path
            for path in sorted(folder.iterdir())
            if path.is_dir() and not path.name.startswith((".", "_"))
        }

    @cached_property
    def snippets(self) -> dict[str, Path]:
        """`topic/name` -> file."""
        return {
            f"{topic}/{path.stem}": path
            for topic, folder in self.topics.items()
            for path in _files(folder, ".md")
        }

    @cached_property
    def pictures(self) -> dict[str, Path]:
        """Name below `issues/media/` -> file; of any type."""
        folder = self._root / ISSUES / "media"
        if not is_inside(self._root, folder):
            return {}
        return {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    @cached_property
    def layouts(self) -> dict[str, Path]:
        """Name -> file in `templates/layouts/`."""
        return {path.stem: path for path in _files(self._root / "templates/layouts", ".mjml")}

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that have a look in `templates/snippets/`."""
        return tuple(path.stem for path in _files(self._root / "templates/snippets", ".mjml"))


def _files(folder: Path, suffix: str) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix == suffix and not path.name.startswith((".", "_")) and path.is_file():
            yield path
