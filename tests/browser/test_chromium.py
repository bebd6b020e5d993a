"""Finding a Chromium, and what is said when there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment without browsers, where installing one fails."""
    installer = tmp_path / "modules/playwright/__main__.py"
    installer.parent.mkdir(parents=True)
    (installer.parent / "__init__.py").touch()
    installer.write_text("raise SystemExit(1)")
    (tmp_path / "bin").mkdir()
    return {
        "PATH": str(tmp_path / "bin"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path / "modules"),
    }


def make_available(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.chromium"]
    return subprocess.run(
        command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_one_on_the_path_is_found(bare: dict[str, str]) -> None:
    """A Chromium on PATH is named and nothing is installed."""
    chromium = Path(bare["PATH"], "chromium-browser")
    chromium.write_text("#!/bin/sh\n")
    chromium.chmod(0o755)
    done = make_available(bare)
    assert (done.returncode, done.stdout) == (0, f"Chromium: {chromium}\n")


def test_a_named_one_goes_first(bare: dict[str, str], tmp_path: Path) -> None:
    """`CHROMIUM` says which one to use."""
    named = tmp_path / "my chromium"
    named.write_text("#!/bin/sh\n")
    named.chmod(0o755)
    assert make_available({**bare, "CHROMIUM": str(named)}).stdout == f"Chromium: {named}\n"


def test_without_one_it_says_what_is_skipped(bare: dict[str, str]) -> None:
    """On a person's machine a missing browser is told aloud and stops nothing."""
    done = make_available(bare)
    assert done.returncode == 0
    assert "WILL BE SKIPPED" in done.stderr


def test_without_one_ci_fails(bare: dict[str, str]) -> None:
    """In CI a missing browser is a failure."""
    done = make_available({**bare, "CI": "1"})
    assert done.returncode == 1
    assert "CI does not allow" in done.stderr
