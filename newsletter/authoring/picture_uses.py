"""Where pictures are used, found in the files as they are, those with mistakes included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from newsletter.content.files import read_text, relative
from newsletter.content.front_matter import Document, split_document
from newsletter.content.library import Library
from newsletter.content.yaml_tree import Entries, Items, Node, Scalar
from newsletter.errors import ContentError, Place
from newsletter.model.site import Site

SETTINGS = "newsletter.toml"
_KEYS = ("image", "file")
"""What names a picture: of a snippet or an override, and of a piece of an issue."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place that names a picture.

    Attributes:
        title: the issue's subject or the snippet's title, or what stands for it.
        place: the file and line.
        alt: the picture's text there; None when none is said there.
        issue: the slug, when it is an issue.
        snippet: `topic/name`, when it is a snippet of the library.
    """

    title: str
    place: Place
    alt: str | None = None
    issue: str = ""
    snippet: str = ""


def picture_uses(site: Site) -> Mapping[str, tuple[Use, ...]]:
    """Every use of every picture.

    Returns:
        Name below `issues/media/` -> its uses, snippets first; names that no file has are listed
        as well when something names them.
    """
    found: dict[str, list[Use]] = {}
    library = Library(site)
    for name, use in (*_of_files(site, library), *_of_brand(site)):
        found.setdefault(name, []).append(use)
    return {name: tuple(uses) for name, uses in found.items()}


def _of_files(site: Site, library: Library) -> Iterator[tuple[str, Use]]:
    files = [(path, "", slug) for slug, path in library.snippets.items()]
    files += [(path, path.stem, "") for path in library.issues]
    for path, issue, snippet in files:
        place = relative(site.root, path)
        try:
            text = read_text(site.root, path)
        except ContentError:
            continue  # what can not be read as text names nothing that could be shown
        try:
            yield from _named(split_document(text, place), issue, snippet)
        except ContentError:
            yield from _mentioned(text, place, library, issue, snippet)


def _named(document: Document, issue: str, snippet: str) -> Iterator[tuple[str, Use]]:
    said = _scalars(document.settings)
    title = said["subject"] if "subject" in said else said.get("title", "")
    for name, line, alt in _pictures(document.settings):
        place = Place(document.path, line)
        yield name, Use(title or issue or snippet, place, alt, issue, snippet)


def _pictures(node: Node) -> Iterator[tuple[str, int, str | None]]:
    """(name, line, alt) of every picture in a tree of settings."""
    if isinstance(node, Items):
        for item in node.items:
            yield from _pictures(item)
    if isinstance(node, Entries):
        alt = _scalars(node).get("alt")
        for key, value in node.entries:
            if isinstance(value, Scalar) and key.text in _KEYS:
                yield value.text, value.line, alt
            yield from _pictures(value)


def _scalars(entries: Entries) -> dict[str, str]:
    return {key.text: value.text for key, value in entries.entries if isinstance(value, Scalar)}


def _mentioned(
    text: str, path: str, library: Library, issue: str, snippet: str
) -> Iterator[tuple[str, Use]]:
    """A file with a mistake in its settings still needs the pictures it speaks of."""
    for name in library.pictures:
        at = text.find(name)
        if at >= 0:
            place = Place(path, text.count("\n", 0, at) + 1)
            yield name, Use(issue or snippet, place, None, issue, snippet)


def _of_brand(site: Site) -> Iterator[tuple[str, Use]]:
    theme = site.theme
    for name, title in ((theme.logo, "The logo"), (theme.logo_dark, "The logo on dark")):
        if name:
            yield name, Use(title, Place(SETTINGS), site.name)
