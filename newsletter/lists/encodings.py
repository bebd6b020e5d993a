"""How a file's bytes are to be read as text, told from all of them before a row is used."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BLOCK = 1 << 20
_STRANGE = re.compile("[^\x00-\x7f]+")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a mark"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# What Python's cp1252 has no letter for stays the control character that it is in Latin-1.
_HOLES = "newsletter-list"


@dataclass(frozen=True, slots=True)
class Encoding:
    """A way to read bytes.

    Attributes:
        codec: Python's name.
        name: for people.
        errors: what becomes of bytes that can not be read: a mark by which the row is found.
    """

    codec: str
    name: str
    errors: str = "surrogateescape"


UTF_8 = Encoding("utf-8-sig", "UTF-8")
LATIN = Encoding("cp1252", "Latin-1 (Windows-1252)")


def detect(stream: BinaryIO) -> Encoding:
    """Read a stream to its end and say what it is in; memory stays the same for any size.

    Marks at the beginning count; zero bytes at every other place mean UTF-16. Else it is UTF-8
    unless more of its letters are wrong in UTF-8 than right: one broken row in a good file does
    not make mojibake of all the others.
    """
    head = stream.read(_BLOCK)
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, name, "replace" if codec == "utf-16" else "surrogateescape")
    if found := _without_mark(head):
        return found
    good, bad = _count(_blocks(head, stream))
    return LATIN if bad > good else UTF_8


def _without_mark(head: bytes) -> Encoding | None:
    """UTF-16 without its mark: a list in it begins with letters that have a zero byte each."""
    sample = head[:400]
    even, odd = sample[::2], sample[1::2]
    if len(odd) > 2 and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return Encoding("utf-16-le", "UTF-16", "replace")
    if len(odd) > 2 and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return Encoding("utf-16-be", "UTF-16", "replace")
    return None


def _blocks(head: bytes, stream: BinaryIO) -> Iterator[bytes]:
    while head:
        yield head
        head = stream.read(_BLOCK)


def _count(blocks: Iterator[bytes]) -> tuple[int, int]:
    """Letters beyond ASCII that UTF-8 can read, and bytes it can not."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    good = bad = 0
    for block in blocks:
        if block.isascii():
            continue
        text = decoder.decode(block)
        strange = "".join(_STRANGE.findall(text))
        wrong = sum("\udc80" <= letter <= "\udcff" for letter in strange)
        good, bad = good + len(strange) - wrong, bad + wrong
    return good, bad


def _fill_hole(problem: UnicodeError) -> tuple[str | bytes, int]:
    assert isinstance(problem, UnicodeDecodeError)
    return chr(problem.object[problem.start]), problem.start + 1


def reading(encoding: Encoding) -> tuple[str, str]:
    """Codec and way with errors for `open` and `io.TextIOWrapper`."""
    if encoding is LATIN:
        codecs.register_error(_HOLES, _fill_hole)
        return encoding.codec, _HOLES
    return encoding.codec, encoding.errors
