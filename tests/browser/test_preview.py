"""The preview in a real browser: what a writer does with it while writing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from newsletter.bootstrap import load_app
from newsletter.web import Served, preview_server
from tests.factories import write_site

pytestmark = pytest.mark.browser

ISSUE = """\
---
number: 1
subject: Hello {{ subscriber.first_name | default("you") }}
preheader: A first letter
snippets:
  - skin/collagen
  - skin/hours
---
Dear {{ subscriber.first_name | default("reader") }}, this is the opening.
"""

HOURS = """\
---
title: New hours
kind: news
---
We open earlier.
"""

LAYOUT = """\
<mjml>
  <mj-head>
    <mj-raw><meta name="color-scheme" content="light dark" /></mj-raw>
    <mj-attributes><mj-all font-family="Georgia, serif" /></mj-attributes>
  </mj-head>
  <mj-body>
    <mj-section><mj-column><mj-text>{{ opening }}</mj-text></mj-column></mj-section>
    {% for section in sections %}
    {% include section.template %}
    {% endfor %}
    <mj-section>
      <mj-column>
        <mj-text><a href="https://example.com/more">Read on</a></mj-text>
        <mj-spacer height="2000px" />
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""

SEES_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The site's folder."""
    files = {
        "issues/first.md": ISSUE,
        "issues/topics/skin/hours.md": HOURS,
        "templates/layouts/classic.mjml": LAYOUT,
    }
    return write_site(tmp_path, files)


@pytest.fixture
def served(root: Path) -> Iterator[Served]:
    """The preview, running."""
    with preview_server(load_app(root, {}, root)) as running:
        yield running


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    """The issue's page in a tab whose colours are the system's own; it must stay free of faults."""
    context = browser.new_context(
        base_url=served.url, viewport={"width": 1280, "height": 900}, color_scheme="null"
    )
    tab = context.new_page()
    faults: list[str] = []
    foreign: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on("request", lambda r: None if r.url.startswith(served.url) else foreign.append(r.url))
    tab.goto("/issues/first")
    expect(tab.locator("#live")).to_have_text("Live")
    tab.evaluate("window.sameTab = true")
    yield tab
    assert tab.evaluate("window.sameTab"), "the page was loaded anew"
    assert (faults, foreign) == ([], [])
    context.close()


def mail(page: Page) -> FrameLocator:
    """What stands in the mail's frame."""
    return page.frame_locator("#mail")


def sees(page: Page, expression: str) -> object:
    """What the mail's own document finds for an expression."""
    return page.locator("#mail").evaluate(f"frame => frame.contentWindow.{expression}")


def test_a_writer_switches_variant_reader_screen_and_colours(page: Page) -> None:
    """Each switch shows in the mail at once and stands in the address."""
    expect(mail(page).get_by_text("Dear Mira, this")).to_be_visible()
    expect(mail(page).get_by_text("We open earlier.")).to_be_visible()
    page.get_by_role("link", name="Tips").click()
    expect(mail(page).get_by_text("We open earlier.")).to_have_count(0)
    page.get_by_label("A sample reader").select_option("no-name")
    expect(mail(page).get_by_text("Dear reader, this")).to_be_visible()
    expect(page.locator(".inbox-subject")).to_have_text("Hello you")
    page.get_by_label("or a first name of your own").fill("Ada")
    page.get_by_role("button", name="Show").click()
    expect(mail(page).get_by_text("Dear Ada, this")).to_be_visible()
    page.get_by_role("link", name="Phone").click()
    expect(page.locator("#mail")).to_have_attribute("width", "390")
    assert sees(page, "innerWidth") == 390
    assert "variant=tips" in page.url
    assert "reader=Ada" in page.url
    page.go_back()
    expect(page.locator("#mail")).to_have_attribute("width", "760")


