"""A list brought in by a person with a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from newsletter.model.person import Role
from tests.browser.studio.conftest import OpenPage

LIST = """\
Mail me at,Vorname,Where
ann@example.com,Ann,berlin
no address,=cmd(),berlin
eve@example.com,Eve,hamburg
"""


def test_a_list_is_mapped_tried_and_brought_in(studio_page: OpenPage, tmp_path: Path) -> None:
    """From the file to the readers, with one column corrected and the bad row downloaded."""
    file = tmp_path / "desk cards.csv"
    file.write_text(LIST)
    page = studio_page(Role.ADMIN)
    page.goto("/studio/readers")
    page.get_by_role("link", name="Import a list").first.click()
    page.get_by_label("The file").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()

    expect(page.get_by_label("Vorname")).to_have_value("first_name")
    page.get_by_label("Mail me at").select_option("email")
    page.get_by_label("Where", exact=True).select_option("clinic")
    page.get_by_label("What they agreed to, and where").fill("Signed a card at the desk.")
    page.get_by_role("button", name="Try it").click()

    expect(page.get_by_role("heading", name="What it would come to")).to_be_visible()
    expect(page.locator(".row-place")).to_have_text("3")
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the rejected rows").click()
    assert "'=cmd()" in Path(coming.value.path()).read_text()

    page.get_by_role("button", name="Bring in 2 readers").click()
    expect(page.get_by_role("heading", name="The list is in")).to_be_visible()
    page.get_by_role("link", name="To the readers").click()
    page.get_by_role("link", name="ann@example.com").click()
    expect(page.get_by_text("Signed a card at the desk.")).to_be_visible()
