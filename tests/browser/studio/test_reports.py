"""Reports in a browser: clicks lie over their links, nothing serious by axe, and it prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import update

from newsletter.model.event import EventKind
from newsletter.model.ledger import Feedback
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.person import Role
from newsletter.publishing.letter_links import letter_links
from newsletter.store.approvals import record_approval
from newsletter.store.notices import write_notice
from newsletter.store.tables import dispatch
from tests.factories import LAYOUT, SNIPPET, write_site
from tests.made_up import Kind, MadeUp
from tests.peers_ledger import SENDER
from tests.studio import Studio

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
URL = "https://example.com/collagen"
REPORT = "/studio/reports/1"
FONT = '<mj-head><mj-attributes><mj-all font-family="Arial" /></mj-attributes></mj-head>'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site, so that its letter is made at once."""
    layout = LAYOUT.replace("<mjml>", f"<mjml>{FONT}")  # the compiler's own font is Google's
    snippet = SNIPPET.replace("kind: tip", "kind: tip\nlink_text: Read on")
    files = {"templates/layouts/classic.mjml": layout, "issues/topics/skin/collagen.md": snippet}
    return write_site(tmp_path / "site", files)


@pytest.fixture
def sent(studio: Studio) -> MadeUp:
    """Its letter went out yesterday; of twelve readers three followed its one link."""
    start = datetime.now(UTC) - timedelta(days=1)
    composition = studio.app.compose("first")
    approved = record_approval(
        studio.store,
        composition.renditions,
        by="Ada",
        at=start,
        sender=SENDER,
        list_id="l.test",
        findings=(),
        sources={},
        links=letter_links(composition),
    )
    made = MadeUp(studio.store)
    kinds = [Kind(11, feedback=Feedback.DELIVERED), Kind(1, feedback=Feedback.BOUNCED)]
    of = made.issue(1, kinds, start=start)
    made.taken(of, 12, start)
    made.told(EventKind.BOUNCED, 12, start)
    with studio.store.write() as connection:
        mine = update(dispatch).where(dispatch.c.id == of)
        connection.execute(mine.values(approval_id=approved.id))
        told = Notice("out-1", NoticeKind.FINISHED, datetime.now(UTC), "It is out", "Well.", 1, of)
        write_notice(connection, told)
    for who in range(1, 7):
        made.opened(1, who, 3_600 * who, machine=who > 4)
    for who in range(1, 4):
        made.clicked(1, who, 4_000 * who, URL)
    made.issue(2, [Kind(5)], base=100, start=start - timedelta(days=9))
    return made


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_nothing_serious_by_axe(
    studio_page: OpenPage, sent: MadeUp, width: int, scheme: str
) -> None:
    """Every page about what was sent, and none of them wider than its screen."""
    page = studio_page(Role.PUBLISHER, width=width, scheme=scheme)
    compare = "/studio/reports/compare?issue-1=on&issue-2=on"
    for path in (
        "/studio/reports",
        REPORT,
        compare,
        f"{REPORT}/links",
        "/studio/health",
        "/studio/notices",
    ):
        page.goto(path)
        found = Axe().run(page).response["violations"]
        assert not [each for each in found if each["impact"] in ("serious", "critical")], path
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, (path, wide)


def test_clicks_lie_over_their_links(studio_page: OpenPage, sent: MadeUp) -> None:
    """The count stands at the link in the frozen letter, wherever it moves; Show leads there."""
    page = studio_page(Role.EDITOR)
    page.goto(REPORT)
    page.locator("#over").scroll_into_view_if_needed()
    badge = page.locator(".spot-badge")
    expect(badge).to_have_text("3")
    for width in (1280, 700):
        page.set_viewport_size({"width": width, "height": 900})
        link = page.frame_locator("#letter").get_by_role("link").first.bounding_box()
        assert link
        expect(badge).to_be_visible()
        page.wait_for_function(
            "([top]) => Math.abs(document.querySelector('.spot-badge')"
            ".getBoundingClientRect().top - top) < 40",
            arg=[link["y"]],
        )
    page.get_by_role("button", name="Show in the letter").click()
    expect(badge).to_have_class("spot-badge shown")


def test_without_scripts_a_list_says_it(studio_page: OpenPage, sent: MadeUp) -> None:
    """Each link with its count; charts and tables are there as well."""
    page = studio_page(Role.EDITOR, scripts=False)
    page.goto(REPORT)
    expect(page.locator("#spots > li")).to_have_count(1)
    expect(page.locator("#spots")).to_contain_text("About collagen")
    expect(page.get_by_role("img", name="From the list to the click")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()


def test_on_paper_the_numbers_are_unfolded(studio_page: OpenPage, sent: MadeUp) -> None:
    """A4, without anything to press, and with the tables that are folded on a screen."""
    page = studio_page(Role.EDITOR)
    page.goto(REPORT)
    numbers = page.locator("details.numbers table")
    expect(numbers).to_be_hidden()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(numbers).to_be_visible()
    expect(page.locator(".side")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in page.pdf(prefer_css_page_size=True)
