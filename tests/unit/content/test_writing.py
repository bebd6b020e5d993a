"""A new issue file."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.content import load_issue, write_new_issue
from newsletter.errors import UsageError
from tests.factories import make_site


def test_a_new_issue_loads_with_the_next_free_number(tmp_path: Path) -> None:
    """What `newsletter new` writes is an issue from the first moment."""
    site = make_site(tmp_path)
    path = write_new_issue(site, "spring-news")
    issue = load_issue(site, path)
    assert (issue.number, issue.slug) == (2, "spring-news")
    assert issue.subject.plain() == "Spring news"
    assert load_issue(site, write_new_issue(site, "true")).subject.plain() == "True"


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    """Somebody's words stay; no draft is left behind."""
    site = make_site(tmp_path)
    before = (site.root / "issues" / "first.md").read_bytes()
    with pytest.raises(UsageError, match=r"issues/first.md exists"):
        write_new_issue(site, "first")
    assert (site.root / "issues" / "first.md").read_bytes() == before
    assert [path.name for path in (site.root / "issues").glob("*.*")] == ["first.md"]


@pytest.mark.parametrize(
    ("slug", "better"),
    [("My News", "my-news"), ("../out", "out"), ("12", "issue-12"), ("", "my-issue"), ("é", "my-")],
)
def test_a_name_that_can_not_be_a_slug_is_refused(slug: str, better: str, tmp_path: Path) -> None:
    """The refusal offers the nearest name that works, and writes nothing."""
    site = make_site(tmp_path)
    with pytest.raises(UsageError, match=f"Try {better}"):
        write_new_issue(site, slug)
    assert len(list(site.root.rglob("*.md"))) == 2
