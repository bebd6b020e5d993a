"""S: clients keep the styles (S03 to S06)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks import stylesheets
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

STYLE_BYTES = 16 * 1024
_C1 = re.compile("[\x80-\x9f]")
_BACKGROUND = re.compile(r"url\(", re.IGNORECASE)


@rule(
    "S03",
    Severity.WARNING,
    claim="The style blocks have at most 16 KB together.",
    why="Gmail ignores the block with which the sum passes 16,384 characters, and all behind it.",
    mend="Take rules out of the layout's mj-style.",
)
def style_weight(specimen: Specimen) -> Iterator[Fault]:
    """S03. The sum counts; what only Outlook reads stands in comments and does not."""
    size = sum(len(style.text or "") for style in specimen.document.named("style"))
    if size > STYLE_BYTES:
        yield Fault(f"The style blocks have {size / 1024:.1f} KB.")


@rule(
    "S04",
    Severity.ERROR,
    claim="There is no control character of the range U+0080 to U+009F.",
    why="They come from text in Windows-1252 that was read as Latin-1; filters count them as "
    "hostile, and readers see boxes.",
    mend="Write the quotation mark or dash anew.",
)
def control_characters(specimen: Specimen) -> Iterator[Fault]:
    """S04. Characters count, not bytes: in UTF-8 every second letter holds such bytes."""
    rendition = specimen.rendition
    parts = {
        "subject": rendition.subject,
        "preheader": rendition.preheader,
        "HTML part": rendition.html,
        "text part": rendition.text,
    }
    for name, text in parts.items():
        found = _C1.search(text)
        if found:
            near = " ".join(text[max(0, found.start() - 20) : found.start()].split())
            yield Fault(f'The {name} holds U+{ord(found[0]):04X} behind "{near}".')


@rule(
    "S05",
    Severity.WARNING,
    claim="The CSS of every style block can be parsed.",
    why="Gmail drops a whole block for one error in it.",
    mend="Look at mj-style in the layout.",
)
def parses(specimen: Specimen) -> Iterator[Fault]:
    """S05. Braces and quotes within strings and addresses mean nothing."""
    for number, style in enumerate(specimen.document.named("style"), start=1):
        fault = stylesheets.css_fault(style.text or "")
        if fault:
            yield Fault(f"In style block {number} {fault}.")


@rule(
    "S06",
    Severity.WARNING,
    claim="An inline style has no `url()` without a `background` attribute beside it.",
    why="Gmail for other accounts drops a style attribute with `url()` as a whole, and Outlook "
    "shows no CSS background.",
    mend="Use background-url on mj-section, which writes both, or an image.",
)
def inline_backgrounds(specimen: Specimen) -> Iterator[Fault]:
    """S06. In a style block `url()` harms nobody else."""
    for element in specimen.document.elements:
        if _BACKGROUND.search(element.get("style", "")) and not element.get("background"):
            yield Fault(f"The style of a <{element.tag!s}> holds url().", element=element)


RULES: tuple[Rule, ...] = (style_weight, control_characters, parses, inline_backgrounds)
