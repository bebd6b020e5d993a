"""YAML as a small tree that knows its lines, and nothing else of YAML.

No aliases (a few hundred bytes of them can stand for gigabytes), no tags, no duplicate keys,
no depth beyond what an issue needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    NodeEvent,
)
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from newsletter.errors import ContentError, Place, Problem

_DEEPEST = 12
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,17}")
_QUOTE_HINT = 'Text with `: `, `#` or a first `{`, `[`, `*`, `&` or `"` needs quotes around it.'


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value.

    Attributes:
        text: as written, escapes of YAML resolved.
        type: YAML's idea of it: `str`, `int`, `float`, `bool`, `null`, `timestamp`.
        line: where the text begins.
    """

    text: str
    type: str
    line: int


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Keys and values, in order, repeats included."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int


Node = Scalar | Items | Entries


def parse_yaml(text: str, place: Place) -> Node | None:
    """Read YAML.

    Args:
        text: the document.
        place: of its first line.

    Returns:
        The tree with lines of the file, or None for an empty document.

    Raises:
        ContentError: it is not YAML, or uses what is not allowed here.
    """
    try:
        _refuse(text, place)
        node = _yaml().compose(text)
    except YAMLError as error:
        raise _syntax(error, place) from None
    except (ValueError, RecursionError, IndexError, AttributeError, TypeError, KeyError):
        # The library's own stumbles over bytes that are nobody's YAML.
        raise _error(place, 0, "This is not YAML.", _QUOTE_HINT) from None
    return None if node is None else _tree(node, place)


def plain(node: Node) -> Any:
    """The tree as plain values: dict, list, str, int, bool, None and date."""
    match node:
        case Entries(entries):
            return {key.text: plain(value) for key, value in entries}
        case Items(items):
            return [plain(item) for item in items]
    return _plain_scalar(node)


def describe(node: Node) -> str:
    """What a value is, in words: `a number`."""
    if isinstance(node, Scalar):
        return {
            "int": "a number",
            "float": "a number",
            "bool": "true or false",
            "null": "nothing",
            "timestamp": "a date",
        }.get(node.type, "text")
    return "a list" if isinstance(node, Items) else "keys and values"


def repeated_keys(node: Node) -> Iterator[Scalar]:
    """Every key that stands a second time beside the same key, at any depth."""
    if isinstance(node, Scalar):
        return
    if isinstance(node, Items):
        for item in node.items:
            yield from repeated_keys(item)
        return
    seen: set[str] = set()
    for key, value in node.entries:
        if key.text in seen:
            yield key
        seen.add(key.text)
        yield from repeated_keys(value)


def line_at(node: Node, keys: tuple[str, ...]) -> int:
    """The line of the key that `keys` lead to, as far as they lead."""
    line = node.line
    for wanted in keys:
        found = [entry for entry in getattr(node, "entries", ()) if entry[0].text == wanted]
        if not found:
            break
        line, node = found[0][0].line, found[0][1]
    return line


def _yaml() -> YAML:
    return YAML(typ="safe", pure=True)


def _plain_scalar(node: Scalar) -> Any:
    if node.type == "int" and _INTEGER.fullmatch(node.text):
        return int(node.text)
    if node.type == "timestamp":
        try:
            return date.fromisoformat(node.text)
        except ValueError:
            return node.text
    return {"null": None, "bool": node.text.lower() == "true"}.get(node.type, node.text)


def _refuse(text: str, place: Place) -> None:
    depth = 0
    for event in _yaml().parse(text):
        line = event.start_mark.line
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise _error(place, line, "This is nested too deep.", "Nothing here needs it.")
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _error(
                place,
                line,
                "Anchors (`&name`) and aliases (`*name`) are not allowed.",
                "Write the value out, or put quotes around it.",
            )
        if isinstance(event, NodeEvent) and _has_tag(event):
            raise _error(place, line, "Tags (`!name`) are not allowed.", "Put quotes around it.")


def _has_tag(event: Any) -> bool:
    return getattr(event, "tag", None) not in (None, "!")


def _tree(node: Any, place: Place) -> Node:
    line = place.line + node.start_mark.line
    if isinstance(node, MappingNode):
        return Entries(tuple(_entries(node, place)), line)
    if isinstance(node, SequenceNode):
        return Items(tuple(_tree(item, place) for item in node.value), line)
    return _scalar(node, line)


def _scalar(node: ScalarNode, line: int) -> Scalar:
    block = node.style in ("|", ">")
    return Scalar(node.value, str(node.tag).rpartition(":")[2], line + 1 if block else line)


def _entries(node: MappingNode, place: Place) -> Iterator[tuple[Scalar, Node]]:
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _error(place, key.start_mark.line, "A key must be text.", _QUOTE_HINT)
        yield _scalar(key, place.line + key.start_mark.line), _tree(value, place)


def _syntax(error: YAMLError, place: Place) -> ContentError:
    if not isinstance(error, MarkedYAMLError):
        return _error(place, 0, "This is not YAML.", _QUOTE_HINT)
    unclosed = "unexpected end" in (error.problem or "")  # then the place is where it was opened
    mark = (error.context_mark if unclosed else None) or error.problem_mark
    said = " ".join((error.problem or error.context or "it can not be read").split())
    return _error(place, mark.line if mark else 0, f"This is not YAML: {said}.", _QUOTE_HINT)


def _error(place: Place, line: int, message: str, hint: str) -> ContentError:
    return ContentError([Problem(Place(place.path, place.line + line), message, hint)])
