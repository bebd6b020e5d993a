"""One letter's whole way, from an empty page to its report, and the four people it passes.

An editor writes it, somebody outside approves it by a link, a publisher sends, stops, corrects
and resumes it; a provider's double takes the mail, and what it took is what is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from newsletter.dispatching.planning import Plan, reschedule
from newsletter.model.person import Role
from newsletter.reviewing.asking import vouch
from newsletter.sandbox import RunningSandbox
from newsletter.store.dispatches import dispatches_of
from newsletter.store.subscribers import NewReader, import_readers
from newsletter.web.studio.letter_views import room_of
from tests.browser.studio.conftest import OpenPage, box_of
from tests.browser.studio.outgoing import Gate, scheduling
from tests.small_site import write_small_site
from tests.studio import Studio
from tests.unit.authoring.hostile import photograph

pytestmark = pytest.mark.browser

READERS = 80  # three calls of ten are on the wire at once, and a stop does not call them back
SOON_MS = 30_000
SUBJECT = "Spring and your skin"
CORRECTED = "Spring, and your skin"
SNIPPETS = {
    "sun": """\
---
title: Sun in April
kind: tip
link: https://example.com/sun
link_text: How much is enough
---
Read more [here](https://example.com/april) about light in spring.
""",
    "water": """\
---
title: Water, and how much
kind: tip
link: https://example.com/water
link_text: What eight glasses do
---
Thirst is a good guide, and a glass at hand is a better one.
""",
}


@dataclass
class Newsroom:
    """The studio, the provider, and a gate between them."""

    studio: Studio
    sandbox: RunningSandbox
    gate: Gate
    open_page: OpenPage

    @cached_property
    def editor(self) -> Page:
        """Writes, and may not approve."""
        return self.open_page(Role.EDITOR)

    @cached_property
    def publisher(self) -> Page:
        """Sends."""
        return self.open_page(Role.PUBLISHER)

    def mails(self, to: str = "") -> list[dict[str, Any]]:
        """What the provider took."""
        asked = {"to": to, "limit": "1000"}
        answer = httpx.get(f"{self.sandbox.url}/_sandbox/messages", params=asked)
        found: list[dict[str, Any]] = answer.json()
        return found

    def local(self, address: str) -> str:
        """A path of the studio, of an address as it stands in a mail."""
        return address.removeprefix(self.studio.side.url)

    def comes_due(self) -> None:
        """The scheduled hour is there."""
        with self.studio.store.read() as connection:
            of = dispatches_of(connection, self.number)[-1]
        now = self.studio.app.clock.now()
        reschedule(self.studio.store, of.id, Plan(now, "2099-04-07 09:00", "Europe/Berlin"))

    @property
    def number(self) -> int:
        """Of the issue that this is about."""
        return 2


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site with a library."""
    root = write_small_site(tmp_path / "site")
    for name, text in SNIPPETS.items():
        (root / f"issues/topics/skin/{name}.md").write_text(text)
    return root


@pytest.fixture
def environ(sandbox: RunningSandbox) -> dict[str, str]:
    """The studio sends to the sandbox."""
    return {"SENDGRID_URL": sandbox.url}


@pytest.fixture
def newsroom(studio: Studio, sandbox: RunningSandbox, studio_page: OpenPage) -> Iterator[Newsroom]:
    """With readers, and somebody who may be asked for approval."""
    readers = (NewReader(f"r{at}@reader.test", first_name="Mira") for at in range(READERS))
    import_readers(studio.store, readers, studio.app.clock.now())
    vouch(room_of(studio.side), "Lea Lawyer", "lea@lawyers.test", "Paul Press")
    gate = Gate(studio.app.open_transport())
    with scheduling(studio, gate):
        yield Newsroom(studio, sandbox, gate, studio_page)


def test_a_letter_from_an_empty_page_to_its_report(newsroom: Newsroom) -> None:
    """Written, tested, approved by link, scheduled, stopped, corrected, resumed, and read about."""
    a_new_issue(newsroom.editor)
    sections_from_the_library(newsroom.editor)
    reordered_by_drag_and_by_keyboard(newsroom.editor)
    a_picture_and_a_preview(newsroom.editor)
    a_finding_is_mended(newsroom.editor)
    a_test_arrives(newsroom)
    an_editor_can_not_approve(newsroom)
    approved_by_link(newsroom)
    scheduled_and_watched(newsroom)
    stopped_and_resumed(newsroom)
    corrected_for_the_rest(newsroom)
    the_report_is_read(newsroom)


def mail(page: Page) -> FrameLocator:
    """What the preview shows."""
    return page.frame_locator("#mail")


def titles(page: Page) -> list[str]:
    """The outline's sections in order."""
    return page.locator(".piece[data-id] .piece-title").all_inner_texts()


def saved(page: Page) -> None:
    """Everything typed is in the files."""
    expect(page.locator("#saved")).to_have_text("Saved", timeout=SOON_MS)


def a_new_issue(page: Page) -> None:
    """From the board: a subject, and a page to write on."""
    page.goto("/studio/")
    page.get_by_role("link", name="New issue").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Subject").fill(SUBJECT)
    dialog.get_by_label("Planned for").fill("2099-04-07")
    dialog.get_by_role("button", name="Begin the issue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SUBJECT)
    page.locator("#issue[data-ready=yes]").wait_for(timeout=SOON_MS)
    page.get_by_label("Preheader").fill("What April's light does, and what water has to do with it")
    page.get_by_label("Opening").fill("Hello, the days are long again.")
    saved(page)
    expect(mail(page).get_by_text("the days are long again")).to_be_visible()


def sections_from_the_library(page: Page) -> None:
    """Found by their words, added one by one."""
    for at, (words, title) in enumerate(
        (("protein", "About collagen"), ("april", "Sun in April"), ("thirst", "Water, and"))
    ):
        page.get_by_role("link", name="Add a section").click()
        page.locator("#library-words").press_sequentially(words)
        expect(page.locator("#library-count")).to_have_text("1 snippet")
        page.get_by_role("button", name=f"Add {title}").click()
        expect(page.locator(".piece[data-id]")).to_have_count(at + 1)
    saved(page)


def reordered_by_drag_and_by_keyboard(page: Page) -> None:
    """The first is dragged to the end; by keyboard it goes up again, and the mail follows."""
    first, second, third = titles(page)
    page.locator('.piece[data-index="0"] .grip').hover()
    page.mouse.down()
    box = box_of(page, '.piece[data-index="2"]')
    page.mouse.move(box["x"] + 20, box["y"] + 10, steps=4)
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 4, steps=4)
    page.mouse.up()
    expect(page.locator('.piece[data-index="2"] .piece-title')).to_have_text(first)
    saved(page)
    page.locator('.piece[data-index="2"] .grip').focus()
    for key in ("Space", "ArrowUp", "Space"):
        page.keyboard.press(key)
    expect(page.locator('.piece[data-index="1"] .piece-title')).to_have_text(first)
    saved(page)
    assert titles(page) == [second, first, third]
    expect(mail(page).get_by_role("heading", level=2).first).to_have_text(second)


def a_picture_and_a_preview(page: Page) -> None:
    """Uploaded from the section's own form, told in words, and in the mail at once."""
    page.locator(".piece", has_text="About collagen").locator(".piece-name").click()
    page.get_by_role("link", name="Choose").click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    file = {"name": "Holiday 1.JPG", "mimeType": "image/jpeg", "buffer": photograph()}
    dialog.locator('input[type="file"]').set_input_files([file])  # type: ignore[arg-type]
    shown = page.get_by_role("dialog")
    shown.get_by_label("What it shows, in words").fill("A window in April")
    shown.get_by_role("button", name="Use this picture").click()
    expect(mail(page).get_by_role("img", name="A window in April")).to_be_visible(timeout=SOON_MS)
    saved(page)


def a_finding_is_mended(page: Page) -> None:
    """A click leads to its line; with other words it is gone."""
    page.locator(".side-tabs [data-tab=checks]").click()
    page.locator("[data-finding]", has_text='only says "here"').first.click()
    words = page.locator("#section-body")
    expect(words).to_be_focused()
    words.fill(words.input_value().replace("[here]", "[what April does]"))
    expect(mail(page).get_by_text("what April does")).to_be_visible(timeout=SOON_MS)
    page.locator(".side-tabs [data-tab=checks]").click()
    expect(page.locator("[data-finding]", has_text="skin/sun")).to_have_count(0, timeout=SOON_MS)


def a_test_arrives(newsroom: Newsroom) -> None:
    """At the editor's own address, and nowhere else."""
    page = newsroom.editor
    page.get_by_role("link", name="Send test").click()
    page.get_by_role("dialog").get_by_role("button", name="Send the test").click()
    expect(page.get_by_role("status").first).to_contain_text("editor@team.test", timeout=SOON_MS)
    assert {each["subject"] for each in newsroom.mails()} == {f"[Test] {SUBJECT}"}
    assert len(newsroom.mails("editor@team.test")) == len(newsroom.mails())


def an_editor_can_not_approve(newsroom: Newsroom) -> None:
    """No button says it, no address takes it, and nothing was approved."""
    page = newsroom.editor
    path = issue_path(newsroom)
    page.goto(path)
    expect(page.get_by_role("link", name="Ask for approval")).to_be_visible()
    for name in ("Approve", "Schedule", "Send it now"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    editor = newsroom.studio.client(Role.EDITOR)
    for way in ("approve", "schedule", "send"):
        assert editor.get(f"{path}/{way}").status_code == 403
        assert editor.post(f"{path}/{way}", {"seen": "x", "accepted": "x"}).status_code == 403
    with newsroom.studio.store.read() as connection:
        assert not dispatches_of(connection, newsroom.number)


def issue_path(newsroom: Newsroom) -> str:
    """Of the letter this is about."""
    file = next((newsroom.studio.root / "issues").glob("*spring*.md"))
    return f"/studio/issues/{file.stem}"


def approved_by_link(newsroom: Newsroom) -> None:
    """Asked by the editor, mailed, and given in a browser that has no account."""
    page = newsroom.editor
    page.get_by_role("link", name="Ask for approval").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Lea Lawyer").check()
    dialog.get_by_label("A message").fill("Mind the water.")
    dialog.get_by_role("button", name="Ask by mail").click()
    expect(page.get_by_text("waiting", exact=True)).to_be_visible()
    (asked,) = newsroom.mails("lea@lawyers.test")
    found = re.search(rf"{newsroom.studio.side.url}(/studio/\S+)", asked["text"])
    assert found

    lea = newsroom.open_page(width=390)
    lea.goto(found[1])
    expect(lea.get_by_text("Mind the water.")).to_be_visible()
    letter = lea.frame_locator("iframe[title^='The letter']")
    expect(letter.get_by_text("the days are long again")).to_be_visible()
    decide(lea, "Approve as Lea Lawyer")
    expect(lea.get_by_text("You approved it. Thank you.")).to_be_visible()


def decide(page: Page, button: str) -> None:
    """Tick what may stay, and approve."""
    for each in page.get_by_role("main").get_by_role("checkbox").all():
        each.check()
    page.get_by_role("button", name=button).click()


def scheduled_and_watched(newsroom: Newsroom) -> None:
    """Put on the calendar in words; when its hour comes the page shows it go."""
    page = newsroom.publisher
    page.goto(issue_path(newsroom))
    page.get_by_role("link", name="Schedule", exact=True).click()
    page.get_by_label("Day", exact=True).fill("2099-04-07")
    expect(page.get_by_role("heading", name="Tuesday 7 April 2099")).to_be_visible()
    page.get_by_role("button", name=f"Schedule for {READERS} readers").click()
    expect(page.get_by_text("Goes out Tuesday 7 April 2099")).to_be_visible()
    assert not newsroom.mails("r0@reader.test")
    newsroom.gate.let(2)
    newsroom.comes_due()
    expect(page.locator(".going-line strong")).to_have_text("20", timeout=SOON_MS)


def stopped_and_resumed(newsroom: Newsroom) -> None:
    """Stop holds the rest; what was on the wire arrives; Go on takes it up again."""
    page = newsroom.publisher
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Paused by Paul Press")).to_be_visible()
    newsroom.gate.let(1)
    page.get_by_role("button", name="Go on for").click()
    expect(page.locator("#stop")).to_be_visible()
    expect(page.locator(".going-line strong")).to_have_text("30", timeout=SOON_MS)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.get_by_text("Paused by Paul Press")).to_be_visible()


def corrected_for_the_rest(newsroom: Newsroom) -> None:
    """The editor mends the subject, the publisher approves it, and the rest get that."""
    editor, page = newsroom.editor, newsroom.publisher
    dispatch = page.url
    editor.goto(issue_path(newsroom))
    editor.locator("#issue[data-ready=yes]").wait_for(timeout=SOON_MS)
    editor.get_by_label("Subject").fill(CORRECTED)
    saved(editor)
    page.goto(f"{issue_path(newsroom)}/approve")
    decide(page, "Approve as Paul Press")
    page.get_by_role("link", name="See what is under way").click()
    expect(page).to_have_url(dispatch)
    newsroom.gate.let(1_000)
    page.get_by_role("link", name="Send the corrected version").click()
    page.get_by_role("button", name="Send it to").click()
    expect(page.locator(".page-title .badge")).to_have_text("Sent", timeout=SOON_MS)


def the_report_is_read(newsroom: Newsroom) -> None:
    """Everybody has it once: the old words those before the stop, the new ones the rest."""
    page = newsroom.publisher
    page.get_by_role("link", name="The report").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("pring")
    expect(page.locator(".headline")).to_contain_text(str(READERS))
    mails = [each for each in newsroom.mails() if each["to"].endswith("@reader.test")]
    by_subject = dict.fromkeys((SUBJECT, CORRECTED), 0)
    for each in mails:
        by_subject[each["subject"]] += 1
    assert len({each["to"] for each in mails}) == len(mails) == READERS
    assert 30 <= by_subject[SUBJECT] <= 60
