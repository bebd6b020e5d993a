"""The sandbox's inbox as a person uses it."""

from __future__ import annotations

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.sandbox import RunningSandbox, serve

pytestmark = pytest.mark.browser

READERS = 1_000
VIEWS = ("html", "text", "headers", "source")
PICTURE = b"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"/>"""
HTML = """<!doctype html><html lang="en"><head><title>Mail</title></head><body>
<h1>Dear nlx1</h1><img id="picture" src="PICTURES/a.svg" alt="A channel">
<p><a href="PICTURES/page?nlx2">Read on</a></p></body></html>"""


class Pictures(BaseHTTPRequestHandler):
    """Another server on loopback, as the product's preview is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "image/svg+xml")
        self.send_header("Content-Length", str(len(PICTURE)))
        self.end_headers()
        self.wfile.write(PICTURE)

    def log_message(self, *_: Any) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture(scope="module")
def pictures() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def send(sandbox: RunningSandbox, html: str, readers: int) -> None:
    """Send one mail each to some readers."""
    message = {
        "from": {"email": "letters@lumen.test", "name": "Lumen"},
        "subject": "News for nlx1",
        "content": [
            {"type": "text/plain", "value": "Dear nlx1, in plain words."},
            {"type": "text/html", "value": html},
        ],
        "personalizations": [
            {
                "to": [{"email": f"reader{n}@example.test", "name": f"Reader {n}"}],
                "substitutions": {"nlx1": f"First{n}", "nlx2": f"r={n}"},
                "headers": {"List-Unsubscribe": f"<https://x.test/u/{n}>"},
                "custom_args": {"nl_delivery": f"site.{n}"},
            }
            for n in range(readers)
        ],
    }
    headers = {"Authorization": "Bearer k", "Content-Type": "application/json"}
    url = f"{sandbox.url}/v3/mail/send"
    request = urllib.request.Request(url, json.dumps(message).encode(), headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 202


@pytest.fixture(scope="module")
def sandbox(pictures: str) -> Iterator[RunningSandbox]:
    """A sandbox that a thousand mails have been sent to; tests leave them there."""
    with serve() as running:
        send(running, HTML.replace("PICTURES", pictures), READERS)
        yield running


def test_a_reader_is_found_and_read(sandbox: RunningSandbox, page: Page) -> None:
    """From the list, by a search, to one reader's mail in all its views."""
    page.goto(sandbox.url)
    expect(page.get_by_text("1,000 mails", exact=True)).to_be_visible()
    expect(page.get_by_text("Nothing is delivered.")).to_be_visible()
    page.get_by_label("Search by address or subject").fill("reader777@")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Reader 777").click()
    expect(page.get_by_role("heading", name="News for First777")).to_be_visible()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Dear First777")).to_be_visible()
    page.get_by_role("link", name="Text", exact=True).click()
    expect(page.get_by_label("Text part")).to_have_text("Dear First777, in plain words.")
    page.get_by_role("link", name="Headers", exact=True).click()
    expect(page.get_by_text("<https://x.test/u/777>")).to_be_visible()
    page.get_by_role("link", name="Source", exact=True).click()
    expect(page.get_by_label("JSON of the personalization")).to_contain_text("site.777")
    expect(page.get_by_label("Source of the mail")).to_contain_text("To: Reader 777")


def test_pages_of_the_list(sandbox: RunningSandbox, page: Page) -> None:
    """The list is walked page by page, and a mail opened there keeps its place."""
    page.goto(sandbox.url)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_text("51–100 of 1,000")).to_be_visible()
    page.get_by_role("link", name="Reader 80").click()
    expect(page.get_by_role("link", name="Reader 80")).to_be_in_viewport()
    expect(page.get_by_text("51–100 of 1,000")).to_be_visible()
    page.get_by_role("link", name="Newer").click()
    expect(page.get_by_text("1–50 of 1,000")).to_be_visible()


def test_pictures_of_another_server_load(sandbox: RunningSandbox, page: Page) -> None:
    """Pictures served on another loopback port show."""
    page.goto(sandbox.url)
    picture = page.frame_locator("iframe").locator("#picture")
    expect(picture).to_have_js_property("naturalWidth", 40)


