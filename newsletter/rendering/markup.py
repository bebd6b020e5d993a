"""MJML source as a run of tokens that know where they stand.

The scanner never fails: what it can not read becomes a BROKEN token, and the
`validator` says what is wrong there. `guards` rewrites tags by the same tokens.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """What a token is."""

    OPEN = auto()
    CLOSE = auto()
    EMPTY = auto()  # closes itself: `<mj-image/>`, and HTML's void tags
    TEXT = auto()
    CSS = auto()  # what stands in `mj-style` or `style`
    COMMENT = auto()
    CONDITION = auto()  # start or end of what only some clients see; see `conditions`
    BROKEN = auto()


class Attribute(NamedTuple):
    """One attribute as written.

    Attributes:
        name: as written.
        value: between the quotes, references unresolved; None when there is no value.
        quoted: False when the value stands without quotes.
        start: offset in the source.
    """

    name: str
    value: str | None
    quoted: bool
    start: int


class Token(NamedTuple):
    """A piece of the source.

    Attributes:
        start: offset of its first character.
        end: offset after its last.
        name: of a tag, as written; empty for others.
        attributes: of an opening tag, in order.
        rest: what stands in an opening tag and is no attribute; empty when all is well.
    """

    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()
    rest: str = ""


# HTML's void elements (HTML Standard 13.1.2); the compiler knows them in lower case only.
_VOID = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(_VOID.split())
_HOLDS_CSS = frozenset({"mj-style", "style"})

_MARKUP = re.compile(
    r"""(?P<condition><!(?:--)?\[if\b[^\]<>]*\]>(?:<!--(?:\s*--)?>)?|<!\[endif\](?:--)?>)
      | (?P<comment><!--.*?-->)
      | </(?P<close>[A-Za-z][\w:.-]*+)\s*>
      | <(?P<open>[A-Za-z][\w:.-]*+)(?P<inside>(?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_LOOKS_LIKE_TAG = re.compile("<[A-Za-z/!?]")
_ATTRIBUTE = re.compile(
    r"""\s++(?P<name>[A-Za-z_:][\w:.-]*+)
        (?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s"'<>]++)))?""",
    re.VERBOSE | re.ASCII,
)


def normalised(source: str) -> str:
    """The source without BOM and with line feeds for newlines."""
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def scan(source: str) -> Iterator[Token]:
    """Cut MJML source into tokens that cover it without a gap.

    Args:
        source: with line feeds for newlines.
    """
    at = 0
    while at < len(source):
        tag = source.find("<", at)
        if tag != at:
            yield Token(Kind.TEXT, at, len(source) if tag < 0 else tag)
        if tag < 0:
            return
        token = _token_at(source, tag)
        yield token
        at = token.end
        if token.kind is Kind.OPEN and token.name in _HOLDS_CSS:
            end = _end_of_css(source, token)
            if end > at:
                yield Token(Kind.CSS, at, end)
            at = end


def _end_of_css(source: str, opening: Token) -> int:
    closing = source.find(f"</{opening.name}", opening.end)
    return opening.end if closing < 0 else closing


def _token_at(source: str, at: int) -> Token:
    match = _MARKUP.match(source, at)
    if match is None:
        return Token(Kind.BROKEN, at, _end_of_broken(source, at))
    if (name := match["close"]) is not None:
        return Token(Kind.CLOSE, at, match.end(), name)
    if (name := match["open"]) is not None:
        return _opening(name, match["inside"], at, match)
    return Token(Kind.COMMENT if match["comment"] else Kind.CONDITION, at, match.end())


def _end_of_broken(source: str, at: int) -> int:
    """What looks like a tag is broken up to the next one; a bare `<` alone."""
    if not _LOOKS_LIKE_TAG.match(source, at):
        return at + 1
    following = source.find("<", at + 1)
    return len(source) if following < 0 else following


def _opening(name: str, inside: str, at: int, match: re.Match[str]) -> Token:
    closes_itself = inside.endswith("/")
    attributes, rest = _attributes(inside.removesuffix("/"), match.start("inside"))
    kind = Kind.EMPTY if closes_itself or name in VOID else Kind.OPEN
    return Token(kind, at, match.end(), name, attributes, rest)


def _attributes(inside: str, offset: int) -> tuple[tuple[Attribute, ...], str]:
    found: list[Attribute] = []
    at = 0
    while match := _ATTRIBUTE.match(inside, at):
        name, double, single, bare = match.groups()
        value = next((part for part in (double, single, bare) if part is not None), None)
        found.append(Attribute(name, value, bare is None, offset + match.start("name")))
        at = match.end()
    return tuple(found), inside[at:].strip()


class Lines:
    """Which line an offset stands in."""

    def __init__(self, source: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", source))]

    def at(self, offset: int) -> int:
        """The line, counted from 1."""
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        """The offset at which a line begins."""
        return self._starts[line - 1]
