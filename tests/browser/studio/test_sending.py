"""A letter on the calendar, going out through the sandbox, stopped and resumed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from newsletter.content import load_issue
from newsletter.dispatching.planning import Plan, reschedule, schedule
from newsletter.model.person import Role
from newsletter.rendering import render
from newsletter.sandbox import RunningSandbox
from newsletter.store.approvals import Approved, record_approval
from newsletter.store.dispatches import dispatches_of
from newsletter.store.subscribers import NewReader, import_readers
from tests.browser.studio.outgoing import TenACall, scheduling
from tests.factories import TOML, write_site
from tests.studio import Studio

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
SLUG = "spring"
LETTER = """\
---
number: 13
subject: Spring and your skin
preheader: A letter
send_at: {at}
snippets:
  - skin/collagen
---
Hello,
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site, so that its letters are made at once."""
    pace = "\n[dispatch]\nreaders_per_hour = 72000\n"
    files = {"newsletter.toml": TOML + pace, "issues/first.md": None, f"issues/{SLUG}.md": letter()}
    return write_site(tmp_path / "site", files)


def letter(at: str = "2027-03-10 09:00") -> str:
    return LETTER.format(at=at)


def approved(studio: Studio, readers: int) -> Approved:
    """Readers, and a letter for them."""
    now, site = studio.app.clock.now(), studio.side.site
    import_readers(studio.store, (NewReader(f"r{at}@reader.test") for at in range(readers)), now)
    return record_approval(
        studio.store,
        render(load_issue(site, SLUG), site),
        by="Maria Lindt",
        at=now,
        sender=site.sender,
        list_id="Letter <letter.test>",
        findings=(),
        sources={},
    )


@pytest.fixture
def environ(sandbox: RunningSandbox) -> dict[str, str]:
    """The studio sends to the sandbox."""
    return {"SENDGRID_URL": sandbox.url}


@pytest.fixture
def scheduler(studio: Studio) -> Iterator[None]:
    """Looks at what is due and sends it, ten readers a call."""
    with scheduling(studio, TenACall(studio.app.open_transport())):
        yield


@pytest.mark.usefixtures("scheduler")
def test_a_letter_is_scheduled_watched_stopped_and_resumed(
    studio: Studio, sandbox: RunningSandbox, studio_page: OpenPage
) -> None:
    """It goes out while the page watches; Stop holds it at once; it goes on to the last reader."""
    made = approved(studio, 80)
    page = studio_page(Role.PUBLISHER)
    page.goto(f"/studio/issues/{SLUG}/schedule")
    page.get_by_label("Day", exact=True).fill("2027-04-06")
    expect(page.get_by_role("heading", name="Tuesday 6 April 2027, 09:00")).to_be_visible()
    page.get_by_role("button", name="Schedule for 80 readers").click()
    expect(page.get_by_text("Goes out Tuesday 6 April 2027")).to_be_visible()

    with studio.store.read() as connection:
        of = dispatches_of(connection, made.issue_number)[-1]
    reschedule(studio.store, of.id, Plan(studio.app.clock.now(), "2027-04-06 09:00", "UTC"))
    expect(page.locator("#stop")).to_be_visible()
    expect(page.locator(".going-line strong")).not_to_have_text("0")
    page.locator("#stop").click()
    expect(page.get_by_text("Paused by Paul Press")).to_be_visible()
    assert 0 < len(list(sandbox.truth())) < 80
    page.get_by_role("button", name="Go on for").click()
    expect(page.locator(".page-title .badge")).to_have_text("Sent", timeout=30_000)
    expect(page.locator(".going-line strong")).to_have_text("80")


def test_send_now_is_taken_back(studio: Studio, studio_page: OpenPage) -> None:
    """The countdown runs on the page, without scripts it stands there; Undo ends it."""
    approved(studio, 3)
    page = studio_page(Role.PUBLISHER)
    page.goto(f"/studio/issues/{SLUG}/send")
    page.get_by_role("button", name="Send to 3 readers").click()
    number = page.locator(".countdown-number")
    expect(number).to_have_text(re.compile("^5[0-9]$"))
    plain = studio_page(Role.PUBLISHER, width=390, scripts=False)
    plain.goto(page.url)
    expect(plain.get_by_text("Closing this page changes nothing")).to_be_visible()
    plain.get_by_role("button", name="Undo").click()
    expect(plain.get_by_text("Taken back. Nothing was sent.")).to_be_visible()
    expect(page.locator(".page-title .badge")).to_have_text("Cancelled")


def test_a_scheduled_letter_is_moved_with_a_question(studio: Studio, studio_page: OpenPage) -> None:
    """Dragged or moved by keyboard, it stays until somebody confirms what follows."""
    made = approved(studio, 3)
    due = datetime(2027, 3, 10, 9, tzinfo=UTC)
    plan = Plan(due, "2027-03-10 09:00", "UTC", by="Paul")
    of = schedule(studio.store, made.id, plan).dispatch
    page = studio_page(Role.PUBLISHER)
    page.goto("/studio/calendar?month=2027-03")
    entry = page.locator(".entry.scheduled")
    entry.drag_to(page.locator('[data-day="2027-03-17"]'))
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Wednesday 17 March 2027, 09:00")).to_be_visible()
    dialog.get_by_role("button", name="Leave it where it is").click()
    expect(page.locator('[data-day="2027-03-10"] .entry')).to_be_visible()
    entry.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("heading", name="Thursday 18 March 2027, 09:00")).to_be_visible()
    dialog.get_by_role("button", name="Move it for 3 readers").click()
    expect(page.locator('[data-day="2027-03-18"] .entry.scheduled')).to_be_visible()
    with studio.store.read() as connection:
        assert dispatches_of(connection, 13)[-1].due_at == due + timedelta(days=8)
        assert dispatches_of(connection, 13)[-1].id == of.id


def test_a_draft_is_dragged(studio: Studio, studio_page: OpenPage) -> None:
    """An editor drops it on another day, and the file proposes that day."""
    page = studio_page(Role.EDITOR)
    page.goto("/studio/calendar?month=2027-03")
    page.locator(".entry.draft").drag_to(page.locator('[data-day="2027-03-19"]'))
    expect(page.locator('[data-day="2027-03-19"] .entry')).to_be_visible()
    assert "send_at: 2027-03-19 09:00" in (studio.root / "issues" / f"{SLUG}.md").read_text()
