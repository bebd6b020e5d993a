"""A studio in Chromium: signed in by role, on a desk or a phone, light or dark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.model.person import Role
from newsletter.sandbox import RunningSandbox, serve
from newsletter.store import open_store
from newsletter.tokens import Signer
from tests.studio import SECRET, Studio

REPOSITORY = Path(__file__).parents[3]
OpenPage = Callable[..., Page]
_BOX = """selector => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return { x, y, width, height };
}"""


expect.set_options(timeout=20_000)  # only a failing test waits so long


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "newsletter.db"
    open_store(f"sqlite:///{file}", secret_fingerprint=Signer([SECRET]).fingerprint).close()
    return file


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the repository's site, to change."""
    root = tmp_path / "site"
    for name in ("issues", "templates"):
        shutil.copytree(REPOSITORY / name, root / name)
    shutil.copy(REPOSITORY / "newsletter.toml", root)
    return root


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    """Takes mail like the provider; a module whose studio sends names it in its `environ`."""
    with serve() as running:
        yield running


@pytest.fixture
def environ() -> dict[str, str]:
    """What the studio's environment says: nothing to send with."""
    return {}


@pytest.fixture
def studio(
    site: Path, empty_database: Path, tmp_path: Path, environ: dict[str, str]
) -> Iterator[Studio]:
    """The studio of that site, with the real clock."""
    file = tmp_path / "newsletter.db"
    shutil.copy(empty_database, file)
    with Studio(site, f"sqlite:///{file}", environ=environ) as made:
        yield made


@pytest.fixture
def studio_page(studio: Studio, browser: Browser) -> Iterator[OpenPage]:
    """Opens a browser: `studio_page(Role.EDITOR, width=390, scheme="dark")`.

    Paths are relative to the studio's server. Any script error or blocked load fails the test.
    """
    complaints: list[str] = []
    with ExitStack() as opened:

        def open_page(
            role: Role | None = None, width: int = 1280, scheme: str = "light", scripts: bool = True
        ) -> Page:
            context = browser.new_context(
                viewport={"width": width, "height": 900 if width > 600 else 844},
                color_scheme="dark" if scheme == "dark" else "light",
                base_url=studio.url,
                java_script_enabled=scripts,
            )
            opened.callback(context.close)
            context.set_default_timeout(15_000)
            if role:
                seat = {"name": "newsletter-seat", "value": studio.token(role)}
                context.add_cookies([{**seat, "url": f"{studio.url}/studio/"}])  # type: ignore[typeddict-item, list-item]
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.on(
                "console",
                lambda said: complaints.append(said.text) if said.type == "error" else None,
            )
            return page

        yield open_page
    assert not complaints


# One journey goes through every page; what else a browser alone can show, but not each time.
_LONG = (
    "test_accounts.py::test_an_admin_invites_and_the_invited_comes[scripts]",
    "test_accounts.py::test_everybody_can_use",
    "test_approval.py::test_somebody_outside_is_asked_and_approves[scripts]",
    "test_approval.py::test_a_publisher_rehearses",
    "test_approval.py::test_no_page_on_the_way",
    "test_brand.py::test_a_logo_is_uploaded",
    "test_brand.py::test_a_picture_is_taken_in",
    "test_issue_page.py::test_escape_leaves",
    "test_issue_page.py::test_only_here",
    "test_issue_page.py::test_a_snippet_is_found",
    "test_issue_page.py::test_the_way_of_looking",
    "test_issue_page.py::test_without_scripts",
    "test_issue_page.py::test_a_save_is_soon_seen",
    "test_pictures.py::test_a_picture_dropped_on_the_page",
    "test_reports.py::test_nothing_serious",
    "test_reports.py::test_without_scripts",
    "test_reports.py::test_on_paper",
    "test_sending.py::test_a_letter_is_scheduled",
    "test_sending.py::test_a_draft_is_dragged",
    "test_snippets.py::test_an_editor_finds_changes_and_takes_back[plain]",
    "test_snippets.py::test_a_picture_is_chosen",
    "test_snippets.py::test_the_pages_of_snippets",
)


def box_of(page: Page, selector: str) -> dict[str, float]:
    """Where something is: asked at once, since a newer part may take its place at any moment."""
    box: dict[str, float] = page.evaluate(_BOX, selector)
    return box


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave to the long form what the journey or a test of the pages shows too."""
    for item in items:
        if "tests/browser/studio/" in item.nodeid and any(name in item.nodeid for name in _LONG):
            item.add_marker(pytest.mark.long)
