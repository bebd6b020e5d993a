"""The letters this repository ships: every real file of `issues/` and `artwork/`."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from newsletter.checks import Evidence, check
from newsletter.config import load_settings
from newsletter.content import load_issue, load_issues, load_snippets, load_topics
from newsletter.model.content import INTEREST_OF_KIND, Snippet
from newsletter.model.finding import Severity
from newsletter.model.rendition import Renditions
from newsletter.model.site import Site
from newsletter.rendering import render

ROOT = Path(__file__).resolve().parents[2]
MEDIA = ROOT / "issues" / "media"
ARTWORK = ROOT / "artwork"
ISSUES = tuple(sorted(path.stem for path in (ROOT / "issues").glob("*.md")))
PICTURES = tuple(sorted(path.name for path in MEDIA.iterdir()))
LARGEST_PICTURE = 120 * 1024
LARGEST_HTML = 52 * 1024
PHRASE = "Get updated with beauty resources, tips, and news"


@cache
def site() -> Site:
    return load_settings(ROOT, {}).site


@cache
def rendered(slug: str) -> Renditions:
    return render(load_issue(site(), slug), site())


def snippets() -> tuple[Snippet, ...]:
    return load_snippets(site())


def test_there_are_three_issues_numbered_in_the_order_they_go_out() -> None:
    """Issues 12, 13 and 14 exist, and a later number is proposed for a later day."""
    issues = load_issues(site())
    assert [issue.number for issue in issues] == [12, 13, 14]
    days = [issue.send_at for issue in issues]
    assert all(a is not None and b is not None and a < b for a, b in pairwise(days))


def test_the_library_has_every_kind() -> None:
    """The first topic alone carries eight snippets or more, and all three kinds."""
    ours = [snippet for snippet in snippets() if snippet.topic == "microneedling"]
    assert len(ours) >= 8
    assert {snippet.kind for snippet in ours} == set(INTEREST_OF_KIND)


def test_every_snippet_is_used() -> None:
    """No snippet lies in the library that no issue shows."""
    used = {section.snippet.slug for issue in load_issues(site()) for section in issue.sections}
    assert {snippet.slug for snippet in snippets()} - used == set()


def test_every_inline_piece_is_shown_somewhere() -> None:
    """A call to action, a divider and a picture each stand in some issue."""
    kinds = {section.snippet.kind for issue in load_issues(site()) for section in issue.sections}
    assert {"cta", "divider", "image"} <= kinds


def test_every_topic_asks_for_a_professional() -> None:
    """Each topic's disclaimer sends the reader to a qualified medical professional."""
    for topic in load_topics(site()):
        assert "qualified medical professional" in " ".join(topic.disclaimer.plain().split())


@pytest.mark.parametrize("slug", ISSUES)
def test_an_issue_has_no_findings(slug: str) -> None:
    """Every variant passes every check that blocks or warns."""
    findings = check(rendered(slug), site(), Evidence())
    assert [str(one) for one in findings if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize("slug", ISSUES)
def test_an_issue_offers_variants(slug: str) -> None:
    """A reader's choice of interests changes what an issue holds."""
    renditions = rendered(slug).renditions
    assert len({rendition.sections for rendition in renditions}) == len(renditions) > 1


@pytest.mark.parametrize("slug", ISSUES)
def test_every_variant_is_light_and_complete(slug: str) -> None:
    """HTML stays below 60 KB; sign-up and disclaimer stand in both parts."""
    for rendition in rendered(slug).renditions:
        assert len(rendition.html.encode()) < LARGEST_HTML
        for part in (rendition.html, rendition.text):
            words = " ".join(part.replace("\N{NO-BREAK SPACE}", " ").split())
            assert PHRASE in words
            assert "qualified medical professional" in words


@pytest.mark.parametrize("slug", ISSUES)
def test_dark_screens_are_provided_for(slug: str) -> None:
    """Each mail declares both schemes and carries rules for clients that darken on their own."""
    for rendition in rendered(slug).renditions:
        assert '<meta name="color-scheme" content="light dark"' in rendition.html
        assert "@media (prefers-color-scheme: dark)" in rendition.html
        assert "[data-ogsc]" in rendition.html
        assert "[data-ogsb]" in rendition.html


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small_and_has_its_drawing(name: str) -> None:
    """A picture weighs 120 KB at most, is drawn at twice its size, and its SVG is kept."""
    picture = MEDIA / name
    drawing = (ARTWORK / name).with_suffix(".svg").read_text(encoding="utf-8")
    assert picture.stat().st_size <= LARGEST_PICTURE
    with Image.open(picture) as image:
        assert f'width="{image.width // 2}" height="{image.height // 2}"' in drawing


def test_every_drawing_is_drawn() -> None:
    """No SVG lies in `artwork/` without its picture."""
    drawings = {path.stem for path in ARTWORK.glob("*.svg")}
    assert drawings == {Path(name).stem for name in PICTURES}


def test_every_picture_is_shown() -> None:
    """No picture lies in `issues/media/` that neither an issue nor the masthead shows."""
    sections = [section for issue in load_issues(site()) for section in issue.sections]
    shown = {section.snippet.image.name for section in sections if section.snippet.image}
    assert shown | {site().theme.logo, site().theme.logo_dark} == set(PICTURES)


INKS = (
    ("text", ("background", "surface", "tip_surface", "news_surface")),
    ("muted", ("background",)),
    ("accent", ("surface", "tip_surface", "news_surface")),
    ("accent_text", ("accent",)),
    ("tip_ink", ("surface", "tip_surface")),
    ("resource_ink", ("surface", "resource_surface")),
    ("news_ink", ("surface", "news_surface")),
    ("panel_text", ("panel",)),
)


@pytest.mark.parametrize("scheme", ["", "_dark"])
@pytest.mark.parametrize(("ink", "grounds"), INKS)
def test_colours_can_be_read(ink: str, grounds: tuple[str, ...], scheme: str) -> None:
    """Every ink has 4.5:1 on every ground it stands on (WCAG 2.2, 1.4.3)."""
    colours = site().theme.colours
    for ground in grounds:
        assert contrast(colours[ink + scheme], colours[ground + scheme]) >= 4.5, ground


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
