"""Marks in Markdown that was read: which line of the file each run of words comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from markdown_it.token import Token

from newsletter.errors import Place

MarkPlace = Callable[[Place], str]
_WORDS = ("text", "code_inline")
_BREAKS = ("softbreak", "hardbreak")
_BLOCKS = ("fence", "code_block", "html_block")


def mark_lines(tokens: Iterable[Token], begin: Place, mark: MarkPlace) -> None:
    """Put a mark before the first words of every line.

    Args:
        tokens: of one text; changed in place.
        begin: where the text begins.
        mark: writes a mark.
    """
    for token in tokens:
        line = begin.line + (token.map[0] if token.map else 0)
        if token.type == "inline":
            _mark_inline(token.children or (), Place(begin.path, line), mark)
        elif token.type in _BLOCKS and token.content.strip():
            at = Place(begin.path, line + (token.type == "fence"))
            token.content = mark(at) + token.content


def _mark_inline(children: Iterable[Token], place: Place, mark: MarkPlace) -> None:
    fresh = True
    for child in children:
        if child.type in _BREAKS:
            place, fresh = Place(place.path, place.line + 1), True
        elif child.type == "link_open":
            fresh = True  # a link has a place of its own
        elif child.type == "html_inline":
            place = Place(place.path, place.line + child.content.count("\n"))
        elif fresh and child.type in _WORDS and child.content.strip():
            child.content, fresh = mark(place) + child.content, False
