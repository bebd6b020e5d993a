"""A small site: its letter has warnings and no error, and is quick to make."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.web.studio.reviewing.reviewed import write_letter


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """The folder of the site, to change."""
    return write_letter(tmp_path / "site")
