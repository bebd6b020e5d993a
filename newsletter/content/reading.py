"""What is being read: the site, what was opened so far, and what is wrong so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from newsletter.content.files import read_text, relative
from newsletter.content.front_matter import Document, split_document
from newsletter.content.library import Library
from newsletter.errors import ContentError, Place, Problem
from newsletter.model.site import Site


@dataclass(slots=True)
class Reading:
    """Collects problems instead of stopping at the first.

    Attributes:
        site: the letter's settings.
        library: the names that exist in the site.
        problems: what is wrong.
        sources: what was opened, relative to the site.
        proposed: file -> what it would say, instead of what is on disk.
    """

    site: Site
    library: Library
    problems: list[Problem] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    proposed: Mapping[Path, str] = field(default_factory=dict)

    def problem(self, place: Place, message: str, hint: str = "") -> None:
        """Note one thing that is wrong."""
        self.problems.append(Problem(place, message, hint))

    def document(self, path: Path) -> Document | None:
        """Open a content file, or note why it can not be read as one."""
        name = relative(self.site.root, path)
        self.sources.add(name)
        try:
            text = self.proposed.get(path)
            return split_document(read_text(self.site.root, path) if text is None else text, name)
        except ContentError as error:
            self.problems.extend(error.problems)
            return None
