"""The door and the pages about people in Chromium: by keyboard, with axe, without scripts."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from newsletter.model.person import Role
from tests.browser.studio.conftest import OpenPage
from tests.studio import PASSWORD, Studio

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = ("account", "people/{id}", "people/{id}/deactivate", "audit", "people")
# One look in the short form: the pages are many, and every look costs seconds.
LOOKS = [
    pytest.param(390, "light", id="390-light"),
    pytest.param(1280, "dark", id="1280-dark", marks=pytest.mark.long),
    pytest.param(390, "dark", id="390-dark", marks=pytest.mark.long),
    pytest.param(1280, "light", id="1280-light", marks=pytest.mark.long),
]


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways."""
    result = Axe().run(page, options=RULES).response["violations"]
    found = [f"{each['id']}: {each['nodes'][0]['html']}" for each in result]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("too wide")
    return [f"{page.url}: {each}" for each in found]


def test_the_first_admin_comes_in_by_keyboard_alone(studio: Studio, studio_page: OpenPage) -> None:
    """From the printed link to an account, out again, and in by the door."""
    page = studio_page()
    page.goto(f"/studio/link/{studio.side.accounts.first_link()}")
    page.get_by_label("Your name").focus()
    for typed in ("Ada Min", "ada@lumen.test", PASSWORD):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Show what is typed")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_have_value(PASSWORD)
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You are the first admin here")

    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type("ada@lumen.test")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Studio")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_an_admin_invites_and_the_invited_comes(
    studio: Studio, studio_page: OpenPage, scripts: bool
) -> None:
    """In a dialog, or with scripts off on a page of its own; the link is handed over."""
    admin = studio_page(Role.ADMIN, scripts=scripts)
    admin.goto("/studio/people")
    admin.get_by_role("link", name="Invite someone").click()
    form = admin.get_by_role("dialog") if scripts else admin.get_by_role("main")
    form.get_by_label("E-mail address").fill("gina@lumen.test")
    form.get_by_role("radio", name="May do what an editor may").check()
    form.get_by_role("button", name="Make the link").click()
    link = admin.get_by_label("The link").input_value()

    guest = studio_page(scripts=scripts)
    guest.goto(link[link.index("/studio/") :])
    expect(guest.get_by_text("Ada Min invites you as publisher")).to_be_visible()
    guest.get_by_label("Your name").fill("Gina")
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_role("button", name="Make my account").click()
    expect(guest.get_by_role("status")).to_contain_text("Your account is ready")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_everybody_can_use_the_pages_about_people(
    studio: Studio, studio_page: OpenPage, width: int, scheme: str
) -> None:
    """Axe finds nothing on any of them, and none scrolls sideways."""
    first = studio.side.accounts.first_link()
    door = studio_page(width=width, scheme=scheme)
    found: list[str] = []
    for path in ("sign-in", f"link/{first}"):
        door.goto(f"/studio/{path}")
        found += faults(door)

    editor, admin = studio.person(Role.EDITOR), studio.person(Role.ADMIN)
    studio.side.accounts.invite("a-very-long-address-of-somebody@lumen.test", Role.ADMIN, by=admin)
    page = studio_page(Role.ADMIN, width, scheme)
    for path in PAGES:
        page.goto(f"/studio/{path.format(id=editor.id)}")
        found += faults(page)
    page.get_by_role("link", name="Invite someone").click()
    found += faults(page)
    assert found == []
