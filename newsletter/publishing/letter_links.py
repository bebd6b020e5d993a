"""Which links a letter holds, and where each of them stands: what clicks are told by later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from newsletter.model.content import Section
from newsletter.model.links import LetterLink, link_pattern
from newsletter.publishing.composing import Composition
from newsletter.rendering.press import prepare_press

MASTHEAD, OPENING, FOOTER = "masthead", "opening", "footer"

_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']([^"']*)["']""", re.IGNORECASE)


def letter_links(composition: Composition) -> tuple[LetterLink, ...]:
    """Every counted link of the final bytes, once for each section that holds it.

    What no section holds is the layout's: of the masthead when it stands before the first link
    of the content, else of the footer. A link that the layout and a section share is told of the
    section.
    """
    held: dict[str, list[LetterLink]] = {}
    for each in _held(composition):
        held.setdefault(each.url, []).append(each)
    found: dict[LetterLink, None] = {}
    for rendition in composition.renditions.renditions:
        urls = list(_in_html(composition, rendition.html))
        content = next((at for at, url in enumerate(urls) if url in held), len(urls) // 2)
        for at, url in enumerate(urls):
            frame = LetterLink(url, MASTHEAD if at < content else FOOTER, "")
            found |= dict.fromkeys(held.get(url, [frame]))
    return tuple(found)


def hrefs_in(html: str) -> tuple[str, ...]:
    """Where the links of an HTML part lead, in order, no longer escaped."""
    return tuple(unescape(href) for href in _HREF.findall(html))


def _held(composition: Composition) -> Iterator[LetterLink]:
    """The links of the content, by the section that holds them."""
    parts = prepare_press(composition.issue, composition.site).parts
    for url in _in_html(composition, parts.opening.html):
        yield LetterLink(url, OPENING, "")
    for section in composition.issue.sections:
        view = parts.sections[section.key]
        title = _title(section)
        for url in _counted(composition, [view.link, *_HREF.findall(view.body)]):
            yield LetterLink(url, section.key, title)
    for disclaimer in parts.disclaimers.values():
        for url in _in_html(composition, disclaimer.html):
            yield LetterLink(url, FOOTER, "")


def _title(section: Section) -> str:
    snippet = section.snippet
    return snippet.heading.plain() or snippet.link_text.plain() or snippet.title


def _in_html(composition: Composition, html: str) -> Iterator[str]:
    return _counted(composition, _HREF.findall(html))


def _counted(composition: Composition, hrefs: Iterable[str]) -> Iterator[str]:
    """What they are counted as, without those that are not."""
    tokens = {tag.token for each in composition.renditions.renditions for tag in each.merge_tags}
    for href in hrefs:
        url = link_pattern(unescape(href), composition.site.public_url, tokens)
        if url is not None:
            yield url
