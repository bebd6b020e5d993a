"""The site as a git work tree: edits committed with message and author.

git runs as a program of its own: https://git-scm.com/docs/git-commit.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from newsletter.content.files import is_inside, relative
from newsletter.errors import UsageError
from newsletter.model.site import Site

_PATIENCE_S = 60
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>]+")
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL")


@dataclass(frozen=True, slots=True)
class Worktree:
    """A site that lies in a git work tree.

    Attributes:
        root: the site's folder.
        git: the program.
    """

    root: Path
    git: str

    def pending(self, paths: Sequence[Path] = ()) -> tuple[str, ...]:
        """Files that differ from the last commit, or are new, relative to the site.

        Args:
            paths: where to look; all of `issues/` and the settings when empty.
        """
        wanted = self._relative(paths) or ("issues", "newsletter.toml")
        status = ("status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all")
        above = self._run("rev-parse", "--show-prefix").strip("\n")  # git tells from its top
        found = self._run(*status, "--", *wanted)
        return tuple(entry[3:].removeprefix(above) for entry in found.split("\0") if entry)

    def commit(self, paths: Sequence[Path], message: str, name: str, email: str) -> str:
        """Commit exactly these files as they are on disk; what others staged stays staged.

        Args:
            paths: files of the site, also new or removed ones.
            message: what was changed, and why.
            name, email: of the author.

        Returns:
            The commit's short name.

        Raises:
            UsageError: nothing to commit, no message, or git refuses (also by a hook of the
                repository); git's own words are in it.
        """
        author = f"{_plain(name) or 'Unknown'} <{_plain(email)}>"
        if not message.strip():
            raise UsageError("Say in a few words what was changed.")
        pending = self.pending(paths) if paths else ()
        if not pending:
            raise UsageError("There is nothing to commit: these files are as they were.")
        new = self._untracked(pending)
        if new:
            self._run("add", "--intent-to-add", "--", *new)
        try:
            options = ("--quiet", "--only", "--no-gpg-sign", f"--author={author}", "--file=-")
            self._run("commit", *options, "--", *pending, said=message, author=(name, email))
        except UsageError:
            if new:
                self._run("rm", "--cached", "--quiet", "--", *new)
            raise
        return self._run("rev-parse", "--short", "HEAD").strip()

    def is_ignored(self, name: str) -> bool:
        """Whether the repository keeps a folder out, as a demo's in `var/`."""
        try:
            self._run("check-ignore", "--quiet", "--", name, literal=False)
        except UsageError:
            return False
        return True

    def _untracked(self, names: Sequence[str]) -> tuple[str, ...]:
        found = self._run("ls-files", "--others", "--exclude-standard", "-z", "--", *names)
        return tuple(name for name in found.split("\0") if name)

    def _relative(self, paths: Sequence[Path]) -> tuple[str, ...]:
        for path in paths:
            if not is_inside(self.root, path):
                raise UsageError(f"{path.name} is no file of this site.")
        return tuple(relative(self.root, path) for path in paths)

    def _run(
        self,
        *words: str,
        said: str = "",
        author: tuple[str, str] | None = None,
        literal: bool = True,
    ) -> str:
        # A name is a name: no `*`, no `:(top)`. Not every command of git knows that option.
        options = ("--literal-pathspecs",) if literal else ()
        command = [self.git, *options, *words]
        try:
            done = subprocess.run(  # noqa: S603 - no shell; what people typed stands behind `=` or `--`
                command,
                cwd=self.root,
                env=_environment(author),
                input=said.encode(),
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"git did not do it: {error}.") from None
        if done.returncode:
            said_back = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise UsageError(f"git did not do it: {said_back or done.returncode}")
        return done.stdout.decode(errors="replace")


def worktree(site: Site) -> Worktree | None:
    """The site's git work tree; None when it is in none, or git is not installed."""
    git = shutil.which("git")
    if git is None:
        return None
    found = Worktree(site.root, git)
    try:
        inside = found._run("rev-parse", "--is-inside-work-tree").strip() == "true"
    except UsageError:
        return None
    return found if inside and not found.is_ignored("issues") else None


def _environment(author: tuple[str, str] | None) -> dict[str, str]:
    """Nothing of the server's own git, no question that nobody could answer."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "true", "GIT_ASKPASS": "", "LC_ALL": "C"}
    if author is None:
        return {**kept, **quiet}
    name, email = (_plain(each) for each in author)
    return {**kept, **quiet, "GIT_COMMITTER_NAME": name or "Unknown", "GIT_COMMITTER_EMAIL": email}


def _plain(text: str) -> str:
    return _UNSAFE.sub(" ", text).strip()
