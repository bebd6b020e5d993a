"""Our cascade and our transcript against a real browser, on the real issues."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from newsletter.checks.css.cascade import Cascade
from newsletter.checks.css.media import Screen
from newsletter.checks.document import Document
from newsletter.checks.legibility import own_text
from newsletter.checks.speaking import transcript
from newsletter.config import load_settings
from newsletter.content import issue_files, load_issue
from newsletter.model.rendition import Rendition
from newsletter.rendering import fill, render

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
SITE = load_settings(ROOT, {}).site
_STEMS = [path.stem for path in issue_files(SITE)]
ISSUES = [_STEMS[0], *(pytest.param(stem, marks=pytest.mark.long) for stem in _STEMS[1:])]
WIDTH = 760

# For each element: colour, own background, size, whether its weight is bold, whether it shows.
COMPUTED = """() => [...document.body.querySelectorAll("*")].map((element) => {
  const style = getComputedStyle(element);
  return [element.tagName.toLowerCase(), style.color, parseFloat(style.fontSize),
          Number(style.fontWeight) >= 700, element.checkVisibility()];
})"""
GROUNDS = """() => [...document.body.querySelectorAll("*")].map((element) => {
  for (let step = element; step; step = step.parentElement) {
    const ground = getComputedStyle(step).backgroundColor;
    if (ground !== "rgba(0, 0, 0, 0)") return ground;
  }
  return "canvas";
})"""
# What the transcript says besides the mail's own words.
_SAID_BESIDES = re.compile(
    r"\[(?:link|image): |\]|^Heading \d: |^• |^\d+\. |^\(.*\)$|^Quote: ", re.MULTILINE
)
_CHANNELS = re.compile(r"[\d.]+")


def fullest(stem: str) -> Rendition:
    """The fullest variant of an issue."""
    return render(load_issue(SITE, stem), SITE).renditions[0]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("stem", ISSUES)
def test_our_colours_are_the_browsers(page: Page, stem: str, scheme: str) -> None:
    """Colour, ground, size, weight and visibility of every element that holds text."""
    html = _without_pictures(fill(fullest(stem), {}).html)
    page.set_viewport_size({"width": WIDTH, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_content(html)
    document = Document(html)
    elements = [one for one in document.elements if one.getparent() is not None]
    inside = [one for one in elements if one.tag not in ("head", "body") and _is_in_body(one)]
    computed, grounds = page.evaluate(COMPUTED), page.evaluate(GROUNDS)
    looks = Cascade(document).looks(Screen(WIDTH, dark=scheme == "dark"))
    assert [one.tag for one in inside] == [row[0] for row in computed]
    compared = 0
    for element, row, ground in zip(inside, computed, grounds, strict=True):
        look = looks[element]
        assert look.shown is row[4], element.get("class")
        if look.shown and any(map(str.strip, own_text(element))):
            compared += 1
            assert look.colour.channels == _channels(row[1])
            assert look.size == pytest.approx(row[2], abs=0.01)
            assert look.bold is row[3]
            assert ground == "canvas" or look.ground.channels == _channels(ground)
    assert compared > 20


@pytest.mark.parametrize("stem", ISSUES)
def test_what_is_read_aloud_is_what_the_browser_exposes(page: Page, stem: str) -> None:
    """Names in the accessibility tree's order are the words of the transcript, in its order."""
    html = _without_pictures(fill(fullest(stem), {}).html)
    page.set_content(html)
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    exposed = " ".join(_names(nodes))
    spoken = transcript(html).split("\n\n", 1)[1]
    bare = re.sub(
        r"\[(?:link|image): |\]|^Heading \d: |^[•] |^\d+\. |^\(.*\)$|^Quote: ",
        "",
        spoken,
        flags=re.M,
    )
    assert _letters(bare) == _letters(exposed)


def _names(nodes: list[dict[str, object]]) -> list[str]:
    """The words of texts and images, in the order of the tree."""
    by_id = {node["nodeId"]: node for node in nodes}
    found: list[str] = []

    def visit(node: dict[str, object]) -> None:
        role = node.get("role", {}).get("value")  # type: ignore[attr-defined]
        name = node.get("name", {}).get("value", "")  # type: ignore[attr-defined]
        if not node.get("ignored") and role in ("StaticText", "image", "img"):
            found.append(str(name))
            return
        for child in node.get("childIds", []):  # type: ignore[attr-defined]
            if child in by_id:
                visit(by_id[child])

    visit(nodes[0])
    return found


def _letters(text: str) -> str:
    """Letters and digits alone: line breaks and `text-transform` do not count."""
    return "".join(character for character in text if character.isalnum()).casefold()


def _without_pictures(html: str) -> str:
    """No picture is fetched here; their names and boxes stay."""
    return re.sub(r'\bsrc="[^"]*"', 'src="data:,"', html)


def _is_in_body(element: object) -> bool:
    return any(step.tag == "body" for step in element.iterancestors())  # type: ignore[attr-defined]


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(round(float(part)) for part in _CHANNELS.findall(colour)[:3])
