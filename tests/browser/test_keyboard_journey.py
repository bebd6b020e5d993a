"""A reader's whole way with nothing but a keyboard: Tab, letters, Space, Enter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from newsletter.store.tables import consent
from newsletter.web import Served
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import row_of
from tests.unit.web.public.stage import Later, Stage, copy_site

pytestmark = pytest.mark.browser

ADDRESS = "kim@example.com"
MOST_STOPS = 40
# Where the focus is, and whether a person can see it there. A box may show it by its label.
FOCUS = """() => {
  const it = document.activeElement;
  if (!it || it === document.body) return null;
  const seen = node => {
    const look = getComputedStyle(node), box = node.getBoundingClientRect();
    return look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 2
      && box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight
      && box.right > 0 && box.left < innerWidth;
  };
  return { seen: seen(it) || (it.closest('label') !== null && seen(it.closest('label'))),
           top: it.getBoundingClientRect().top + scrollY, html: it.outerHTML.slice(0, 120) };
}"""
IS_FOCUSED = "it => it === document.activeElement"


@dataclass
class Hands:
    """Somebody who has no mouse."""

    page: Page

    def go_to(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until it has the focus; at every stop the focus is seen."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press(key)
            stop = self.page.evaluate(FOCUS)
            assert stop is None or stop["seen"], f"{self.page.url}: {stop}"
            if target.evaluate(IS_FOCUSED):
                return
        raise AssertionError(f"{self.page.url}: {target} is never reached")

    def press(self, name: str, key: str = "Enter", at: int = 0) -> None:
        """Go to a button and press it."""
        self.go_to(self.page.get_by_role("button", name=name, exact=True).nth(at))
        self.page.keyboard.press(key)

    def skip(self) -> None:
        """The first stop of a page leads past its head."""
        self.page.keyboard.press("Tab")
        expect(self.page.get_by_role("link", name="Skip to the content")).to_be_focused()
        self.page.keyboard.press("Enter")

    def heading(self, words: str) -> None:
        """The page that is there now."""
        expect(self.page.get_by_role("heading", name=words).first).to_be_visible()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The repository's site with a sandbox; its time moves when it is told to."""
    later = Later()
    with (
        Served(later) as served,
        Stage(copy_site(tmp_path), served.url, clock=SettableClock()) as made,
    ):
        later.app = made.public
        yield made


@pytest.fixture
def hands(browser: Browser) -> Iterator[Hands]:
    """A desktop."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    yield Hands(context.new_page())
    context.close()


def open_link(stage: Stage, hands: Hands, page: str) -> None:
    """Follow the link that the newest mail in the sandbox's inbox has."""
    newest = max(stage.mails(ADDRESS), key=lambda mail: mail["received_at"])
    found = re.search(rf"http://\S+/{page}/[\w-]+", newest["text"])
    assert found, newest["text"]
    hands.page.goto(found[0])


def later(stage: Stage, **ahead: float) -> None:
    assert isinstance(stage.clock, SettableClock)
    stage.clock.wait(ahead.get("seconds", 0) + 60 * ahead.get("minutes", 0))


def test_a_keyboard_takes_a_reader_all_the_way(stage: Stage, hands: Hands) -> None:
    """Come, confirm, choose, rest, be asked at the address, be renamed, leave, return, leave."""
    come(stage, hands)
    choose_and_rest(stage, hands)
    rename(stage, hands)
    leave_return_leave(stage, hands)


def come(stage: Stage, hands: Hands) -> None:
    page = hands.page
    page.goto(stage.public_url)
    hands.skip()
    hands.go_to(page.get_by_label("E-mail"))
    page.keyboard.type(ADDRESS)
    hands.go_to(page.get_by_label("First name"))
    page.keyboard.type("Kim")
    hands.go_to(page.get_by_label("Tips"))
    page.keyboard.press("Space")
    hands.go_to(page.get_by_label("First name"), "Shift+Tab")
    later(stage, seconds=5)
    page.keyboard.press("Enter")
    hands.heading("Now check your mail")

    open_link(stage, hands, "confirm")
    hands.skip()
    hands.press("Yes, get updated")
    hands.heading("Welcome. You are on the list")
    assert row_of(stage, ADDRESS).status == "confirmed"


def choose_and_rest(stage: Stage, hands: Hands) -> None:
    page = hands.page
    hands.go_to(page.get_by_role("link", name="Choose what you get"))
    page.keyboard.press("Enter")
    hands.heading("What you receive")
    hands.skip()
    hands.go_to(page.get_by_label("Resources"))
    page.keyboard.press("Space")
    hands.press("Save", "Space")
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(page.get_by_label("Resources")).to_be_checked()
    hands.press("60 days")
    expect(page.get_by_text("Your letters rest until")).to_be_visible()


def rename(stage: Stage, hands: Hands) -> None:
    page = hands.page
    later(stage, minutes=11)
    hands.press("Mail me a link")
    hands.heading("Now check your mail")
    open_link(stage, hands, "preferences")
    hands.go_to(page.get_by_label("First name"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Kimberly")
    hands.press("Save", at=1)
    expect(page.get_by_role("status")).to_contain_text("Saved")
    assert row_of(stage, ADDRESS).first_name == "Kimberly"


def leave_return_leave(stage: Stage, hands: Hands) -> None:
    page = hands.page
    hands.go_to(page.get_by_role("link", name="Unsubscribe from everything"))
    page.keyboard.press("Enter")
    hands.heading("Do you want to leave?")
    leaving = page.url
    hands.press("Unsubscribe")
    hands.heading("You are unsubscribed")
    hands.press("Bring my letters back")
    hands.heading("Good to have you back")

    page.goto(leaving)
    hands.press("Unsubscribe", "Space")
    hands.heading("You are unsubscribed")
    hands.go_to(page.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    hands.go_to(page.get_by_label("In your words"))
    page.keyboard.type("Too long")
    hands.press("Tell us")
    expect(page.get_by_text("Thank you for telling us")).to_be_visible()
    assert row_of(stage, ADDRESS).status == "unsubscribed"
    with stage.store.read() as connection:
        last = connection.execute(select(consent).order_by(consent.c.id.desc())).first()
    assert last is not None
    assert last.note == "Not what I expected – Too long"