def test_any_width_can_be_asked_for(page: Page) -> None:
    """A number in the field is the width of the reader's screen."""
    page.get_by_label("Width").fill("500")
    page.get_by_label("Width").press("Enter")
    expect(page.locator("#mail")).to_have_attribute("width", "500")
    assert sees(page, "innerWidth") == 500


def test_dark_is_what_the_mail_itself_sees(page: Page) -> None:
    """The mail's own media query answers dark, then light: nothing is rewritten."""
    page.get_by_role("link", name="Dark").click()
    expect(page.locator("#mail")).to_have_class("dark")
    assert sees(page, SEES_DARK) is True
    page.get_by_role("link", name="Light").click()
    expect(page.locator("#mail")).to_have_class("light")
    assert sees(page, SEES_DARK) is False
    expect(page.locator("#note")).to_be_hidden()


def test_a_saved_change_arrives_by_itself_where_one_was_reading(page: Page, root: Path) -> None:
    """The mail shows the new words without a reload, scrolled to where it was."""
    page.locator("#mail").evaluate("frame => frame.contentWindow.scrollTo(0, 300)")
    issue = root / "issues/first.md"
    issue.write_text(issue.read_text().replace("the opening", "a better opening"))
    expect(mail(page).get_by_text("this is a better opening")).to_be_attached()
    expect(page.locator("#live")).to_have_text("Live")
    page.wait_for_function("document.getElementById('mail').contentWindow.scrollY === 300")


def test_a_broken_file_says_where_and_goes_away_when_mended(page: Page, root: Path) -> None:
    """The mail gives way to path, line and remedy, and comes back by itself."""
    issue = root / "issues/first.md"
    issue.write_text(ISSUE.replace("skin/hours", "skin/hourz"))
    expect(page.get_by_text("issues/first.md:7")).to_be_visible()
    expect(page.get_by_text('Did you mean "skin/hours"?')).to_be_visible()
    expect(page.locator("#mail")).to_have_count(0)
    issue.write_text(ISSUE)
    expect(mail(page).get_by_text("Dear Mira, this")).to_be_visible()


def test_a_link_in_the_mail_is_told_not_followed(page: Page) -> None:
    """Pressing it says where it leads; the mail stays."""
    mail(page).get_by_role("link", name="Read on").click()
    expect(page.locator("#note")).to_have_text("This link leads to https://example.com/more")
    expect(mail(page).get_by_text("Dear Mira, this")).to_be_attached()


def test_the_keyboard_keeps_its_place(page: Page) -> None:
    """After a switch the focus is where it was, not at the top."""
    toggle = page.get_by_role("navigation", name="Part").get_by_role("link", name="Text")
    toggle.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sheet.text")).to_contain_text("Dear Mira, this")
    expect(toggle).to_be_focused()


def test_it_works_without_scripts(browser: Browser, served: Served) -> None:
    """Every toggle is a link, every choice a form."""
    context = browser.new_context(base_url=served.url, java_script_enabled=False)
    tab = context.new_page()
    tab.goto("/issues/first")
    tab.get_by_role("link", name="Phone").click()
    expect(tab.locator("#mail")).to_have_attribute("width", "390")
    tab.get_by_label("A sample reader").select_option("no-name")
    tab.get_by_role("region", name="Reader").get_by_role("button", name="Show").click()
    expect(mail(tab).get_by_text("Dear reader, this")).to_be_visible()
    expect(tab.locator("#mail")).to_have_attribute("width", "390")
    context.close()


@pytest.mark.parametrize(
    "path", ["/", "/issues/first?width=390", "/issues/first?show=source", "/issues/broken", "/x"]
)
def test_no_page_scrolls_sideways_on_a_phone(
    browser: Browser, served: Served, root: Path, path: str
) -> None:
    """At 390 pixels everything fits, a file's long lines included."""
    (root / "issues/broken.md").write_text(f"---\nnumber: 2\nsubjekt: {'long ' * 40}\n---\n")
    context = browser.new_context(base_url=served.url, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(path)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    context.close()
