"""The brand and the pictures in Chromium, by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from newsletter.model.person import Role
from tests.small_site import write_small_site
from tests.unit.authoring.hostile import drawn, saved

OpenPage = Callable[..., Page]
COMMENT = "# The letter's own settings."
SHOWN = """colour => {
    const letter = document.getElementById("look").contentDocument;
    return letter?.documentElement?.outerHTML.includes(colour);
}"""
ACCENT = '[name="colour.accent"]'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose letters print quickly."""
    return write_small_site(tmp_path / "site")


def test_a_colour_is_picked_seen_and_saved(studio_page: OpenPage, site: Path) -> None:
    """Contrast and letter follow while picking, nothing is written before, comments stay after."""
    settings = site / "newsletter.toml"
    before = settings.read_text()
    page = studio_page(Role.ADMIN)
    page.goto("/studio/brand")
    letter = page.frame_locator("#look")
    expect(letter.get_by_role("heading", level=1)).to_be_visible()
    muted = page.get_by_label("Small print on light screens", exact=True)
    muted.fill("#cfc9c4")
    expect(page.locator("#ratio-muted")).to_contain_text("too faint: 4.5:1 is needed")
    expect(page.locator("#summary")).to_contain_text("1 of")
    expect(page.locator("#findings")).to_contain_text("has a contrast of")
    muted.fill("#6b5f5a")
    expect(page.locator("#ratio-muted")).not_to_contain_text("too faint")
    page.get_by_label("Pick Links and buttons on light screens").fill("#224466")
    expect(page.locator(ACCENT)).to_have_value("#224466")
    page.wait_for_function(SHOWN, arg="#224466")
    assert settings.read_text() == before
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#told")).to_contain_text("Saved")
    after = settings.read_text()
    assert COMMENT in after
    assert after == before.replace('accent = "#8a3f4d"', 'accent = "#224466"')


def test_a_logo_is_uploaded_and_chosen_in_the_dialog(studio_page: OpenPage, site: Path) -> None:
    """The dialog takes a file in and hands it to the page; the letter shows it."""
    page = studio_page(Role.ADMIN)
    page.goto("/studio/brand")
    page.locator('[data-choose="logo"]').click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".shelf-tile").first).to_be_visible()
    file = {"name": "New Logo.PNG", "mimeType": "image/png", "buffer": saved(drawn(), "PNG")}
    dialog.locator('input[type="file"]').set_input_files([file])  # type: ignore[list-item]
    expect(dialog).to_be_hidden()
    expect(page.locator("#logo")).to_have_value("new-logo.png")
    expect(page.locator('[data-logo="logo"] img')).to_be_visible()
    assert (site / "issues/media/new-logo.png").is_file()


def test_a_picture_is_taken_in_and_cropped_by_keyboard(studio_page: OpenPage, site: Path) -> None:
    """A file is on the shelf at once; a corner is moved with arrow keys, coarse and fine."""
    page = studio_page(Role.EDITOR)
    page.goto("/studio/media")
    file = {"name": "skin.png", "mimeType": "image/png", "buffer": saved(drawn(400, 300), "PNG")}
    page.locator("#file").set_input_files([file])  # type: ignore[list-item]
    expect(page.locator("#media-status")).to_contain_text("skin.png is here now")
    page.get_by_role("link", name="skin.png").click()
    corner = page.get_by_role("button", name="Lower right corner")
    corner.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Shift+ArrowUp")
    expect(page.get_by_label("Width", exact=True)).to_have_value("360")
    expect(page.get_by_label("Height", exact=True)).to_have_value("299")
    page.get_by_role("button", name="Keep this piece").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("skin-crop.png")
    expect(page.get_by_text("360 by 299 pixels", exact=True)).to_be_visible()
    assert (site / "issues/media/skin.png").is_file()
