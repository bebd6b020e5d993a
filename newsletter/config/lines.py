"""Which line of a TOML file holds which key; `tomllib` does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping

Keys = tuple[str, ...]

_PART = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = rf"{_PART}(?:\s*\.\s*{_PART})*"
_HEADER = re.compile(rf"\s*\[\[?\s*({_KEY})\s*\]")
_ASSIGNMENT = re.compile(rf"\s*({_KEY})\s*=")
_PARTS = re.compile(_PART)


def key_lines(text: str) -> dict[Keys, int]:
    """Tell where keys and tables begin.

    Args:
        text: a TOML document that parses.

    Returns:
        (table, ..., key) -> line, counted from 1. Keys inside inline tables are not listed:
        the key that holds them is.
    """
    lines: dict[Keys, int] = {}
    table: Keys = ()
    for number, line in enumerate(text.split("\n"), start=1):
        if header := _HEADER.match(line):
            table = _keys(header[1])
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault((*table, *_keys(assignment[1])), number)
    return lines


def line_of(keys: Keys, lines: Mapping[Keys, int]) -> int:
    """The line of `keys`, or of the nearest thing around it; 0 when nothing is there."""
    for end in range(len(keys), 0, -1):
        if keys[:end] in lines:
            return lines[keys[:end]]
    below = [line for found, line in lines.items() if found[: len(keys)] == keys]
    return min(below, default=0) if keys else 0


def _keys(dotted: str) -> Keys:
    return tuple(part.strip("\"'") for part in _PARTS.findall(dotted))
