"""The mark of a site's files: what changes it, and what does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.authoring.replacing import replace_file
from newsletter.web.preview.filestate import state_of


def _again(folder: Path) -> None:
    replace_file(folder / "deep/one.md", b"One")


def _touched(folder: Path) -> None:
    os.utime(folder / "deep/one.md", ns=(1, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file in a folder."""
    (tmp_path / "issues/deep").mkdir(parents=True)
    (tmp_path / "issues/deep/one.md").write_text("one")
    return tmp_path / "issues"


@pytest.mark.parametrize(
    "change",
    [
        _again,
        _touched,
        lambda folder: (folder / "deep/two.md").write_text(""),
        lambda folder: (folder / "deep/one.md").rename(folder / "deep/three.md"),
        lambda folder: (folder / "deep/one.md").unlink(),
        lambda folder: (folder / "empty").mkdir(),
        lambda folder: (folder.parent / "settings").write_text("new"),
    ],
    ids=["again", "touched", "came", "renamed", "gone", "folder", "settings"],
)
def test_whatever_changes_gives_another_mark(
    folder: Path, change: Callable[[Path], object]
) -> None:
    """A save, also of as many bytes as before; files and folders that come and go."""
    settings = folder.parent / "settings"
    before = state_of(settings, [folder])
    assert state_of(settings, [folder]) == before
    change(folder)
    assert state_of(settings, [folder]) != before


def test_a_file_that_is_being_written_changes_nothing_yet(folder: Path) -> None:
    """Whoever looks in the middle of a save sees the state before it."""
    before = state_of(folder.parent / "settings", [folder])
    (folder / "deep/.0123456789abcdef.draft").write_text("half a")
    assert state_of(folder.parent / "settings", [folder]) == before


def test_what_goes_while_it_is_looked_at_is_no_error(tmp_path: Path) -> None:
    """A link that leads nowhere, and a folder that is not there."""
    (tmp_path / "issues").mkdir()
    (tmp_path / "issues/lost.md").symlink_to(tmp_path / "nowhere")
    assert state_of(tmp_path / "settings", [tmp_path / "issues", tmp_path / "gone"])
