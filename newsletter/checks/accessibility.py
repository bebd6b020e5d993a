"""A: everybody can read it (A04)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

_FILE_NAME = re.compile(
    r"[^\s/]+\.(?:png|jpe?g|gif|webp|svg|bmp|tiff?|avif|heic)"
    r"|(?:img|dsc|dscn|pxl|image|screenshot|photo)[-_ ]?\d[\d_-]*",
    re.IGNORECASE,
)


@rule(
    "A04",
    Severity.ERROR,
    claim="Every image has an `alt`, and none is a file's name.",
    why='A screen reader spells the file\'s name out instead (WCAG 2.2, 1.1.1). `alt=""` is '
    "right for decoration.",
    mend='Say in `alt` what the picture tells, or write `alt: ""` for decoration.',
)
def alternative_text(specimen: Specimen) -> Iterator[Fault]:
    """A04. A sentence that ends with a file's name is a sentence."""
    sources = {picture.source.casefold() for picture in specimen.pictures}
    for image in specimen.document.named("img"):
        address, alt = image.get("src", ""), image.get("alt")
        if alt is None:
            name = address.rpartition("/")[2]
            yield Fault(f'The image "{name}" has no alt.', element=image)
        elif _FILE_NAME.fullmatch(alt.strip()) or alt.strip().casefold() in sources:
            yield Fault(f'An image has a file\'s name as its alt: "{alt}".', element=image)


RULES: tuple[Rule, ...] = (alternative_text,)
