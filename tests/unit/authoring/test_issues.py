"""Issues begun, copied and renamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.authoring import (
    change,
    change_letter,
    duplicate_issue,
    new_issue,
    new_snippet,
    open_issue,
    rename_issue,
    undo,
)
from newsletter.content import load_issue
from newsletter.errors import Conflict, UsageError
from tests.factories import ISSUE, make_site


def test_a_new_issue_has_the_next_number_and_its_subject(tmp_path: Path) -> None:
    """It can be loaded and edited at once."""
    site = make_site(tmp_path)
    made = new_issue(site, "spring-news", 'Spring: "now"')
    assert (made.number, made.slug) == (2, "spring-news")
    assert load_issue(site, "spring-news").subject.plain() == 'Spring: "now"'
    assert new_issue(site, "summer").number == 3
    assert open_issue(site, "spring-news") == made


def test_a_copy_has_its_own_number_and_no_time(tmp_path: Path) -> None:
    """Everything else is the same, comments included."""
    text = ISSUE.replace("subject", "# mine\nsend_at: 2026-12-01 09:00  # then\nsubject")
    site = make_site(tmp_path, {"issues/first.md": text})
    made = duplicate_issue(site, "first", "second")
    assert made.text == text.replace("send_at: 2026-12-01 09:00  # then\n", "").replace(
        "number: 1", "number: 2"
    )
    assert (site.root / "issues/first.md").read_text() == text


def test_a_renamed_issue_keeps_its_number(tmp_path: Path) -> None:
    """The old file is gone; a file that changed meanwhile is not renamed."""
    site = make_site(tmp_path)
    seen = open_issue(site, "first")
    change(site, seen, lambda text: change_letter(text, {"subject": "New"}))
    with pytest.raises(Conflict):
        rename_issue(site, seen, "better")
    made = rename_issue(site, open_issue(site, "first"), "better")
    assert [path.name for path in (site.root / "issues").glob("*.md")] == ["better.md"]
    assert open_issue(site, "1") == made
    assert undo(site, made).text == ISSUE


@pytest.mark.parametrize(
    "slug", ["../out", "First", "con", "", "é", "12", "x" * 300, "a\0b", "a b"]
)
def test_a_hostile_name_is_refused(slug: str, tmp_path: Path) -> None:
    """The refusal offers a name that works; nothing is written."""
    site = make_site(tmp_path)
    with pytest.raises(UsageError, match=r"can not name an issue.*Try [a-z0-9-]+\."):
        new_issue(site, slug)
    assert len(list(tmp_path.rglob("*.md"))) == 2


def test_a_folder_that_leads_out_gets_no_file(tmp_path: Path) -> None:
    """Where `issues/` or a topic is a link to elsewhere, nothing is made there."""
    site = make_site(tmp_path / "site")
    (tmp_path / "elsewhere").mkdir()
    (site.root / "issues/topics/hair").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="leads out of the site"):
        new_snippet(site, "hair/roots", {"title": "x", "kind": "tip", "body": "x"})
    (site.root / "issues").rename(tmp_path / "moved")
    (site.root / "issues").symlink_to(tmp_path / "moved")
    with pytest.raises(UsageError, match="leads out of the site"):
        new_issue(site, "spring")
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    """Also where only the letters' case differs."""
    site = make_site(tmp_path, {"issues/Spring.md": ISSUE})
    for slug in ("first", "spring"):
        with pytest.raises(UsageError, match=r"exists\. Take another name"):
            duplicate_issue(site, "first", slug)
