"""Every public page, on a telephone and a desktop, light and dark, for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from newsletter.model.consent import Channel, FormEvidence, RequestKind
from newsletter.store.requests import open_request
from newsletter.store.tables import delivery
from newsletter.subscribing.leaving import unsubscribe
from newsletter.subscribing.signing_up import SignUp, sign_up
from newsletter.tokens import Purpose
from newsletter.web import Served
from tests.unit.web.public.asking import confirm_token, mark
from tests.unit.web.public.stage import Later, Stage, copy_site

pytestmark = pytest.mark.browser

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}}
PAGES = (
    *("sign-up", "check-mail", "one-more-step", "mistake", "confirm", "confirmed", "expired"),
    *("preferences", "saved", "nothing-chosen", "fresh", "fresh-ended", "fresh-sent", "move"),
    *("unsubscribe", "unsubscribed", "undo", "too-late", "find-link", "archive", "lost"),
)
LETTERS = ("issue", "own-copy")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The repository's site with a reader and a sent issue."""
    later = Later()
    root = copy_site(tmp_path_factory.mktemp("site"))
    with Served(later) as served, Stage(root, served.url) as made:
        later.app = made.public
        made.reader("mira.holm@example.com", first_name="Mira", interests=("tips",))
        made.dispatch("12")
        yield made


@pytest.fixture(scope="module")
def addresses(stage: Stage) -> dict[str, str]:
    """Page -> where it is."""
    mira, left = 1, stage.reader("left@example.com")
    sign_up(stage.reception, SignUp("new@example.com"), FormEvidence())
    gone = unsubscribe(
        stage.reception, mark(stage, Purpose.UNSUBSCRIBE, left), Channel.PAGE, FormEvidence()
    )
    assert gone is not None
    now = stage.clock.now()
    with stage.store.write() as connection:
        got = connection.scalar(select(delivery.c.id).where(delivery.c.subscriber_id == mira))
        requests = {
            name: open_request(connection, kind, mira, now, now + timedelta(minutes=span), details)
            for name, kind, span, details in (
                ("fresh", RequestKind.FRESH, 30, {}),
                ("ended", RequestKind.FRESH, -1, {}),
                ("move", RequestKind.ADDRESS_CHANGE, 30, {"new_email": "m@example.org"}),
            )
        }
    assert got is not None
    preferences = f"/preferences/{mark(stage, Purpose.PREFERENCES, mira)}"
    return {
        "sign-up": "/",
        "check-mail": "/",
        "one-more-step": "/",
        "mistake": "/",
        "confirm": f"/confirm/{confirm_token(stage)}",
        "confirmed": f"/confirm/{mark(stage, Purpose.CONFIRM, mira, 1)}",
        "expired": f"/confirm/{mark(stage, Purpose.CONFIRM, left, 999)}",
        "preferences": preferences,
        "saved": preferences,
        "nothing-chosen": preferences,
        "fresh-sent": preferences,
        "fresh": f"/preferences/{mark(stage, Purpose.FRESH, mira, requests['fresh'])}",
        "fresh-ended": f"/preferences/{mark(stage, Purpose.FRESH, mira, requests['ended'])}",
        "move": f"/address/{mark(stage, Purpose.ADDRESS_CHANGE, mira, requests['move'])}",
        "unsubscribe": f"/unsubscribe/{mark(stage, Purpose.UNSUBSCRIBE, mira)}",
        "unsubscribed": f"/unsubscribe/{mark(stage, Purpose.UNSUBSCRIBE, left)}",
        "undo": f"/undo/{gone.undo}",
        "too-late": f"/undo/{mark(stage, Purpose.UNDO, left, 999)}",
        "find-link": "/preferences",
        "archive": "/archive/",
        "lost": "/nothing-here",
        "issue": "/archive/2026-12-01-why-microneedling-works",
        "own-copy": f"/view/{mark(stage, Purpose.VIEW, mira, got)}",
    }


