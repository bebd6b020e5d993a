"""Where each setting of a content file stands, to the character.

What a file means is read by `newsletter.content` and nobody else. This module only adds the
places, taken from the marks that ruamel.yaml puts on the nodes of the same text, so that a
change can be made in its own lines and leave every other byte alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from newsletter.content.front_matter import FENCE, Document, split_document

BLOCK_SCALARS = ("|", ">")


@dataclass(frozen=True, slots=True)
class Spot:
    """One value and where it stands.

    Attributes:
        start: offset of its first character.
        end: offset behind its last one, comments and blank lines below it not counted.
        column: of its first character.
        style: `'`, `"`, `|` or `>` of a scalar; `[` or `{` of a collection in brackets; `-`
            or `:` of one in lines; empty for a plain scalar.
        text: of a scalar, escapes resolved; else empty.
        pairs: of keys and values.
        items: of a list.
    """

    start: int
    end: int
    column: int
    style: str
    text: str = ""
    pairs: tuple[Pair, ...] = ()
    items: tuple[Spot, ...] = ()

    def pair(self, key: str) -> Pair | None:
        """The first entry under a key."""
        return next((pair for pair in self.pairs if pair.key.text == key), None)


@dataclass(frozen=True, slots=True)
class Pair:
    """A key and its value; `colon` is the offset behind the colon."""

    key: Spot
    colon: int
    value: Spot

    @property
    def end(self) -> int:
        """Offset behind the last character of key and value."""
        return max(self.colon, self.value.end)


@dataclass(frozen=True, slots=True)
class Layout:
    """A content file and the places of its parts.

    Attributes:
        document: as content reads it.
        settings: the keys and values between the fences.
        start: offset of the line below the first fence.
        end: offset of the line of the second fence.
    """

    document: Document
    settings: Spot
    start: int
    end: int


@lru_cache(maxsize=32)
def layout(text: str, path: str) -> Layout:
    """Find the places of a file's settings.

    Args:
        text: lines end in a line feed, no byte order mark.
        path: relative to the site, for messages.

    Raises:
        ContentError: content can not read it as a file of settings and words.
    """
    document = split_document(text, path)
    lines = text.split("\n")
    start = len(lines[0]) + 1
    below = next(at for at, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE)
    end = sum(len(line) + 1 for line in lines[:below])
    node = YAML(typ="safe", pure=True).compose(text[start:end])
    if node is None:
        return Layout(document, Spot(start, start, 0, ":"), start, end)
    return Layout(document, _spot(node, text, start), start, end)


def line_start(text: str, offset: int) -> int:
    """Offset of the beginning of the line that an offset stands in."""
    return text.rfind("\n", 0, offset) + 1


def line_end(text: str, offset: int) -> int:
    """Offset of the end of the line that an offset stands in, its line feed not counted."""
    found = text.find("\n", offset)
    return len(text) if found < 0 else found


def next_line(text: str, offset: int) -> int:
    """Offset of the beginning of the line below the one that an offset stands in."""
    return min(line_end(text, offset) + 1, len(text))


def below_notes(text: str, at: int, column: int) -> int:
    """The line below the comments at `at` that are indented deeper than a column."""
    note = re.compile(rf" {{{column + 1},}}#")
    while note.match(text, at):
        at = next_line(text, at)
    return at


def _spot(node: Any, text: str, base: int) -> Spot:
    if isinstance(node, MappingNode):
        return _mapping(node, text, base)
    if isinstance(node, SequenceNode):
        return _sequence(node, text, base)
    return _scalar(node, text, base)


def _mapping(node: MappingNode, text: str, base: int) -> Spot:
    pairs = tuple(_pairs(node, text, base))
    start, column = base + node.start_mark.index, node.start_mark.column
    if node.flow_style:
        return Spot(start, base + node.end_mark.index, column, "{", pairs=pairs)
    return Spot(start, pairs[-1].end, column, ":", pairs=pairs)


def _pairs(node: MappingNode, text: str, base: int) -> Iterator[Pair]:
    for key, value in node.value:
        name = _spot(key, text, base)
        colon = text.find(":", name.end) + 1 or name.end
        spot = _spot(value, text, base)
        if _is_nothing(value):
            # The mark of a value that is not written stands at whatever comes next.
            spot = Spot(colon, colon, spot.column, "")
        yield Pair(name, colon, spot)


def _sequence(node: SequenceNode, text: str, base: int) -> Spot:
    items = tuple(_spot(item, text, base) for item in node.value)
    start, column = base + node.start_mark.index, node.start_mark.column
    if node.flow_style:
        return Spot(start, base + node.end_mark.index, column, "[", items=items)
    return Spot(start, items[-1].end, column, "-", items=items)


def _scalar(node: ScalarNode, text: str, base: int) -> Spot:
    start, end = base + node.start_mark.index, base + node.end_mark.index
    style = node.style or ""
    if style in BLOCK_SCALARS:
        end = start + len(text[start:end].rstrip())
    return Spot(start, end, node.start_mark.column, style, text=node.value)


def _is_nothing(node: Any) -> bool:
    return isinstance(node, ScalarNode) and node.start_mark.index == node.end_mark.index
