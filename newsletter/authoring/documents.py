"""Issue and snippet files as an editor sees them: the text, and the version that was seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsletter.authoring.bytes_of_files import version_of
from newsletter.authoring.outline import Piece, sections
from newsletter.authoring.settings import setting
from newsletter.content import find_issue
from newsletter.content.files import LARGEST, is_inside, relative, text_of
from newsletter.content.hints import near, shown
from newsletter.content.library import ISSUES, Library
from newsletter.errors import ContentError, NotFound, Place, Problem
from newsletter.model.site import Site


@dataclass(frozen=True, slots=True)
class Document:
    """A file of words.

    Attributes:
        path: absolute.
        name: relative to the site, for people and messages.
        text: lines end in a line feed, no byte order mark; the file keeps its own.
        version: SHA-256 of the file's bytes when it was read.
    """

    path: Path
    name: str
    text: str
    version: str


@dataclass(frozen=True, slots=True)
class IssueDocument(Document):
    """An issue's file."""

    @property
    def slug(self) -> str:
        """The file's name without `.md`."""
        return self.path.stem

    @property
    def number(self) -> int:
        """The issue's number; 0 when the file has none."""
        number = setting(self.text, "number", self.name)
        return number if isinstance(number, int) and not isinstance(number, bool) else 0

    @property
    def sections(self) -> tuple[Piece, ...]:
        """The outline; raises ContentError when the file can not be read at all."""
        return sections(self.text, self.name)


@dataclass(frozen=True, slots=True)
class SnippetDocument(Document):
    """A snippet's file."""

    @property
    def ref(self) -> str:
        """`topic/name`."""
        return f"{self.path.parent.name}/{self.path.stem}"


def open_issue(site: Site, ref: str) -> IssueDocument:
    """Read an issue for editing.

    Args:
        ref: a slug or a number, as for `content.find_issue`.

    Raises:
        NotFound: no such issue.
        ContentError: it is no text, or leads out of `issues/`.
    """
    path = find_issue(site, ref)
    return IssueDocument(path, relative(site.root, path), *_read(site, path))


def open_snippet(site: Site, ref: str) -> SnippetDocument:
    """Read a snippet for editing; raises as `open_issue`."""
    path = snippet_path(site, ref)
    return SnippetDocument(path, relative(site.root, path), *_read(site, path))


def snippet_path(site: Site, ref: str) -> Path:
    """The file of a snippet: one that is listed, never a path made of what was asked.

    Raises:
        NotFound: no such snippet; offers the nearest.
    """
    known = Library(site).snippets
    if ref not in known:
        hint = near(ref, known, "Look in the library.")
        raise NotFound(f'There is no snippet "{shown(ref)}". {hint}')
    return known[ref]


def read_bytes(site: Site, path: Path) -> bytes:
    """The bytes of a file of words.

    Raises:
        ContentError: it leads out of `issues/`, is too large, or can not be opened.
        FileNotFoundError: it is gone.
    """
    place = Place(relative(site.root, path))
    if not is_inside(site.root / ISSUES, path) or not is_inside(site.root, path):
        raise ContentError([Problem(place, "It leads out of issues/.", "Copy the file there.")])
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ContentError([Problem(place, f"It can not be read: {error.strerror}.")]) from None
    if len(data) > LARGEST:
        raise ContentError([Problem(place, "The file is too large; at most 1 MB is words.")])
    return data


def _read(site: Site, path: Path) -> tuple[str, str]:
    name = relative(site.root, path)
    try:
        data = read_bytes(site, path)
    except FileNotFoundError:
        raise NotFound(f"{name} is not there any more.") from None
    return text_of(data, Place(name)), version_of(data)
