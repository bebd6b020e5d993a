"""What Jinja composed, and which line of which template wrote each part of it.

The bytes that are compiled never carry marks. Only when something is wrong are the same
templates rendered a second time, by `MarkLines`, with a mark before each piece of template
text; taking the marks out again must give the same text, and then every offset has a place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from functools import cached_property

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from newsletter.errors import Place
from newsletter.rendering.markup import Lines

# Noncharacters (Unicode 23.7): never in text that is meant for interchange.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_MARK = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*):([0-9]+){_END}")


class MarkLines(Extension):
    """Puts a mark with name and line before each line of template text."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Mark the data tokens; leave Jinja's own alone."""
        name = stream.name or ""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = (f"{_mark(name, token.lineno + n)}{line}" for n, line in enumerate(lines))
            yield Token(token.lineno, token.type, "\n".join(marked))


def _mark(name: str, line: int) -> str:
    return f"{_BEGIN}{name}:{line}{_END}"


def mark_place(place: Place) -> str:
    """The mark of what was not written in a template: its path is the site's, not the folder's."""
    return _mark(f"/{place.path}", place.line)


class Placed(Markup):
    """Markup that knows where it was authored.

    Attributes:
        marked: the same with marks in it; only a second rendering, by `MarkLines`, takes it.
    """

    marked: str = ""  # what a filter makes of it has none

    @classmethod
    def at(cls, place: Place, markup: str, marked: str = "") -> Placed:
        """The markup, authored at `place`; `marked` when its lines are known one by one."""
        value = cls(markup)
        value.marked = mark_place(place) + (marked or markup)
        return value


@dataclass(frozen=True, slots=True)
class ComposedSource:
    """A template's output, on its way to the compiler.

    Attributes:
        text: with line feeds for newlines.
        template: the file that was rendered.
        trace: renders it again, with marks; asked only when something is wrong.
    """

    text: str
    template: Place
    trace: Callable[[], str]

    def places(self) -> Places:
        """Which file and line wrote each character; costs a second rendering."""
        return Places(self.text, self.trace(), self.template)

    def __html__(self) -> str:
        """In another template it stands as it is."""
        return self.text


class Places:
    """The map from offsets in composed text to template lines."""

    def __init__(self, text: str, marked: str, template: Place) -> None:
        self._text = text
        self._template = template
        self._folder = template.path.split("/", 1)[0]
        self._offsets: list[int] = []
        self._places: list[Place] = []
        self._traced = self._without_marks(marked)

    def at(self, offset: int) -> Place:
        """The place that wrote the character at `offset`; the whole file if none is known."""
        if self._traced != self._text:
            offset = self._aligned(offset)
        index = bisect_right(self._offsets, offset) - 1
        return self._places[index] if index >= 0 else self._template

    def _without_marks(self, marked: str) -> str:
        pieces: list[str] = []
        length = at = 0
        for match in _MARK.finditer(marked):
            pieces.append(marked[at : match.start()])
            length += match.start() - at
            at = match.end()
            self._offsets.append(length)
            name = match[1]
            path = name[1:] if name.startswith("/") else f"{self._folder}/{name}"
            self._places.append(Place(path, int(match[2])))
        return "".join([*pieces, marked[at:]])

    def _aligned(self, offset: int) -> int:
        """Where the line of `offset` went, if marks changed what the template did.

        A template that measures or compares its own output can tell marks from none.
        """
        line = Lines(self._text).at(offset) - 1
        for block in self._same_lines:
            if block.a <= line < block.a + block.size:
                return Lines(self._traced).start(line - block.a + block.b + 1)
        return -1

    @cached_property
    def _same_lines(self) -> list[Match]:
        ours, traced = self._text.split("\n"), self._traced.split("\n")
        return SequenceMatcher(None, ours, traced, autojunk=False).get_matching_blocks()
