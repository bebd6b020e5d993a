"""Just enough CSS: the `@media` blocks of a document, by matching braces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.checks.document import Document

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_MEDIA = re.compile(r"@media\b([^{;]*)\{", re.IGNORECASE)
_RULESET = re.compile(r"([^{};]+)\{([^{}]*)\}")
_NO_NEED = re.compile(r"^\s*(?::root|@font-face|@page|from|to|\d+%)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MediaBlock:
    """An `@media` block, or a style element with a `media` attribute."""

    condition: str
    body: str


def media_blocks(document: Document) -> Iterator[MediaBlock]:
    """Every block of the document's style elements, in order."""
    for style in document.named("style"):
        css = _COMMENT.sub("", style.text or "")
        if style.get("media"):
            yield MediaBlock(f'media="{style.get("media")}"', css)
        for found in _MEDIA.finditer(css):
            yield MediaBlock(
                f"@media {found[1].strip()}", css[found.end() : _end(css, found.end())]
            )


def _end(css: str, start: int) -> int:
    depth = 1
    for position in range(start, len(css)):
        depth += {"{": 1, "}": -1}.get(css[position], 0)
        if not depth:
            return position
    return len(css)


def was_stripped(block: MediaBlock) -> bool:
    """Whether the block overrides inlined styles and nothing in it is `!important`.

    Rules for `:root`, fonts, pages and keyframes meet no inlined style and need none.
    """
    needy = [
        declarations
        for selector, declarations in _RULESET.findall(block.body)
        if declarations.strip() and not _NO_NEED.match(selector)
    ]
    return bool(needy) and not any("!important" in d.replace(" ", "").lower() for d in needy)
