"""The way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.authoring import (
    can_redo,
    can_undo,
    change,
    change_letter,
    open_issue,
    redo,
    save,
    undo,
)
from newsletter.authoring.documents import IssueDocument
from newsletter.authoring.journal import MOST_STEPS
from newsletter.errors import Conflict, UsageError
from newsletter.model.site import Site
from tests.factories import ISSUE, make_site


def retitle(site: Site, subject: str) -> IssueDocument:
    """Save another subject."""
    document = open_issue(site, "first")
    return change(site, document, lambda text: change_letter(text, {"subject": subject}))


def test_changes_go_back_and_forth_to_the_byte(tmp_path: Path) -> None:
    """Undo and redo restore bytes, line ends of another system included."""
    before = ISSUE.replace("\n", "\r\n").encode()
    site = make_site(tmp_path, {"issues/first.md": before})
    retitle(site, "One")
    two = retitle(site, "Two")
    back = undo(site, undo(site, two))
    assert back.path.read_bytes() == before
    assert not can_undo(site, back.name, back.version)
    assert can_redo(site, back.name, back.version)
    forth = redo(site, redo(site, open_issue(site, "first")))
    assert forth.text == two.text
    with pytest.raises(UsageError, match="nothing to redo"):
        redo(site, forth)


def test_a_new_change_ends_what_was_undone(tmp_path: Path) -> None:
    """After an undo and another edit the way back leads over that edit."""
    site = make_site(tmp_path)
    undo(site, retitle(site, "One"))
    other = retitle(site, "Other")
    assert not can_redo(site, other.name, other.version)
    assert undo(site, other).text == ISSUE


def test_what_others_changed_is_not_undone(tmp_path: Path) -> None:
    """A change made outside the studio is nobody's to take back here."""
    site = make_site(tmp_path)
    seen = retitle(site, "One")
    seen.path.write_text(ISSUE.replace("Hello", "By hand"))
    with pytest.raises(Conflict):
        undo(site, seen)
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(site, open_issue(site, "first"))
    assert "By hand" in seen.path.read_text()
    after = retitle(site, "Two")
    assert "By hand" in undo(site, after).text


def test_the_journal_is_bounded_and_only_a_comfort(tmp_path: Path) -> None:
    """The oldest of many steps are let go; a damaged journal is an empty one."""
    site = make_site(tmp_path)
    for number in range(MOST_STEPS + 5):
        document = open_issue(site, "first")
        document = save(site, document, document.text + f"{number}\n")
    (folder,) = (site.root / "var/studio/undo").iterdir()
    assert len(list(folder.iterdir())) == MOST_STEPS + 2
    (folder / "steps.json").write_text("{")
    with pytest.raises(UsageError, match="nothing to undo"):
        undo(site, document)
    assert undo(site, retitle(site, "Again")).text == document.text


def test_large_texts_are_kept_as_long_as_they_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the room the oldest go; the last step is always there."""
    monkeypatch.setattr("newsletter.authoring.journal.MOST_BYTES", 3 * len(ISSUE))
    site = make_site(tmp_path)
    for subject in ("One", "Two", "Three", "Four", "Five"):
        document = retitle(site, subject)
    document = undo(site, document)
    assert "Four" in document.text
    with pytest.raises(UsageError):
        undo(site, undo(site, undo(site, document)))
