"""From draft to approved in Chromium: by links, by keyboard, with axe, without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from newsletter.model.person import Role
from newsletter.reviewing.commenting import comment, share
from newsletter.reviewing.groups import save_group
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.web.studio.letter_views import room_of
from tests.browser.studio.conftest import OpenPage
from tests.browser.studio.test_accounts import LOOKS, RULES
from tests.studio import Studio
from tests.unit.web.studio.reviewing.reviewed import (
    PAGE,
    SLUG,
    approval,
    ask,
    number,
    path_of,
    write_letter,
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site, so that its letter is made quickly."""
    return write_letter(tmp_path / "site")


def bring(studio: Studio) -> None:
    names = ("Ann", "<Bo>", "")
    rows = [NewReader(f"r{at}@reader.test", first_name=name) for at, name in enumerate(names)]
    import_readers(studio.store, rows, studio.app.clock.now())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_somebody_outside_is_asked_and_approves(
    studio: Studio, studio_page: OpenPage, scripts: bool
) -> None:
    """A publisher hands a link over; who opens it ticks what may stay and approves."""
    asking = studio_page(Role.PUBLISHER, scripts=scripts)
    asking.goto(f"{PAGE}/ask")
    asking.get_by_label("Name").fill("Lea Lawyer")
    asking.get_by_label("E-mail").fill("lea@lawyers.test")
    asking.get_by_label("A message").fill("Mind the tip.")
    asking.get_by_role("button", name="Ask by mail").click()
    link = asking.get_by_label("Personal link").input_value()

    page = studio_page(scripts=scripts, width=390)
    page.goto(link.removeprefix(studio.side.url))
    expect(page.get_by_role("heading", level=1)).to_have_text("Why microneedling works")
    frame = page.frame_locator("iframe[title^='The letter']")
    expect(frame.get_by_text("this is about tiny channels")).to_be_visible()
    for each in page.get_by_role("checkbox").all():
        each.check()
    page.get_by_role("button", name="Approve as Lea Lawyer").click()
    expect(page.get_by_text("You approved it. Thank you.")).to_be_visible()
    found = approval(studio)
    assert found is not None
    assert found.by == "Lea Lawyer"
    asking.reload()
    expect(asking.get_by_text("approved", exact=True)).to_be_visible()


def test_a_publisher_rehearses_and_approves_by_keyboard(
    studio: Studio, studio_page: OpenPage
) -> None:
    """A reader's mail opens large and closes; every warning is ticked with the space bar."""
    bring(studio)
    page = studio_page(Role.PUBLISHER)
    page.goto(f"{PAGE}/approve")
    mail = page.get_by_role("link", name="<Bo>").first
    mail.focus()
    page.keyboard.press("Enter")
    large = page.frame_locator("#mail iframe")
    expect(large.get_by_text("Hello <Bo>")).to_be_visible()
    page.keyboard.press("Escape")
    expect(mail).to_be_focused()
    for each in page.get_by_role("checkbox").all():
        each.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Approve as Paul Press").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Approved, not scheduled")
    expect(page.get_by_role("link", name="Choose when it goes out")).to_be_visible()
    assert approval(studio) is not None


def test_a_preview_is_shared_in_a_dialog_and_commented(
    studio: Studio, studio_page: OpenPage
) -> None:
    """The form of another page, over the letter's own; what comes back is text."""
    author = studio_page(Role.EDITOR)
    author.goto(PAGE)
    author.get_by_role("link", name="Send test").click()
    dialog = author.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Send a test")).to_be_visible()
    author.keyboard.press("Escape")
    author.goto(f"{PAGE}/share")
    author.get_by_label("For whom").fill("The lawyers")
    author.get_by_role("button", name="Make a link").click()
    link = author.get_by_label("Link", exact=True).input_value()

    page = studio_page()
    page.goto(link.removeprefix(studio.side.url))
    page.get_by_label("As", exact=True).select_option("no-name")
    frame = page.frame_locator("iframe[title^='The letter']")
    expect(frame.get_by_text("Hello there")).to_be_visible()
    page.get_by_label("Your name").fill("Lea")
    page.get_by_label("What do you think?").fill("<b>Nice</b>")
    page.get_by_role("button", name="Send comment").click()
    expect(page.get_by_text("<b>Nice</b>", exact=True)).to_be_visible()
    author.reload()
    expect(author.get_by_text("<b>Nice</b>", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_page_on_the_way_keeps_anybody_out(
    studio: Studio, studio_page: OpenPage, width: int, scheme: str
) -> None:
    """Nothing that axe knows of, and nothing scrolls sideways."""
    bring(studio)
    room = room_of(studio.side)
    save_group(room, "Office", "ann@example.com", by="Paul Press")
    shared = share(room, number(studio), SLUG, by="Edda Writer", name="The lawyers")
    comment(room, shared, "Lea", "Nice.")
    asked = ask(studio, note="Mind the tip.")
    page = studio_page(Role.ADMIN, width, scheme)
    found: list[str] = []
    for path in (
        *(f"{PAGE}/{name}" for name in ("approve", "ask", "share", "test")),
        "/studio/test-groups",
        f"{PAGE}/links/{asked.id}/revoke",
        path_of(studio, asked),
        path_of(studio, shared),
    ):
        page.goto(path)
        # What stands in the frames is a letter, which has rules of its own.
        options = {**RULES, "iframes": False}
        violations = Axe().run(page, options=options).response["violations"]
        found += [f"{path}: {each['id']}: {each['nodes'][0]['html']}" for each in violations]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path}: too wide")
    assert not found
