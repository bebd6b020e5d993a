"""Just enough CSS: `@media` blocks by matching braces, and what makes a client drop a block."""

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


_STRING = re.compile(r"""\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'""", re.DOTALL)
_ADDRESS = re.compile(r"url\(\s*[^()'\"]*\)", re.IGNORECASE)
_NAMELESS = re.compile(r"(?:^|[{};])\s*\{")
_DECLARATION = re.compile(r"\s*(?:[*_]?-{0,2}[a-zA-Z][\w-]*)\s*:\s*\S.*", re.DOTALL)


def css_fault(css: str) -> str:
    """What a strict parser stumbles over first; empty when it reads all of it.

    Strings and addresses may hold anything, so they are taken out before braces are counted.
    """
    bare = _ADDRESS.sub("u", _STRING.sub("s", _COMMENT.sub("", css)))
    if "/*" in bare:
        return "a comment is never closed"
    if '"' in bare or "'" in bare:
        return "a quote is never closed"
    depth = 0
    for brace in re.findall(r"[{}]", bare):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return "there is a } too many"
    if depth:
        return "a { is never closed"
    return _wrong_declaration(bare)


def _wrong_declaration(bare: str) -> str:
    for _, declarations in _RULESET.findall(bare):
        for each in declarations.split(";"):
            if each.strip() and not _DECLARATION.fullmatch(each):
                return f'"{each.strip()[:40]}" is no declaration'
    return "a block has no selector" if _NAMELESS.search(bare) else ""