def arrive(page: Page, name: str, address: str) -> None:
    """Open a page; some come only after a press."""
    page.goto(address)
    if name == "check-mail":
        page.locator("#website").evaluate("field => field.value = 'x'")  # looks like success
    if name in ("check-mail", "one-more-step"):
        page.get_by_label("E-mail").fill("ann@example.com")
        page.get_by_role("button", name="Get updated").click()
    if name == "mistake":
        page.locator("form").evaluate("form => form.noValidate = true")
        page.get_by_label("E-mail").fill("ann")
        page.wait_for_timeout(2_100)
        page.get_by_role("button", name="Get updated").click()
        expect(page.get_by_label("E-mail")).to_be_focused()
    if name == "nothing-chosen":
        for box in page.get_by_role("checkbox").all():
            box.uncheck()
    if name in ("saved", "nothing-chosen"):
        page.get_by_role("button", name="Save").click()
    if name == "fresh-sent":
        page.get_by_role("button", name="Mail me a link").click()
    if name == "unsubscribed":
        page.get_by_role("button", name="Unsubscribe").click()
    if name == "fresh":
        page.get_by_text("Erase me").first.click()


@pytest.fixture
def tab(
    browser: Browser, stage: Stage, request: pytest.FixtureRequest
) -> Iterator[tuple[Page, list[str]]]:
    """A page of some width and colours, and everything foreign it asked for."""
    width, scheme = request.param
    context = browser.new_context(
        base_url=stage.public_url,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        bypass_csp=True,  # axe is a script, and our pages run none
    )
    page = context.new_page()
    foreign: list[str] = []
    page.on("request", lambda asked: foreign.append(asked.url))
    yield page, foreign
    context.close()


# One look in the short form, every pair in the long one.
LOOKS = [
    pytest.param((390, "light"), id="390-light"),
    pytest.param((1280, "dark"), id="1280-dark", marks=pytest.mark.long),
    pytest.param((390, "dark"), id="390-dark", marks=pytest.mark.long),
    pytest.param((1280, "light"), id="1280-light", marks=pytest.mark.long),
]


@pytest.mark.parametrize("tab", LOOKS, indirect=True)
def test_everybody_can_use_every_page(
    tab: tuple[Page, list[str]], stage: Stage, addresses: dict[str, str]
) -> None:
    """Axe finds nothing on any page; none scrolls sideways, none asks anybody else."""
    page, asked = tab
    found: dict[str, Any] = {}
    for name in (*PAGES, *LETTERS):
        arrive(page, name, addresses[name])
        result = Axe().run(page, options=RULES).response["violations"]
        faults = [each for each in result if name in PAGES or each["impact"] != "minor"]
        if faults:
            found[name] = [(each["id"], each["nodes"][0]["html"]) for each in faults]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{name} is too wide"] = True
    assert not found
    assert {address.startswith(stage.public_url) for address in asked} == {True}


def test_a_letter_in_the_browser_shows_its_pictures(
    browser: Browser, stage: Stage, addresses: dict[str, str]
) -> None:
    """Shut into its sandbox, it still loads what is ours, and nothing is blocked or runs."""
    context = browser.new_context(base_url=stage.public_url)
    page = context.new_page()
    failed: list[str] = []
    page.on("requestfailed", lambda asked: failed.append(asked.url))
    page.on("console", lambda said: failed.append(said.text) if said.type == "error" else None)
    with page.expect_response("**/media/**") as answer:
        page.goto(addresses["own-copy"], wait_until="load")
    assert answer.value.status == 200
    page.get_by_role("link", name="All letters").click()
    expect(page.get_by_role("heading", name="All letters")).to_be_visible()
    context.close()
    assert failed == []


def test_the_keyboard_alone_suffices(browser: Browser, stage: Stage) -> None:
    """From the address bar to the confirmation of the form: Tab, letters, Space, Enter."""
    context = browser.new_context(base_url=stage.public_url)
    page = context.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("E-mail")).to_be_focused()
    page.keyboard.type("kim@example.com")
    page.keyboard.press("Tab")
    page.keyboard.type("Kim")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("Resources")).to_be_checked()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.get_by_label("Your clinic")).to_be_focused()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Get updated")
    expect(button).to_be_focused()
    assert button.evaluate("it => getComputedStyle(it).outlineStyle") == "solid"
    page.wait_for_timeout(2_100)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Now check your mail")).to_be_visible()
    context.close()
