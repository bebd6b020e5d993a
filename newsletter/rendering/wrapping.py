"""Lines of a text part: at most 76 columns, no address broken, no words glued.

Columns, not characters: East Asian wide characters take two, combining ones none
(Unicode UAX #11). Between wide characters a line may break without a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import category, east_asian_width

WIDTH = 76
"""RFC 5322 2.1.1 asks for at most 78 characters, quoting marks leave two less."""

_NEVER_FIRST = frozenset(
    "、。，．！？：；」』）］｝〉》】〕…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_SPACE = re.compile(r"[ \t\n\r\f]+")  # not str.split: a no-break space holds words together


def columns(text: str) -> int:
    """How many columns the text takes in a monospaced font."""
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


def wrap(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """Fill lines with words.

    Args:
        text: words between any white space.
        first: stands before the first line, `rest` before the others.
        width: in columns; only a word that can not be broken may exceed it.
    """
    lines: list[str] = []
    line, gap = first, ""
    for piece, glued in _pieces(text, width - columns(rest)):
        joint = "" if glued else gap
        if gap and columns(line) + len(joint) + columns(piece) > width:
            lines.append(line)
            line, joint = rest, ""
        line, gap = line + joint + piece, " "
    return [*lines, line] if gap else lines


def wrap_long_lines(text: str, width: int = WIDTH) -> str:
    """Wrap what is too long in ready text, each line keeping its own indent."""
    lines: list[str] = []
    for line in text.split("\n"):
        if columns(line) <= width:
            lines.append(line)
        else:
            indent = line[: len(line) - len(line.lstrip(" "))]
            lines += wrap(line, indent, indent, width)
    return "\n".join(lines)


def _pieces(text: str, room: int) -> Iterator[tuple[str, bool]]:
    """Words, long wide ones in parts; with each, whether it follows without a space."""
    for word in filter(None, _SPACE.split(text)):
        if columns(word) <= room or "://" in word or not any(map(_is_wide, word)):
            yield word, False
            continue
        for number, part in enumerate(_parts(word)):
            yield part, number > 0


def _parts(word: str) -> list[str]:
    parts: list[str] = []
    for character in word:
        if parts and not _may_break(parts[-1][-1], character):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _may_break(before: str, after: str) -> bool:
    if after in _NEVER_FIRST or _width(after) == 0 or before == "\u200d":
        return False
    return _is_wide(before) or _is_wide(after)


def _is_wide(character: str) -> bool:
    return _width(character) == 2


def _width(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in ("W", "F") else 1
