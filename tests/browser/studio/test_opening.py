"""The words of a letter: a reader's name in them, and a test of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from newsletter.model.person import Role
from newsletter.sandbox import RunningSandbox
from newsletter.store.subscribers import NewReader, import_readers
from tests.browser.studio.conftest import OpenPage
from tests.factories import ISSUE, SNIPPET
from tests.small_site import write_small_site
from tests.studio import Studio

PAGE = "/studio/issues/first"
TWICE = """() => new Promise((done) => {
  const button = document.querySelector('form[action$="/test"] button');
  button.click();
  button.click();
  setTimeout(() => done(button.disabled));
})"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose letters print quickly."""
    return write_small_site(tmp_path / "site")


@pytest.fixture
def environ(sandbox: RunningSandbox) -> dict[str, str]:
    """The studio sends to the sandbox."""
    return {"SENDGRID_URL": sandbox.url}


def test_a_name_is_put_in_where_the_caret_stands(studio_page: OpenPage, site: Path) -> None:
    """By a button, at the end while nobody wrote; what stands for no name follows the words."""
    page = studio_page(Role.EDITOR)
    page.goto(PAGE)
    page.locator("#issue[data-ready=yes]").wait_for()
    opening = page.get_by_label("Opening")
    told = page.locator("[data-part=greeting]")
    expect(told).to_have_text("Whoever gave no name reads: Hello there,")
    opening.fill("Good morning, it is cold")
    expect(told).to_contain_text("With a name in it")
    for _ in range(len(", it is cold")):
        opening.press("ArrowLeft")
    opening.press_sequentially(" ")
    page.get_by_role("button", name="Insert the reader's name").click()
    tag = '{{ subscriber.first_name | default("there") }}'
    expect(opening).to_have_value(f"Good morning {tag}, it is cold")
    expect(opening).to_be_focused()
    expect(told).to_contain_text("Good morning there, it is cold")
    expect(page.locator("#saved")).to_have_text("Saved")
    assert tag in (site / "issues/first.md").read_text()


def test_two_clicks_send_one_test(
    studio_page: OpenPage, studio: Studio, sandbox: RunningSandbox
) -> None:
    """The button is off while the form is on its way."""
    page = studio_page(Role.EDITOR)
    page.goto(f"{PAGE}/test")
    posts: list[str] = []
    page.on("request", lambda asked: posts.append(asked.url) if asked.method == "POST" else None)
    assert page.evaluate(TWICE)
    expect(page.locator("#told")).to_contain_text("The test is on its way to editor@team.test")
    assert len(posts) == 1
    assert sandbox.stats()["recipients"] == 1


def test_variants_say_how_many_get_them_today(
    studio_page: OpenPage, studio: Studio, site: Path
) -> None:
    """Beside their names, where one chooses which to look at."""
    news = SNIPPET.replace("kind: tip", "kind: news").replace("About", "News of")
    (site / "issues/topics/skin/fresh.md").write_text(news)
    both = ISSUE.replace("  - skin/collagen\n", "  - skin/collagen\n  - skin/fresh\n")
    (site / "issues/first.md").write_text(both)
    rows = [NewReader(f"n{at}@reader.test", first_name="Ann") for at in range(3)]
    import_readers(studio.store, rows, studio.app.clock.now())
    page = studio_page(Role.EDITOR)
    page.goto(PAGE)
    chosen = page.locator("#view-variant option:checked")
    expect(chosen).to_have_text(re.compile(r".+: 3$"))
    page.get_by_label("Subject").fill("Another subject")
    expect(page.frame_locator("#mail").get_by_text("Another subject")).to_have_count(1)
    expect(chosen).to_have_text(re.compile(r".+: 3$"))