def test_pictures_can_be_switched_off(browser: Browser, sandbox: RunningSandbox) -> None:
    """A reader whose program shows no pictures sees their alternative texts."""
    page = browser.new_page()
    page.goto(sandbox.url)
    page.get_by_label("Images").get_by_role("link", name="Off").click()
    page.wait_for_url("**images=off**")
    picture = page.frame_locator("iframe").get_by_alt_text("A channel")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).to_have_js_property("naturalWidth", 0)
    page.close()


def test_a_mail_can_not_run_scripts(browser: Browser) -> None:
    """A script in a mail does nothing, in the frame and when its address is opened itself."""
    page = browser.new_page()
    with serve() as sandbox:
        send(sandbox, '<p id="a">safe</p><script>document.getElementById("a").id = "b"</script>', 1)
        page.goto(sandbox.url)
        expect(page.frame_locator("iframe").locator("#a")).to_have_text("safe")
        page.goto(f"{sandbox.url}{page.locator('iframe').get_attribute('src')}")
        expect(page.locator("#a")).to_have_text("safe")
    page.close()


def test_a_link_opens_a_new_tab(sandbox: RunningSandbox, page: Page) -> None:
    """A click on a mail's link leaves the inbox where it is."""
    page.goto(sandbox.url)
    with page.expect_popup() as opened:
        page.frame_locator("iframe").get_by_role("link", name="Read on").click()
    expect(opened.value).to_have_url(re.compile(r"page\?r=0$"))


def test_emptying(page: Page) -> None:
    """The inbox is emptied in two steps, by keyboard alone."""
    with serve() as sandbox:
        send(sandbox, "<p>Short</p>", 3)
        page.goto(sandbox.url)
        page.get_by_text("Empty", exact=True).focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Empty the inbox")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="No mail yet")).to_be_visible()
        page.wait_for_load_state("networkidle")  # else the sandbox is gone while it still asks


@pytest.mark.parametrize(
    "width", [320, *(pytest.param(width, marks=pytest.mark.long) for width in (390, 1280))]
)
def test_it_fits(browser: Browser, sandbox: RunningSandbox, width: int) -> None:
    """Nothing sticks out sideways at any width, and all works without JavaScript."""
    viewport: Any = {"width": width, "height": 800}
    context = browser.new_context(viewport=viewport, java_script_enabled=False)
    page = context.new_page()
    for path in ["/", "/?q=nobody", "/mail/9-9", *(f"/mail/1-7?view={v}" for v in VIEWS)]:
        page.goto(f"{sandbox.url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_a_phone_shows_one_thing_at_a_time(browser: Browser, sandbox: RunningSandbox) -> None:
    """On a phone the list leads to a mail, and the mail back to the list."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.goto(sandbox.url)
    expect(page.locator("iframe")).to_be_hidden()
    page.get_by_text("Reader 3", exact=True).tap()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Dear First3")).to_be_visible()
    expect(page.get_by_role("heading", name="Inbox")).to_be_hidden()
    page.get_by_role("link", name="← Inbox").tap()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()
    context.close()


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.long), "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_words_have_contrast(
    browser: Browser, sandbox: RunningSandbox, view: str, scheme: Any
) -> None:
    """Every text of the pages has at least the contrast of WCAG 2.2 AA (1.4.3)."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{sandbox.url}/mail/1-7?view={view}")
    faint = page.evaluate(CONTRAST)
    context.close()
    assert faint["checked"] > 50
    assert faint["faint"] == []


CONTRAST = """() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
    .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = node => {
    for (; node; node = node.parentElement) {
      const colour = numbers(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
  };
  const faint = []; let checked = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !parent.checkVisibility()) continue;
    const [a, b] = [light(numbers(getComputedStyle(parent).color)), light(ground(parent))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    checked += 1;
    if (ratio < 4.5) faint.push([parent.className, walker.currentNode.data, ratio]);
  }
  return {checked, faint};
}"""
