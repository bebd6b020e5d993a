"""A reader's whole way, with the sandbox's inbox between the pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, expect

from newsletter.web import Served
from tests.unit.web.public.stage import Later, Stage, copy_site

pytestmark = pytest.mark.browser

ADDRESS = "mira.holm@example.com"
TYPING = 2_100  # milliseconds; the form's youngest age is two seconds


@dataclass
class Reader:
    """Somebody with a browser that runs no script on our pages, and a mailbox."""

    stage: Stage
    context: BrowserContext
    inbox: BrowserContext

    def open_mail(self, subject: str) -> tuple[Page, FrameLocator]:
        """The newest mail of that subject, in the inbox."""
        assert [mail for mail in self.stage.mails(ADDRESS) if mail["subject"] == subject]
        page = self.inbox.new_page()
        page.goto(self.stage.sandbox.url)
        page.get_by_role("link", name=subject).first.click()
        return page, page.frame_locator("article iframe")

    def follow(self, mail: FrameLocator, link: str) -> Page:
        """Where a mail's link leads, in the reader's own browser."""
        address = mail.get_by_role("link", name=link).get_attribute("href")
        assert address
        page = self.context.new_page()
        page.goto(address)
        return page

    def letters(self) -> list[str]:
        """Subjects of everything that arrived, oldest first."""
        found = sorted(self.stage.mails(ADDRESS), key=lambda mail: mail["received_at"])
        return [mail["subject"] for mail in found]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The repository's site, served, with a sandbox beside it."""
    later = Later()
    with Served(later) as served, Stage(copy_site(tmp_path), served.url) as made:
        later.app = made.public
        yield made


@pytest.fixture(params=[390, pytest.param(1280, marks=pytest.mark.long)])
def reader(request: pytest.FixtureRequest, browser: Browser, stage: Stage) -> Iterator[Reader]:
    """With a telephone, and with a desktop."""
    size = {"width": request.param, "height": 900}
    plain = browser.new_context(viewport=size, java_script_enabled=False)
    inbox = browser.new_context(viewport={"width": 1280, "height": 900})
    yield Reader(stage, plain, inbox)
    plain.close()
    inbox.close()


def test_a_reader_comes_chooses_and_goes(stage: Stage, reader: Reader) -> None:
    """Sign up, confirm, welcome, a letter, other interests, another variant, one click, silence."""
    sign_up(stage, reader)
    _, welcome = reader.open_mail("Welcome to Lumen Skin Clinic")
    expect(welcome.get_by_text("Hello Mira")).to_be_visible()

    stage.dispatch("12")
    _, first = reader.open_mail("Why microneedling works")
    expect(first.get_by_text("Hello Mira")).to_be_visible()
    expect(first.get_by_text("Tip", exact=True).first).to_be_visible()
    expect(first.get_by_text("Resource", exact=True)).to_have_count(0)
    expect(first.locator("img").first).to_have_js_property("complete", value=True)
    assert first.locator("img").first.evaluate("image => image.naturalWidth") > 0

    choose_resources(reader, first)
    stage.dispatch("13")
    _, second = reader.open_mail("The first two days, and the right serum")
    expect(second.get_by_text("Resource", exact=True).first).to_be_visible()
    expect(second.get_by_text("Tip", exact=True)).to_have_count(0)
    own_copy = reader.follow(second, "View in browser")
    expect(own_copy.get_by_text("Hello Mira")).to_be_visible()

    one_click(stage, reader)
    before = reader.letters()
    stage.reader("somebody.else@example.com")
    stage.dispatch("14")
    assert reader.letters() == before
    assert before[-1] == "The first two days, and the right serum"


def sign_up(stage: Stage, reader: Reader) -> None:
    """Form, mail, button."""
    page = reader.context.new_page()
    page.goto(stage.public_url)
    page.get_by_label("E-mail").fill(ADDRESS)
    page.get_by_label("First name").fill("Mira")
    page.get_by_label("Tips").check()
    page.wait_for_timeout(TYPING)
    page.get_by_role("button", name="Get updated").click()
    expect(page.get_by_role("heading", name="Now check your mail")).to_be_visible()

    _, mail = reader.open_mail("Please confirm: letters from Lumen Skin Clinic")
    confirming = reader.follow(mail, "Yes, get updated")
    assert reader.letters() == ["Please confirm: letters from Lumen Skin Clinic"]
    confirming.get_by_role("button", name="Yes, get updated").click()
    expect(confirming.get_by_role("heading", name="Welcome. You are on the list")).to_be_visible()


def choose_resources(reader: Reader, mail: FrameLocator) -> None:
    """From the letter's own link."""
    page = reader.follow(mail, "Choose what you receive")
    expect(page.get_by_text("m•••@e•••.com")).to_be_visible()
    page.get_by_label("Tips").uncheck()
    page.get_by_label("Resources").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")


def one_click(stage: Stage, reader: Reader) -> None:
    """What a mail program's own button does (RFC 8058, 3.1)."""
    newest = max(stage.mails(ADDRESS), key=lambda mail: mail["received_at"])
    headers = {name.lower(): value for name, value in newest["headers"].items()}
    assert headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    address = headers["list-unsubscribe"].split("<http")[1].split(">")[0]
    answer = reader.context.request.post(
        f"http{address}", form={"List-Unsubscribe": "One-Click"}, max_redirects=0
    )
    assert answer.status == 200
