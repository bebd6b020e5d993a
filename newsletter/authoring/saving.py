"""Saving: what an editor changed reaches the disk only over what that editor saw."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from newsletter.authoring.bytes_of_files import encoded, version_of
from newsletter.authoring.documents import Document, IssueDocument, read_bytes
from newsletter.authoring.journal import go, record, step_bytes
from newsletter.authoring.locking import writing
from newsletter.authoring.merging import merged
from newsletter.authoring.remembering import recall, remember
from newsletter.authoring.replacing import replace_file
from newsletter.authoring.settings import setting
from newsletter.content.files import LARGEST, check_characters, one_line_end, text_of
from newsletter.content.front_matter import split_document
from newsletter.errors import Conflict, Place, UsageError
from newsletter.model.site import Site

Opened = TypeVar("Opened", bound=Document)


def save(site: Site, document: Opened, text: str, expected_version: str = "") -> Opened:
    """Write a document's new text.

    Args:
        document: which file.
        text: the whole new text.
        expected_version: the version the editor saw; that of `document` when empty.

    Returns:
        The document as it stands now, with its new version.

    Raises:
        Conflict: the file says something else than what the editor saw.
        ContentError: the new text can not be read as settings and words at all.
        UsageError: it would change an issue's number, or the disk refuses.
    """
    text = one_line_end(text)
    return change(site, document, lambda _: text, expected_version, whole=text)


def change(
    site: Site,
    document: Opened,
    edit: Callable[[str], str],
    expected_version: str = "",
    whole: str | None = None,
) -> Opened:
    """Change a document by a function from its text to the new one; otherwise as `save`.

    Args:
        edit: is given the text of the expected version, never another one.
        whole: the new text, where it does not depend on the old one.
    """
    expected = expected_version or document.version
    with writing(site):
        now, before = _now(site, document, whole)
        if now.version != expected:
            raise _conflict(site, now, expected, edit, whole)
        text = edit(now.text)
        if text == now.text:
            return now
        _check(now, text)
        data = encoded(text, before)
        if len(data) > LARGEST:
            raise UsageError(f"{now.name} would have more than 1 MB; nobody could read it again.")
        replace_file(now.path, data)
        with suppress(OSError):  # the way back is a comfort; the change itself is on the disk
            remember(site, now.text, now.version)
            record(site, now.name, before, data)
    return replace(now, text=text, version=version_of(data))


def at_version(site: Site, document: Opened) -> tuple[Opened, bytes]:
    """A document and its bytes, still as they were read; for callers that hold the lock.

    Raises:
        Conflict: the file says something else by now.
    """
    now, data = _now(site, document, None)
    if now.version != document.version:
        raise Conflict(document.name, None, now.text, now.version)
    return now, data


def undo(site: Site, document: Opened, expected_version: str = "") -> Opened:
    """Bring the text before the last change back; arguments and errors as for `save`.

    Raises:
        UsageError: nothing was changed here, or somebody changed the file elsewhere since.
    """
    return _restore(site, document, expected_version, -1)


def redo(site: Site, document: Opened, expected_version: str = "") -> Opened:
    """Take an `undo` back; otherwise the same."""
    return _restore(site, document, expected_version, +1)


def _restore(site: Site, document: Opened, expected_version: str, step: int) -> Opened:
    with writing(site):
        now, _ = _now(site, document, None)
        if now.version != (expected_version or document.version):
            raise Conflict(now.name, None, now.text, now.version)
        data = step_bytes(site, now.name, now.version, step)
        text = text_of(data, Place(now.name))
        _check(now, text)
        replace_file(now.path, data)
        go(site, now.name, step)
    return replace(now, text=text, version=version_of(data))


def _now(site: Site, document: Opened, mine: str | None) -> tuple[Opened, bytes]:
    try:
        data = read_bytes(site, document.path)
    except FileNotFoundError:
        raise Conflict(document.name, mine, None) from None
    text = text_of(data, Place(document.name))
    return replace(document, text=text, version=version_of(data)), data


def _conflict(
    site: Site, now: Document, expected: str, edit: Callable[[str], str], whole: str | None
) -> Conflict:
    seen = recall(site, expected)
    mine = whole if seen is None else edit(seen)
    both = None if seen is None or mine is None else merged(seen, mine, now.text, now.name)
    return Conflict(now.name, mine, now.text, now.version, both)


def _check(document: Document, text: str) -> None:
    """Refuse what nobody could read afterwards; other problems are findings."""
    check_characters(text, Place(document.name))
    split_document(text, document.name)
    if isinstance(document, IssueDocument) and document.number:
        number = setting(text, "number", document.name)
        if number != document.number:
            raise UsageError(f"{document.name} is issue {document.number}; its number stays.")
