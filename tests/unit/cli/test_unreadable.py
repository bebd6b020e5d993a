"""Files and folders of a site that this account may not use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner

from newsletter.cli.program import program
from tests.factories import write_site

NOBODY = 65_534
KEY = "a-secret-of-this-test-and-of-no-other-one"


@pytest.fixture
def site() -> Iterator[Path]:
    """A site that others than root can reach, too, and write."""
    with TemporaryDirectory() as folder:
        root = write_site(Path(folder), {"var/secret.key": KEY})
        for path in (root, *root.rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        yield root


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Nobody may use it; root, who may everything, is somebody else meanwhile."""
    before, is_root = path.stat().st_mode, os.geteuid() == 0
    path.chmod(0)
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        path.chmod(before)


def run(site: Path, command: str) -> tuple[int, str]:
    done = CliRunner().invoke(program, ["--site", str(site), command])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("newsletter.toml", "check"),
        ("issues", "check"),
        ("issues", "status"),
        ("issues/topics", "check"),
        ("var/secret.key", "status"),
        ("var", "status"),
        (".", "status"),
    ],
)
def test_one_line_says_which(site: Path, name: str, command: str) -> None:
    """No traceback: the path, what is wrong, and exit code 2."""
    run(site, command)  # imports what is imported late
    with unreadable(site / name):
        code, told = run(site, command)
    assert (code, "Traceback" in told) == (2, False), told
    assert "ermission denied" in told or "can not be" in told, told
    assert Path(name).name in told
    assert len(told.strip().splitlines()) == 1
