"""A picture that is dropped from the desk: taken in, cropped, described, used."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from newsletter.model.person import Role
from newsletter.web.studio.media import LARGE
from tests.browser.studio.conftest import OpenPage
from tests.small_site import write_small_site
from tests.unit.authoring.hostile import drawn, saved

PAGE = "/studio/issues/first"
SECTION = f"{PAGE}?section=0:skin/collagen#pane-section"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose letters print quickly."""
    return write_small_site(tmp_path / "site")


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    """A picture on somebody's desk."""
    file = tmp_path / "Desk Lamp.PNG"
    file.write_bytes(saved(drawn(400, 300), "PNG"))
    return file


def drop(page: Page, file: Path, on: Locator) -> None:
    """Drag a file from outside onto something, as the system's own pointer does."""
    on.scroll_into_view_if_needed()
    box = on.bounding_box()
    assert box
    place = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    given = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": given})
    session.detach()


def test_buttons_stay_where_they_are_when_a_picture_arrives_late(studio_page: OpenPage) -> None:
    """Its room is kept for it, so that nobody's finger is on another button by then."""
    page = studio_page(Role.EDITOR)
    page.goto(SECTION)
    page.locator("#issue[data-ready=yes]").wait_for()
    held: list[Route] = []
    page.route(f"**/media/copy/{LARGE}/**", lambda route: held.append(route))
    page.get_by_role("link", name="Choose", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="drop.png").click()
    use = page.get_by_role("button", name="Use this picture")
    before = use.bounding_box()
    assert before
    for each in held:
        each.continue_()
    loaded = "picture => picture.complete && picture.naturalWidth > 0"
    expect(page.locator(".crop-stage img")).to_have_js_property("complete", value=True)
    assert page.locator(".crop-stage img").evaluate(loaded)
    assert use.bounding_box() == before


def test_a_picture_is_dropped_cropped_described_and_used(
    studio_page: OpenPage, site: Path, dropped: Path
) -> None:
    """Nothing uses it before somebody says what it shows; then section and preview have it."""
    page = studio_page(Role.EDITOR)
    page.goto(SECTION)
    page.locator("#issue[data-ready=yes]").wait_for()
    page.get_by_role("link", name="Choose", exact=True).click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    expect(dialog.get_by_role("button", name="drop.png")).to_be_visible()
    drop(page, dropped, dialog.locator(".drop"))
    dialog = page.get_by_role("dialog", name="desk-lamp.png")
    dialog.get_by_role("button", name="Crop").click()
    corner = dialog.get_by_role("button", name="Lower right corner")
    corner.focus()
    for _ in range(5):
        corner.press("ArrowLeft")
    dialog.get_by_role("button", name="Keep this piece").click()
    dialog = page.get_by_role("dialog", name="desk-lamp-crop.png")
    dialog.get_by_role("button", name="Use this picture").click()
    expect(dialog.get_by_role("status")).to_contain_text("Say what the picture shows")
    expect(page.locator("#section-image")).to_have_value("")
    dialog.get_by_label("What it shows, in words").fill("A lamp on a desk")
    dialog.get_by_role("button", name="Use this picture").click()
    expect(page.locator("#section-image")).to_have_value("desk-lamp-crop.png")
    shown = page.frame_locator("#mail").get_by_role("img", name="A lamp on a desk")
    expect(shown).to_be_visible()
    assert "image: desk-lamp-crop.png" in (site / "issues/topics/skin/collagen.md").read_text()
    assert (site / "issues/media/desk-lamp.png").is_file()


def test_a_picture_dropped_on_the_issue_goes_to_the_chosen_section(
    studio_page: OpenPage, dropped: Path
) -> None:
    """The browser never leaves for the file; without a section the page says what to do."""
    page = studio_page(Role.EDITOR)
    page.goto(PAGE)
    page.locator("#issue[data-ready=yes]").wait_for()
    drop(page, dropped, page.locator("#subject"))
    expect(page.locator("#told")).to_contain_text("Choose a section first")
    page.locator(".piece[data-id] .piece-name").first.click()
    field = page.locator("#section-image")
    expect(field).to_be_visible()
    drop(page, dropped, field)
    dialog = page.get_by_role("dialog", name="desk-lamp.png")
    expect(dialog.get_by_label("What it shows, in words")).to_be_focused()


def test_a_picture_dropped_on_the_page_of_pictures_is_on_the_shelf(
    studio_page: OpenPage, dropped: Path
) -> None:
    """Anywhere on the page."""
    page = studio_page(Role.EDITOR)
    page.goto("/studio/media")
    drop(page, dropped, page.get_by_role("heading", level=1))
    expect(page.locator("#media-status")).to_contain_text("desk-lamp.png is here now")
    expect(page.get_by_role("link", name="desk-lamp.png")).to_be_visible()
    expect(page.locator("#media-status")).to_contain_text("desk-lamp.png is here now")
