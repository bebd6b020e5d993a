"""A file's bytes and the text that people edit: line ends, byte order mark, version."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable
from itertools import takewhile

_ENDS = re.compile(r"\r\n|\r|\n")


def version_of(data: bytes) -> str:
    """What a file said, as a name for it: SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def encoded(text: str, like: bytes = b"") -> bytes:
    """A text as bytes, written as the file was.

    Args:
        text: lines end in a line feed.
        like: what the file holds now. Lines that stay keep their own ends, whatever mix that
            is; new ones take the end that most lines have. A byte order mark stays.
    """
    mark = codecs.BOM_UTF8 if like.startswith(codecs.BOM_UTF8) else b""
    old = like[len(mark) :].decode("utf-8", errors="replace")
    if "\r" in old:
        text = _with_ends(text, old)
    return mark + text.encode()


def _with_ends(text: str, old: str) -> str:
    ends = _ENDS.findall(old)
    usual = max(("\n", "\r\n", "\r"), key=ends.count)
    new_lines, old_lines = text.split("\n"), _ENDS.split(old)
    head = _alike(new_lines, old_lines)
    most = min(len(new_lines), len(old_lines)) - head
    tail = min(_alike(reversed(new_lines), reversed(old_lines)), most)
    count = len(new_lines) - 1
    kept = count - max(tail - 1, 0)
    chosen = [
        ends[at] if at < min(head, len(ends)) else ends[at - count] if at >= kept else usual
        for at in range(count)
    ]
    return "".join(map("".join, zip(new_lines, (*chosen, ""), strict=True)))


def _alike(one: Iterable[str], other: Iterable[str]) -> int:
    """How many lines two texts have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
