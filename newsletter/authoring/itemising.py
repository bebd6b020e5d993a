"""The lines of an issue's `snippets:` list, each item with what belongs to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from newsletter.authoring.notation import braces
from newsletter.authoring.spans import (
    Pair,
    Spot,
    below_notes,
    layout,
    line_start,
    next_line,
)
from newsletter.model.content import INLINE_KINDS

_MARGIN = 2
_ABOUT_IT = re.compile(r" *#(?! *- )")
_NOTE = re.compile(r"#[^\n]*")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list in whole lines.

    Attributes:
        head: the text up to and with the line of the key.
        gaps: what stands above each item and belongs to the place: blank lines, and comments
            that a blank line separates from the item; one more than there are items.
        items: each item's lines, comments directly above included.
        tail: the text below the list.
        margin: spaces before a dash.
    """

    head: str
    gaps: tuple[str, ...]
    items: tuple[str, ...]
    tail: str
    margin: int = _MARGIN

    def text(self) -> str:
        """The whole file again."""
        pieces = [gap + item for gap, item in zip(self.gaps, (*self.items, ""), strict=True)]
        return self.head + "".join(pieces) + self.tail

    def moved(self, at: int, to: int) -> Listed:
        """One item at another position."""
        items = list(self.items)
        items.insert(to, items.pop(at))
        return replace(self, items=tuple(items))

    def inserted(self, at: int, item: str) -> Listed:
        """One item more; what stands at the top of the list stays there."""
        gap = 1 if at == 0 and self.items else at
        if not self.items:
            return replace(self, gaps=(self.gaps[0], ""), items=(item,))
        return replace(
            self,
            gaps=(*self.gaps[:gap], "", *self.gaps[gap:]),
            items=(*self.items[:at], item, *self.items[at:]),
        )

    def without(self, at: int) -> Listed:
        """One item less; the comments around it stay."""
        above, below = self.gaps[at], self.gaps[at + 1]
        both = above.strip() and below.strip()
        gap = above + below if both else max(above, below, key=lambda g: (bool(g.strip()), len(g)))
        return replace(
            self,
            gaps=(*self.gaps[:at], gap, *self.gaps[at + 2 :]),
            items=(*self.items[:at], *self.items[at + 1 :]),
        )


def listed(text: str, key: str, before: Sequence[str], path: str) -> Listed:
    """Take the list under a key apart; it may be missing, empty or in brackets.

    Args:
        before: the keys that usually stand above it.

    Raises:
        LookupError: it is written in a way that has no lines of its own.
    """
    found = layout(text, path)
    pair = found.settings.pair(key)
    if pair is None:
        return _missing(text, key, before, found.settings, found.start)
    if found.settings.style != ":":
        raise LookupError
    if pair.value.style == "-":
        return _in_lines(text, pair)
    if pair.value.style == "[":
        return _in_brackets(text, pair)
    if pair.value.start == pair.value.end:
        return _nothing(text, pair, found.settings.column)
    raise LookupError


def new_item(ref: str, settings: Mapping[str, str], margin: int) -> str:
    """The line of a new section; long texts are added to it afterwards."""
    says = f": {braces(settings)}" if settings or ref in INLINE_KINDS else ""
    return f"{' ' * margin}- {ref}{says}\n"


def _missing(text: str, key: str, before: Sequence[str], settings: Spot, start: int) -> Listed:
    if settings.style != ":":
        raise LookupError
    above = [pair for pair in settings.pairs if pair.key.text in before]
    at = next_line(text, above[-1].end) if above else start
    return Listed(f"{text[:at]}{key}:\n", ("",), (), text[at:])


def _nothing(text: str, pair: Pair, column: int) -> Listed:
    """A key without a value, and the comments that stand in place of its items."""
    start = next_line(text, pair.colon)
    at = below_notes(text, start, column)
    return Listed(text[:start], (text[start:at],), (), text[at:])


def _in_lines(text: str, pair: Pair) -> Listed:
    spots, column = pair.value.items, pair.value.column
    dash = re.compile(rf"^ {{{column}}}-(?=\s|$)", re.MULTILINE)
    start = next_line(text, pair.colon)
    end = next_line(text, pair.value.end)
    dashes = [found.start() for found in dash.finditer(text, start, end)]
    ends = [next_line(text, spot.end) for spot in spots]
    if len(dashes) != len(spots) or any(d > s.start for d, s in zip(dashes, spots, strict=True)):
        raise LookupError
    gaps, items, at = [], [], start
    for begin, stop in zip(dashes, ends, strict=True):
        own = _own(text, at, begin)
        gaps.append(text[at:own])
        items.append(text[own:stop])
        at = stop
    return Listed(text[:start], (*gaps, ""), tuple(items), text[end:], column)


def _own(text: str, start: int, dash: int) -> int:
    """Where the comments directly above an item begin; an item commented out is none of them."""
    own = dash
    while own > start:
        above = line_start(text, own - 1)
        if above < start or not _ABOUT_IT.match(text, above):
            break
        own = above
    return own


def _in_brackets(text: str, pair: Pair) -> Listed:
    """A list in brackets, put into lines; comments between its items come to stand above them."""
    value = pair.value
    items, at = [], value.start + 1
    for spot in value.items:
        notes = "".join(f"  {note}\n" for note in _NOTE.findall(text[at : spot.start]))
        items.append(f"{notes}{' ' * _MARGIN}- {_flat(text, spot)}\n")
        at = spot.end
    rest = "".join(f"  {note}\n" for note in _NOTE.findall(text[at : value.end]))
    head = text[: pair.colon] + text[value.end : next_line(text, value.end)]
    gaps = ("",) * len(items) + (rest,)
    return Listed(head, gaps, tuple(items), text[next_line(text, value.end) :])


def _flat(text: str, spot: Spot) -> str:
    """An item of a list in brackets, on one line."""
    source = text[spot.start : spot.end]
    if "\n" in source:
        raise LookupError
    return source
