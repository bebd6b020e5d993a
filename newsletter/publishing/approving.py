"""Approve: freeze the bytes, and say later whether the files still make the same."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection

from newsletter.content import load_issue
from newsletter.errors import NewsletterError, UsageError
from newsletter.model.ports import Clock
from newsletter.model.site import Site
from newsletter.publishing.composing import Composition, require_sendable
from newsletter.publishing.letter_links import letter_links
from newsletter.rendering import list_id, render
from newsletter.store import Store
from newsletter.store.approvals import Approved, record_approval

_LOOKS = "templates"


def _nothing(_connection: Connection, _approval_id: int) -> None:
    return None


def approve(
    store: Store,
    composition: Composition,
    *,
    by: str,
    clock: Clock,
    also: Callable[[Connection, int], None] = _nothing,
) -> Approved:
    """Freeze an issue's bytes, pictures, hashes and findings.

    Args:
        store: where the record is kept.
        composition: what was looked at; these very bytes are frozen.
        by: the name of the person who approves.
        clock: says when.
        also: written in the same transaction; gets the approval's id, and may refuse by raising.

    Raises:
        BlockedError: the issue has errors.
        UsageError: nobody's name.
    """
    if not by.strip():
        raise UsageError("An approval needs a name: --by NAME.")
    require_sendable(composition)
    site = composition.site
    return record_approval(
        store,
        composition.renditions,
        by=by.strip(),
        at=clock.now(),
        sender=site.sender,
        list_id=list_id(site),
        findings=composition.findings,
        sources=_hashes(site, composition.issue.sources),
        links=letter_links(composition),
        also=also,
    )


def changed_since(site: Site, approved: Approved) -> bool:
    """Whether the files would make other bytes today than those that were approved.

    Files that can not be read any more count as changed.
    """
    if _hashes(site, tuple(approved.sources)) == approved.sources:
        return False
    try:
        made = render(load_issue(site, str(approved.issue_number)), site)
    except NewsletterError:
        return True
    return {each.variant: each.sha256 for each in made.renditions} != dict(approved.hashes)


def _hashes(site: Site, sources: tuple[str, ...]) -> dict[str, str]:
    """Path -> SHA-256 of each source and every template; a file that is gone has none."""
    looks = (path for path in (site.root / _LOOKS).rglob("*") if path.is_file())
    names = {*sources, *(path.relative_to(site.root).as_posix() for path in looks)}
    return {name: _hash(site.root / name) for name in sorted(names)}


def _hash(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
