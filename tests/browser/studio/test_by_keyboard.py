"""The way of a letter by keyboard alone: written, approved, and put on the calendar."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from newsletter.model.person import Role
from newsletter.store.approvals import latest_approval
from newsletter.store.dispatches import dispatches_of
from newsletter.store.subscribers import NewReader, import_readers
from tests.browser.studio.conftest import OpenPage
from tests.browser.studio.furnished import write_furnished_site
from tests.studio import Studio

pytestmark = pytest.mark.browser

MOST_STEPS = 150
SOON_MS = 30_000
RING = """() => {
    const it = document.activeElement;
    const look = getComputedStyle(it);
    return look.outlineStyle !== "none" && look.outlineWidth !== "0px"
        || look.boxShadow !== "none" || it.localName === "iframe" || it === document.body;
}"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site with a snippet that no issue is made of yet."""
    root = write_furnished_site(tmp_path / "site")
    for slug in ("first", "draft", "planned"):
        (root / f"issues/{slug}.md").unlink()
    return root


def tab_to(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until it has the focus, which is seen wherever it is on the way."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_STEPS):
        if wanted.evaluate("it => it === document.activeElement"):
            assert page.evaluate(RING), wanted
            return
        page.keyboard.press(key)
    raise AssertionError(f"No way by {key} to {wanted}")


def press(page: Page, role: str, name: str, key: str = "Enter") -> None:
    """Go to something that can be pressed, and press it."""
    tab_to(page, page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
    page.keyboard.press(key)


def type_into(page: Page, label: str, words: str) -> None:
    """Go to a field and type."""
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type(words)


def test_a_letter_is_written_and_scheduled_by_keyboard_alone(
    studio: Studio, studio_page: OpenPage
) -> None:
    """From the board to the calendar; nothing traps, and the focus is always seen."""
    import_readers(studio.store, [NewReader("ann@reader.test")], studio.app.clock.now())
    page = studio_page(Role.PUBLISHER)
    page.goto("/studio/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    written(page)
    approved(page)
    page.keyboard.press("Tab")
    press(page, "link", "Choose when it goes out")
    day = page.get_by_label("Day", exact=True)
    tab_to(page, day)
    page.keyboard.type("04072099")
    expect(page.get_by_role("heading", name="Tuesday 7 April 2099")).to_be_visible()
    press(page, "button", "Schedule for 1 reader")
    expect(page.get_by_text("Goes out Tuesday 7 April 2099")).to_be_visible()
    press(page, "button", "Take it off the calendar")
    expect(page.get_by_role("heading", name="Approved 1")).to_be_visible()
    with studio.store.read() as connection:
        assert latest_approval(connection, 1)
        assert len(dispatches_of(connection, 1)) == 1


def written(page: Page) -> None:
    """A new issue with two sections, moved, looked at as on a phone."""
    page.get_by_role("link", name="Begin an issue").press("Enter")
    type_into(page, "Subject", "Spring by keyboard")
    page.keyboard.press("Enter")
    page.locator("#issue[data-ready=yes]").wait_for(timeout=SOON_MS)
    type_into(page, "Preheader", "What April's light does, and what it has to do with water")
    type_into(page, "Opening", "Hello, the days are long again.")
    expect(page.locator("#saved")).to_have_text("Saved", timeout=SOON_MS)
    for count in (1, 2):
        added(page, count)
    tab_to(page, page.locator('.piece[data-index="0"] .grip'))
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator("#spoken")).to_contain_text("2 of 2")
    expect(page.locator("#saved")).to_have_text("Saved", timeout=SOON_MS)
    press(page, "button", "Phone")
    expect(page.locator("#mail")).to_have_attribute("width", "390")


def added(page: Page, count: int) -> None:
    """A section from the library; Escape closes it without one."""
    press(page, "link", "Add a section")
    expect(page.locator("#library-words")).to_be_focused()
    if count == 1:
        page.keyboard.press("Escape")
        expect(page.get_by_role("link", name="Add a section")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#library-words")).to_be_focused()
    page.keyboard.type("protein")
    expect(page.locator("#library-count")).to_have_text("1 snippet")
    press(page, "button", "Add About collagen")
    expect(page.locator(".piece[data-id]")).to_have_count(count, timeout=SOON_MS)
    expect(page.locator("#saved")).to_have_text("Saved", timeout=SOON_MS)


def approved(page: Page) -> None:
    """Every warning is ticked with the space bar."""
    press(page, "link", "Approve")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve this letter?")
    for each in page.get_by_role("checkbox").all():
        tab_to(page, each)
        page.keyboard.press("Space")
    press(page, "button", "Approve as Paul Press")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approved, not scheduled")
