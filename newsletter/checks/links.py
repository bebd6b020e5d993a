"""The unsubscribe link, as rules find it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.checks.document import is_hidden
from newsletter.checks.rule import Specimen

UNSUBSCRIBE = "link.unsubscribe"
_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']?([^"'\s>]*)""", re.IGNORECASE)


def leads_to_unsubscribe(specimen: Specimen, address: str) -> bool:
    """Whether an address is the reader's unsubscribe link: its merge tag, or our own page."""
    page = f"{specimen.site.public_url}/unsubscribe/"
    return address.startswith(page) or any(t in address for t in specimen.tokens(UNSUBSCRIBE))


def unsubscribe_positions(specimen: Specimen) -> Iterator[int]:
    """Where in the HTML part, in characters, unsubscribe links begin."""
    for anchor in _HREF.finditer(specimen.rendition.html):
        if leads_to_unsubscribe(specimen, anchor[1]):
            yield anchor.start()


def visible_unsubscribe_links(specimen: Specimen) -> list[HtmlElement]:
    """The links to unsubscribe that a reader sees and that say something."""
    return [
        anchor
        for anchor in specimen.document.named("a")
        if leads_to_unsubscribe(specimen, anchor.get("href", ""))
        and anchor.text_content().strip()
        and not is_hidden(anchor)
    ]
