"""The library of snippets in Chromium: with and without scripts, by axe, and its dialog."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from newsletter.model.person import Role
from tests.browser.studio.conftest import OpenPage
from tests.browser.studio.test_accounts import LOOKS, faults
from tests.studio import Studio

PAGES = ("snippets", "snippets/new", "snippets/microneedling/pores")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_an_editor_finds_changes_and_takes_back(
    studio: Studio, studio_page: OpenPage, scripts: bool
) -> None:
    """Typing narrows the grid; a saved change is in the file, an undone one is not."""
    file = studio.root / "issues/topics/microneedling/pores.md"
    before = file.read_text()
    page = studio_page(Role.EDITOR, scripts=scripts)
    page.goto("/studio/snippets")
    page.get_by_label("Search").fill("magnifying PORES")
    if not scripts:
        page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 of 13 snippets")).to_be_visible()
    page.get_by_role("link", name="What happens to the look of pores").click()
    page.get_by_label("Title").fill("Pores, seen calmly")
    if scripts:
        expect(page.get_by_text("Not saved yet")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "title: Pores, seen calmly\n" in file.read_text()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()
    assert file.read_text() == before


def test_a_picture_is_chosen_in_a_dialog(studio: Studio, studio_page: OpenPage) -> None:
    """The chosen name and its text come into the form."""
    page = studio_page(Role.EDITOR)
    page.goto("/studio/snippets/new")
    page.get_by_role("button", name="Choose").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="weave.png").click()
    dialog.get_by_role("checkbox").check()
    dialog.get_by_role("button", name="Use").click()
    expect(page.get_by_label("Picture", exact=True)).to_have_value("weave.png")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_of_snippets_can_be_used_by_everyone(
    studio: Studio, studio_page: OpenPage, width: int, scheme: str
) -> None:
    """axe finds nothing, and no page scrolls sideways."""
    page = studio_page(Role.EDITOR, width, scheme)
    found: list[str] = []
    for path in PAGES:
        page.goto(f"/studio/{path}")
        found += faults(page)
    assert found == []
