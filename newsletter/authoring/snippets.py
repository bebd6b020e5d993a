"""Snippets as files: begun, saved out of an issue, deleted when nobody uses them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from newsletter.authoring.bytes_of_files import version_of
from newsletter.authoring.documents import IssueDocument, SnippetDocument, open_snippet
from newsletter.authoring.letter import SNIPPET_FIELDS, change_snippet, written
from newsletter.authoring.locking import writing
from newsletter.authoring.names import new_snippet_path
from newsletter.authoring.outline import Piece
from newsletter.authoring.replacing import create_file, remove_file
from newsletter.authoring.saving import at_version
from newsletter.authoring.uses import users_of
from newsletter.content import snippet_problems
from newsletter.content.files import one_line_end, relative
from newsletter.errors import BlockedError, ContentError, UsageError
from newsletter.model.site import Site

_EMPTY = "---\n---\n"


def new_snippet(site: Site, ref: str, fields: Mapping[str, str | None]) -> SnippetDocument:
    """Begin a snippet.

    Args:
        ref: `topic/name`; the topic may be new.
        fields: of `SNIPPET_FIELDS`; those that are empty are left out.

    Raises:
        ContentError: what `newsletter check` would say of it; nothing is written then.
        UsageError: the name can not be one, or is taken.
    """
    path = new_snippet_path(site, ref)
    name = relative(site.root, path)
    text = snippet_text(fields, name)
    if problems := snippet_problems(site, path, text):
        raise ContentError(problems)
    with writing(site):
        return _create(site, ref, text)


def snippet_text(fields: Mapping[str, str | None], path: str = "") -> str:
    """The file of a snippet that says these fields."""
    said = {
        field: one_line_end(value)
        for field in SNIPPET_FIELDS
        if (value := fields.get(field)) is not None
        and (value.strip() or (field == "alt" and fields.get("image")))
    }
    return change_snippet(_EMPTY, said, path)


def save_as_snippet(
    site: Site, issue: IssueDocument, section: Piece, ref: str, fields: Mapping[str, str]
) -> SnippetDocument:
    """Make a snippet of what a section says: the one it names, with what is said only here.

    The issue stays as it is; `replace_with` then names the new snippet there.

    Args:
        section: of the issue's outline.
        ref: `topic/name` of the new snippet.
        fields: what to say otherwise, and what an inline piece lacks: `title`, `kind`.

    Raises:
        ContentError, UsageError: as for `new_snippet`.
    """
    said = dict(_inline(section)) if section.is_inline else dict(_named(site, section))
    return new_snippet(site, ref, {**said, **fields})


def delete_snippet(site: Site, document: SnippetDocument) -> None:
    """Take a snippet out of the library.

    Raises:
        BlockedError: issues use it; the message names them.
        Conflict: the file was changed since `document` was read.
    """
    with writing(site):
        if users := users_of(site, document.ref):
            names = ", ".join(user.slug for user in users)
            raise BlockedError(f"{document.ref} is used in {names}. Take it out there first.")
        at_version(site, document)
        remove_file(document.path)
        _remove_if_empty(document.path.parent)


def _create(site: Site, ref: str, text: str) -> SnippetDocument:
    path = new_snippet_path(site, ref)
    data = text.encode()
    try:
        create_file(path, data)
    except FileExistsError:
        raise UsageError(f"{ref} exists. Take another name.") from None
    return SnippetDocument(path, relative(site.root, path), text, version_of(data))


def _named(site: Site, section: Piece) -> Mapping[str, str | None]:
    """What a snippet says in an issue."""
    snippet = open_snippet(site, section.ref)
    own: dict[str, str | None] = {
        field: value
        for field in SNIPPET_FIELDS
        if (value := written(snippet.text, field, snippet.name)) or field == "alt"
    }
    return {**own, **section.settings}


def _inline(section: Piece) -> Mapping[str, str | None]:
    said = section.settings
    return {
        "image": said.get("file"),
        "alt": said.get("alt"),
        "link": said.get("link"),
        "link_text": said.get("text"),
        "interest": said.get("interest"),
    }


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
