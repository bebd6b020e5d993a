"""The documentation says what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += sorted((ROOT / "docs").glob("*.md"))


def commands() -> list[str]:
    told = subprocess.run(
        [sys.executable, "-m", "newsletter", "--help"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stdout
    return re.findall(r"(?m)^  ([a-z-]+)  ", told.partition("Commands:")[2])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_our_pages_lead_somewhere(page: Path) -> None:
    """Every relative link and picture of a page exists."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|href)="([^"#]+)"', text)
    for target in targets:
        if not re.match(r"[a-z]+:", target):
            assert (page.parent / target).exists(), target


def test_every_command_is_in_the_readme() -> None:
    """What `newsletter --help` lists, the README explains."""
    readme = (ROOT / "README.md").read_text()
    listed = commands()
    assert len(listed) > 6
    missing = [name for name in listed if f"newsletter {name}" not in readme]
    assert missing == []


def test_every_environment_variable_is_in_the_example() -> None:
    """Each variable that the operators' guide names stands in `.env.example`."""
    example = (ROOT / ".env.example").read_text()
    named = re.findall(r"`([A-Z_]{8,})`", (ROOT / "docs" / "operators.md").read_text())
    assert named
    assert [name for name in named if name not in example and "SECTION" not in name] == []


def test_the_words_of_the_make_file_are_documented() -> None:
    """Every target of the Makefile says what it does."""
    makefile = (ROOT / "Makefile").read_text()
    targets = re.findall(r"(?m)^([a-z-]+):", makefile)
    assert [name for name in targets if not re.search(rf"(?m)^{name}:.*## \S", makefile)] == []
