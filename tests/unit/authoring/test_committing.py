"""Edits committed to the site's git repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from newsletter.authoring import Worktree, change, change_letter, new_issue, open_issue, worktree
from newsletter.errors import UsageError
from newsletter.model.site import Site
from tests.factories import make_site


def git(folder: Path, *words: str) -> str:
    """Run git as a person of the repository would."""
    command = ["git", "-c", "user.name=Else", "-c", "user.email=else@team.test", *words]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> tuple[Site, Worktree]:
    """A site in a folder of a repository, everything committed."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    site = make_site(tmp_path / "site")
    (tmp_path / ".gitignore").write_text("var/\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message=Begin")
    tree = worktree(site)
    assert tree is not None
    return site, tree


def test_a_site_in_no_repository_has_no_worktree(tmp_path: Path) -> None:
    """Neither outside of one, nor where a repository ignores the site."""
    assert worktree(make_site(tmp_path / "plain")) is None
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("ignored/\n")
    assert worktree(make_site(tmp_path / "ignored")) is None


def test_exactly_the_named_files_are_committed(repository: tuple[Site, Worktree]) -> None:
    """New ones too; what somebody else staged or changed stays as it was."""
    site, tree = repository
    first = open_issue(site, "first")
    change(site, first, lambda text: change_letter(text, {"subject": "Changed"}))
    new = new_issue(site, "second")
    (site.root / "newsletter.toml").write_text("# staged\n")
    git(site.root, "add", "newsletter.toml")
    (site.root / "issues/topics/skin/collagen.md").write_text("half done")
    assert tree.pending([first.path, new.path]) == ("issues/first.md", "issues/second.md")
    made = tree.commit(
        [first.path, new.path], "Say it better\n\n# why", "Edda Writer", "e@team.test"
    )
    shown = git(site.root, "show", "--stat", "--format=%h|%an|%ae|%cn|%B", "HEAD")
    assert shown.startswith(f"{made}|Edda Writer|e@team.test|Edda Writer|Say it better\n\n# why")
    assert "2 files changed" in shown
    assert git(site.root, "status", "--porcelain") == (
        " M site/issues/topics/skin/collagen.md\nM  site/newsletter.toml\n"
    )
    assert tree.pending([first.path]) == ()


def test_a_removed_file_is_committed_as_removed(repository: tuple[Site, Worktree]) -> None:
    """Deleting is a change as any other."""
    site, tree = repository
    path = open_issue(site, "first").path
    path.unlink()
    tree.commit([path], "Gone", "Edda", "e@team.test")
    assert "first.md" not in git(site.root, "ls-files")


def test_what_people_type_is_never_an_option(repository: tuple[Site, Worktree]) -> None:
    """Names, addresses, messages and paths that look like options or patterns are just that."""
    site, tree = repository
    path = open_issue(site, "first").path
    path.write_text(path.read_text() + "more\n")
    tree.commit([path], "--amend --all", "--author=x <y>\nz", "-m <b@team.test>")
    shown = git(site.root, "log", "-1", "--format=%an|%ae|%s|%P")
    assert shown.startswith("--author=x  y z|-m  b@team.test|--amend --all|")
    assert shown.strip().rpartition("|")[2]
    for odd in ("*.md", ":(top)", "--all"):
        assert tree.pending([site.root / "issues" / odd]) == ()


def test_what_git_refuses_is_told(repository: tuple[Site, Worktree], tmp_path: Path) -> None:
    """Nothing to commit, no message, a file elsewhere, a hook that says no: each in words."""
    site, tree = repository
    path = open_issue(site, "first").path
    with pytest.raises(UsageError, match="nothing to commit"):
        tree.commit([path], "x", "Edda", "e@team.test")
    with pytest.raises(UsageError, match="Say in a few words"):
        tree.commit([path], " \n", "Edda", "e@team.test")
    with pytest.raises(UsageError, match="no file of this site"):
        tree.commit([tmp_path / "secret"], "x", "Edda", "e@team.test")
    hook = tmp_path / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho 'No letters on Sundays.' >&2\nexit 1\n")
    hook.chmod(0o755)
    new = new_issue(site, "second")
    with pytest.raises(UsageError, match="No letters on Sundays"):
        tree.commit([new.path], "x", "Edda", "e@team.test")
    assert git(site.root, "status", "--porcelain") == "?? site/issues/second.md\n"
