"""Single cells of a list: read, or told why not."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from newsletter.errors import UsageError, nearest
from newsletter.model.site import Attribute
from newsletter.model.zone import known_zones

LONGEST_NAME = 80
LONGEST_VALUE = 200
LONGEST_TAG = 64
_MOST_REMEMBERED = 10_000
_SEVERAL = re.compile(r"[,;|\n]")
# Controls, line ends, and the marks that turn the direction of what follows.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
# A byte that its encoding does not have, what another program made of one, and zero bytes.
_UNREADABLE = re.compile("[\x00\ud800-\udfff\ufffd]")
_NOT = frozenset({"", "0", "false", "no", "n", "f", "none", "null", "nein", "-", "never"})
_RUNNING = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """The cell as a spreadsheet shows it without running it (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(_RUNNING) else text


def bare(cell: str) -> str:
    """A cell without spaces around it and without the mark of `neutral`."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:].startswith(_RUNNING) else text


def is_readable(text: str) -> bool:
    """Whether every byte of it was a letter, and none was zero."""
    if text.isascii():
        return "\0" not in text
    return not _UNREADABLE.search(text)


def is_marked(text: str) -> bool:
    """Whether a cell says yes: anything but empty, 0, no, false and the like."""
    return text.lower() not in _NOT


def one_line(text: str, most: int, what: str) -> str:
    """A line of text, tidied; raises UsageError when it is longer than that."""
    line = " ".join(text.split()) if text.isprintable() else _tidy(text)
    if len(line) > most:
        raise UsageError(f"{what} has {len(line):,} characters; {most} are the most")
    return line


@lru_cache(_MOST_REMEMBERED)
def tags_in(text: str) -> tuple[str, ...]:
    """Tags, each once: `"one","two"` as Mailchimp writes them, or `one; two`.

    Raises UsageError for one that is too long.
    """
    parts = next(csv.reader([text])) if '"' in text else _SEVERAL.split(text)
    tags = tuple(dict.fromkeys(filter(None, map(_tidy, parts))))
    for tag in tags:
        if len(tag) > LONGEST_TAG:
            raise UsageError(f'the tag "{tag[:20]}..." is too long; {LONGEST_TAG} are the most')
    return tags


def tags_told(tags: Sequence[str]) -> str:
    """Tags as one cell that `tags_in` reads back."""
    if not any(_SEVERAL.search(tag) or '"' in tag for tag in tags):
        return "; ".join(tags)
    cell = io.StringIO()
    csv.writer(cell, quoting=csv.QUOTE_ALL, lineterminator="").writerow(tags)
    return cell.getvalue()


def interests_in(text: str, words: Mapping[str, str]) -> tuple[str, ...] | None:
    """Slugs, each once; None where the cell says nothing, which means all.

    Args:
        words: what people call an interest, in small letters -> its slug.

    Raises:
        UsageError: one that the site does not have.
    """
    if text.lower() in words:  # a label may hold a comma itself
        return (words[text.lower()],)
    named = [_tidy(part).lower() for part in _SEVERAL.split(text)]
    for each in filter(None, named):
        if each not in words:
            slugs = sorted(set(words.values()))
            raise UsageError(f'there is no interest "{each[:40]}". {nearest(each, slugs)}')
    return tuple(dict.fromkeys(words[each] for each in named if each)) or None


def value_of(text: str, attribute: Attribute) -> str:
    """An attribute's value, as the site spells its choice; raises UsageError for another."""
    line = one_line(text, LONGEST_VALUE, attribute.slug)
    if not attribute.choices or line in attribute.choices:
        return line
    for choice in attribute.choices:
        if choice.lower() == line.lower():
            return choice
    hint = nearest(line, attribute.choices)
    raise UsageError(f'"{line[:40]}" is not a choice of {attribute.slug}. {hint}')


def zone_of(text: str) -> str:
    """The IANA name of a zone, whatever its capitals; empty for one that nobody knows."""
    return text if text in known_zones() else _zones().get(text.lower().replace(" ", "_"), "")


@cache
def _zones() -> Mapping[str, str]:
    return {name.lower(): name for name in known_zones()}


def _tidy(text: str) -> str:
    return " ".join(_UNFIT.sub(" ", text).split())
