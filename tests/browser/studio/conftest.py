"""A studio in Chromium: signed in by role, on a desk or a phone, light or dark."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from newsletter.model.person import Role
from newsletter.store import open_store
from newsletter.tokens import Signer
from tests.studio import SECRET, Studio

REPOSITORY = Path(__file__).parents[3]
OpenPage = Callable[..., Page]


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
def studio(site: Path, empty_database: Path, tmp_path: Path) -> Iterator[Studio]:
    """The studio of that site, with the real clock."""
    file = tmp_path / "newsletter.db"
    shutil.copy(empty_database, file)
    with Studio(site, f"sqlite:///{file}") as made:
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
