"""A studio before its first letter is for everybody, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from newsletter.model.person import Role
from tests.browser.studio.conftest import OpenPage
from tests.browser.studio.test_axe import faults
from tests.factories import write_site

pytestmark = pytest.mark.browser

PAGES = (
    *("", "archive", "calendar", "snippets", "media", "reports", "uncertain", "health"),
    *("notices", "readers", "test-groups", "audit"),
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Settings and templates, and nothing written."""
    files = ("issues/first.md", "issues/topics/skin/collagen.md", "issues/media/drop.png")
    return write_site(tmp_path / "site", dict.fromkeys(files))


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        pytest.param(390, "light", id="390-light", marks=pytest.mark.long),
        pytest.param(1280, "dark", id="1280-dark", marks=pytest.mark.long),
    ],
)
def test_nothing_keeps_anybody_out_where_there_is_nothing(
    studio_page: OpenPage, width: int, scheme: str
) -> None:
    """Axe finds nothing on any page, and none scrolls sideways."""
    page = studio_page(Role.ADMIN, width, scheme)
    found: list[str] = []
    for path in PAGES:
        page.goto(f"/studio/{path}")
        found += faults(page, path, Axe())
    assert not found
