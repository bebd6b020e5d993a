"""The pages that few ever see are for everybody, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from limits import RateLimitItemPerHour
from playwright.sync_api import Browser, Page, expect

from newsletter.errors import TooManyRequests
from newsletter.model.consent import Channel, FormEvidence, RequestKind
from newsletter.store.requests import open_request
from newsletter.subscribing.leaving import unsubscribe
from newsletter.subscribing.limits import RequestLimits
from newsletter.tokens import Purpose
from newsletter.web import Served
from tests.browser.test_public_pages import LOOKS, RULES
from tests.unit.web.public.asking import mark
from tests.unit.web.public.stage import Later, Stage, copy_site

pytestmark = pytest.mark.browser

_NEW = count(1)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The repository's site, served."""
    later = Later()
    root = copy_site(tmp_path_factory.mktemp("site"))
    an_hour = RequestLimits((RateLimitItemPerHour(100),))  # longer than the tests here take
    with Served(later) as served, Stage(root, served.url, limits=an_hour) as made:
        later.app = made.public
        yield made


def somebody(stage: Stage) -> int:
    """One more reader."""
    return stage.reader(f"reader{next(_NEW)}@example.com", first_name="Mira")


def asked(stage: Stage, reader: int, kind: RequestKind, minutes: int = 30) -> str:
    """The mark of a request that ends in so many minutes."""
    now = stage.clock.now()
    details = {"new_email": f"moved{reader}@example.org"}
    purpose = {
        RequestKind.FRESH: Purpose.FRESH,
        RequestKind.ADDRESS_CHANGE: Purpose.ADDRESS_CHANGE,
    }[kind]
    with stage.store.write() as connection:
        ends = now + timedelta(minutes=minutes)
        request = open_request(connection, kind, reader, now, ends, details)
    return mark(stage, purpose, reader, request)


def undone(stage: Stage, page: Page) -> None:
    token = mark(stage, Purpose.UNSUBSCRIBE, somebody(stage))
    left = unsubscribe(stage.reception, token, Channel.PAGE, FormEvidence())
    assert left is not None
    page.goto(f"/undo/{left.undo}")
    page.get_by_role("button", name="Yes, keep my letters").click()
    expect(page.get_by_role("heading", name="Good to have you back")).to_be_visible()


def thanked(stage: Stage, page: Page) -> None:
    page.goto(f"/unsubscribe/{mark(stage, Purpose.UNSUBSCRIBE, somebody(stage))}")
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_label("Too many letters").check()
    page.get_by_role("button", name="Tell us").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")


def moved(stage: Stage, page: Page) -> None:
    page.goto(f"/address/{asked(stage, somebody(stage), RequestKind.ADDRESS_CHANGE)}")
    page.get_by_role("button", name="Yes, send them here").click()
    expect(page.get_by_role("heading", name="Your letters come here now")).to_be_visible()


def move_expired(stage: Stage, page: Page) -> None:
    page.goto(f"/address/{asked(stage, somebody(stage), RequestKind.ADDRESS_CHANGE, -1)}")
    expect(page.get_by_role("heading", name="This link does not work any more")).to_be_visible()


def new_address_asked(stage: Stage, page: Page) -> None:
    page.goto(f"/preferences/{asked(stage, somebody(stage), RequestKind.FRESH)}")
    page.get_by_label("New e-mail address").fill(f"new{next(_NEW)}@example.org")
    page.get_by_role("button", name="Ask there").click()
    expect(page.get_by_role("heading", name="Now look into the other mailbox")).to_be_visible()


def not_sure(stage: Stage, page: Page) -> None:
    page.goto(f"/preferences/{asked(stage, somebody(stage), RequestKind.FRESH)}")
    page.get_by_text("Erase me").first.click()
    page.locator("form").last.evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Erase me").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick the box")


def erased(stage: Stage, page: Page) -> None:
    page.goto(f"/preferences/{asked(stage, somebody(stage), RequestKind.FRESH)}")
    page.get_by_text("Erase me").first.click()
    page.get_by_label("Yes, erase everything about me").check()
    page.get_by_role("button", name="Erase me").click()
    expect(page.get_by_role("heading", name="Everything is erased")).to_be_visible()


def paused(stage: Stage, page: Page) -> None:
    page.goto(f"/preferences/{mark(stage, Purpose.PREFERENCES, somebody(stage))}")
    page.get_by_role("button", name="90 days").click()
    expect(page.get_by_text("Your letters rest until")).to_be_visible()


def too_many(stage: Stage, page: Page) -> None:
    with suppress(TooManyRequests):
        for _ in range(1_000):
            stage.reception.limits.require("ask-again", "127.0.0.1")
    left = somebody(stage)
    token = mark(stage, Purpose.UNSUBSCRIBE, left)
    unsubscribe(stage.reception, token, Channel.PAGE, FormEvidence())
    page.goto(f"/confirm/{mark(stage, Purpose.CONFIRM, left, 999)}")
    page.get_by_role("button", name="Send me a new mail").click()
    expect(page.get_by_role("heading", name="A little slower, please")).to_be_visible()


def no_letters_yet(stage: Stage, page: Page) -> None:
    page.goto("/archive/")
    expect(page.get_by_text("The first letter is still being written")).to_be_visible()


def broken(stage: Stage, page: Page) -> None:
    template = stage.root / "templates" / "pages" / "find_link.html"
    whole = template.read_text("utf-8")
    template.write_text("{{ nobody }}", "utf-8")
    page.goto("/preferences")
    template.write_text(whole, "utf-8")
    expect(page.get_by_text("Something is wrong at our end")).to_be_visible()


PAGES: tuple[Callable[[Stage, Page], None], ...] = (
    *(undone, thanked, moved, move_expired, new_address_asked, not_sure, erased, paused),
    *(too_many, no_letters_yet, broken),
)


@pytest.mark.long
@pytest.mark.parametrize("look", LOOKS)
def test_everybody_can_use_the_rare_pages(
    browser: Browser, stage: Stage, look: tuple[int, str]
) -> None:
    """Axe finds nothing on any of them, and none scrolls sideways."""
    width, scheme = look
    context = browser.new_context(
        base_url=stage.public_url,
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # axe is a script, and our pages run none
    )
    page, found = context.new_page(), {}
    for arrive in PAGES:
        arrive(stage, page)
        if faults := Axe().run(page, options=RULES).response["violations"]:
            found[arrive.__name__] = [(each["id"], each["nodes"][0]["html"]) for each in faults]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[f"{arrive.__name__} is too wide"] = []
    context.close()
    assert not found
