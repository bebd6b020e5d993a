"""D: it is made for the dark (D01, D02)."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.checks.css.cascade import Look
from newsletter.checks.css.colours import Colour
from newsletter.checks.css.media import Screen
from newsletter.checks.inverting import fully, partially
from newsletter.checks.legibility import Mode
from newsletter.checks.logos import ENOUGH, share_seen
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity
from newsletter.model.rendition import PictureFile


@rule(
    "D01",
    Severity.WARNING,
    claim="`color-scheme` says that the mail can be dark, as meta and in the CSS.",
    why="Without it Apple Mail keeps the mail light in a dark window, or turns its colours round; "
    "it reads the meta before the CSS (WebKit, CSS Color Adjustment Module Level 1).",
    mend='Keep <meta name="color-scheme" content="light dark"> and '
    ":root { color-scheme: light dark; } in the layout's head.",
)
def said_to_be_dark(specimen: Specimen) -> Iterator[Fault]:
    """D01. A style attribute or a rule for another element than the root says nothing."""
    metas = specimen.document.named("meta")
    said = [one.get("content", "") for one in metas if _is_scheme(one)]
    if not any("dark" in content.split() for content in said):
        yield Fault('No <meta name="color-scheme"> says "dark".')
    values = specimen.cascade.values(specimen.document.root, Screen())
    if "dark" not in values.get("color-scheme", "").split():
        yield Fault('The CSS gives the root no color-scheme with "dark".')


def _is_scheme(meta: HtmlElement) -> bool:
    return meta.get("name", "").strip().lower() == "color-scheme"


@rule(
    "D02",
    Severity.WARNING,
    claim="The logo can be made out on dark.",
    why="Clients darken the ground and leave pictures as they are: a dark logo with a "
    "see-through ground is gone (WCAG 2.2, 1.4.11).",
    mend="Give the logo a light outline or a ground of its own, or a light one as logo_dark in "
    "[theme].",
)
def logo_on_dark(specimen: Specimen) -> Iterator[Fault]:
    """D02. Judged by the pixels of the logo that each mode shows, not by there being two."""
    logos = {specimen.site.theme.logo, specimen.site.theme.logo_dark} - {""}
    files = [picture for picture in specimen.pictures if picture.source in logos]
    for image in specimen.document.named("img"):
        address = image.get("src", "")
        for file in files:
            if file.filename in address:
                yield from _unseen(specimen, image, file)


def _unseen(specimen: Specimen, image: HtmlElement, file: PictureFile) -> Iterator[Fault]:
    for mode, ground in _grounds(specimen, image):
        share = share_seen(file.data, ground)
        if share < ENOUGH:
            yield Fault(
                f"Of the logo {file.source}, {share:.0%} can be told from its ground "
                f"{ground.hex} {mode}.",
                element=image,
            )


def _grounds(specimen: Specimen, image: HtmlElement) -> Iterator[tuple[Mode, Colour]]:
    """What lies behind a logo in each dark mode that shows it."""
    light = specimen.cascade.looks(Screen())[image]
    if _is_seen(light):
        yield Mode.FULL, fully(light.colour, light.ground)[1]
        yield Mode.PARTIAL, partially(light.colour, light.ground)[1]
    dark = specimen.cascade.looks(Screen(dark=True))[image]
    if _is_seen(dark):
        yield Mode.DARK, dark.ground


def _is_seen(look: Look) -> bool:
    return look.shown and look.visible and not look.on_picture


RULES: tuple[Rule, ...] = (said_to_be_dark, logo_on_dark)
