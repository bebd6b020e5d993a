"""Values as YAML, written the way a person would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.content.yaml_tree import Entries, Scalar, parse_yaml
from newsletter.errors import ContentError, Place

_BREAKS = {"\x85": "\\N", "\u2028": "\\L", "\u2029": "\\P", "\ufeff": "\\uFEFF"}
_NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class AsWritten:
    """A value that is YAML already, on one line."""

    text: str


Value = str | int | AsWritten


def inline(value: Value, style: str = "", flow: bool = False) -> str:
    """A value on one line.

    Args:
        value: a text is quoted when it would not read as itself.
        style: the quotes it had before, kept where they still do.
        flow: whether it stands between brackets.
    """
    if isinstance(value, AsWritten):
        return value.text
    if isinstance(value, int):
        return str(value)
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if style != '"' and _is_plain(value, flow):
        return value
    return _double(value)


def is_lines(value: Value) -> bool:
    """Whether a value is best written as lines of its own."""
    return isinstance(value, str) and "\n" in value and not any(map(value.count, _BREAKS))


def lines(value: str, indent: int) -> str:
    """The lines of a literal text (`|-`), without its head, ending without a line feed."""
    margin = " " * indent
    return "\n".join(margin + line if line.strip() else "" for line in value.split("\n"))


def braces(settings: Mapping[str, Value]) -> str:
    """Keys and values between braces, on one line."""
    return "{" + ", ".join(f"{key}: {inline(v, flow=True)}" for key, v in settings.items()) + "}"


def _double(value: str) -> str:
    quoted = json.dumps(value, ensure_ascii=False)
    for character, escape in _BREAKS.items():
        quoted = quoted.replace(character, escape)
    return quoted


def _is_plain(value: str, flow: bool) -> bool:
    """Whether a text reads as itself without quotes: the reader is asked, not a rule of ours."""
    if not value.isprintable() or re.search(r"^\s|\s$|^---|^\.\.\.", value):
        return False
    sample = f"{{a: {value}, b: c}}" if flow else f"a: {value}\nb: c"
    try:
        tree = parse_yaml(sample, _NOWHERE)
    except ContentError:
        return False
    if not isinstance(tree, Entries) or len(tree.entries) != 2:
        return False
    read = tree.entries[0][1]
    return isinstance(read, Scalar) and read.text == value and read.type == "str"
