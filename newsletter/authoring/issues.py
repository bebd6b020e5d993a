"""Issues as files: begun, copied, renamed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from newsletter.authoring.bytes_of_files import version_of
from newsletter.authoring.documents import IssueDocument, open_issue
from newsletter.authoring.journal import renamed
from newsletter.authoring.letter import change_letter
from newsletter.authoring.locking import writing
from newsletter.authoring.names import new_issue_path
from newsletter.authoring.replacing import create_file, move_file
from newsletter.authoring.saving import at_version
from newsletter.authoring.settings import drop_setting, set_setting
from newsletter.content import new_issue_text, next_number
from newsletter.content.files import relative
from newsletter.content.issue import ISSUE_KEYS
from newsletter.errors import UsageError
from newsletter.model.site import Site


def new_issue(site: Site, slug: str, subject: str = "") -> IssueDocument:
    """Begin an issue with the next free number.

    Args:
        slug: names the file.
        subject: becomes the first subject; the slug does when empty.

    Raises:
        UsageError: the slug can not be one, or is taken.
    """
    with writing(site):
        text = new_issue_text(site, next_number(site), slug)
        if subject.strip():
            # What a person has not written is empty, not an example that might be sent.
            text = change_letter(text, {"subject": subject, "preheader": ""})
        return _create(site, slug, text)


def duplicate_issue(site: Site, ref: str, slug: str) -> IssueDocument:
    """Copy an issue under a new number and name; when it goes out is not copied.

    Raises:
        NotFound: no such issue.
        ContentError: it can not be read.
        UsageError: as for `new_issue`.
    """
    original = open_issue(site, ref)
    with writing(site):
        text = drop_setting(original.text, "send_at", original.name)
        text = set_setting(text, "number", next_number(site), ISSUE_KEYS, original.name)
        return _create(site, slug, text)


def rename_issue(site: Site, document: IssueDocument, slug: str) -> IssueDocument:
    """Give an issue's file another name; the number, its identity, stays, and the way back.

    Whether links to it are out already, only the caller knows.

    Raises:
        Conflict: the file was changed since `document` was read.
        UsageError: as for `new_issue`.
    """
    with writing(site):
        now, _ = at_version(site, document)
        path = new_issue_path(site, slug)
        try:
            move_file(document.path, path)
        except FileExistsError:
            raise _taken(path) from None
        name = relative(site.root, path)
        renamed(site, document.name, name)
    return replace(now, path=path, name=name)


def _create(site: Site, slug: str, text: str) -> IssueDocument:
    path = new_issue_path(site, slug)
    data = text.encode()
    try:
        create_file(path, data)
    except FileExistsError:
        raise _taken(path) from None
    return IssueDocument(path, relative(site.root, path), text, version_of(data))


def _taken(path: Path) -> UsageError:
    return UsageError(f"issues/{path.name} exists. Take another name.")
