"""One setting of a content file changed, and no line that is not its own.

Pure: text in, text out. After each change the new text is read again by content: it must
say exactly what was wanted and nothing else, whatever the way in which the file was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from newsletter.authoring.notation import AsWritten, Value, inline, is_lines, lines
from newsletter.authoring.rewriting import rewritten
from newsletter.authoring.spans import (
    BLOCK_SCALARS,
    Pair,
    Spot,
    below_notes,
    layout,
    line_end,
    line_start,
    next_line,
)
from newsletter.content.front_matter import split_document
from newsletter.content.yaml_tree import parse_yaml, plain
from newsletter.errors import ContentError, Place, UsageError

Pairs = list[tuple[str, Any]]
Edit = Callable[[str], str]
_INDENT = 2


def setting(text: str, key: str, path: str = "") -> Any:
    """What stands under a key, as plain values; None when nothing does."""
    return next((value for name, value in read_pairs(text, path) if name == key), None)


def read_pairs(text: str, path: str = "") -> Pairs:
    """All settings in order, as plain values."""
    entries = split_document(text, path).settings.entries
    return [(key.text, plain(value)) for key, value in entries]


def set_setting(text: str, key: str, value: Value, order: Sequence[str], path: str = "") -> str:
    """Give a setting a value.

    Args:
        text: the file, lines ending in a line feed.
        key: one of `order`.
        value: an empty text is written as `""`.
        order: the keys as they usually follow each other; decides where a new one goes.
        path: for messages.

    Raises:
        ContentError: the file can not be read, or `value` is YAML that can not.
        UsageError: the file is written in a way that can not be changed here.
    """
    wanted = _meaning(value, path)
    pairs = read_pairs(text, path)
    if (key, wanted) in pairs:
        return text
    expected = _with(pairs, key, wanted, order)
    return settled(text, path, expected, lambda old: _set(old, key, value, order, path))


def drop_setting(text: str, key: str, path: str = "") -> str:
    """Take a setting and its lines out; comments above it stay."""
    pairs = read_pairs(text, path)
    expected = [pair for pair in pairs if pair[0] != key]
    if expected == pairs:
        return text
    return settled(text, path, expected, lambda old: _drop(old, key, path))


def settled(text: str, path: str, expected: Pairs, edit: Edit) -> str:
    """Make a change and see that the file then says what was wanted.

    A file written in an unusual way (all settings in braces, keys with `?`) is brought into
    the usual form first, its comments kept.

    Raises:
        UsageError: it can not be done in either way.
    """
    forms: tuple[Callable[[], str], ...] = (lambda: text, lambda: rewritten(text, path))
    for form in forms:
        try:
            changed = edit(form())
            if read_pairs(changed, path) == expected:
                return changed
        except (ContentError, LookupError):
            continue
    raise UsageError(
        f"{path}: the settings are written in a way that can not be changed here. "
        "Change them in the file."
    )


def set_pair(
    text: str, mapping: Spot, key: str, value: Value, order: Sequence[str], empty: int = 0
) -> str:
    """Give a key of a mapping in lines a value.

    Args:
        mapping: where the mapping stands.
        empty: where the first line goes when the mapping has none.
    """
    if pair := mapping.pair(key):
        return _replace(text, pair, value, mapping.column + _INDENT)
    before = _before(mapping, key, order)
    at = _below(text, before.end, mapping.column) if before else empty
    if before is None and mapping.pairs:
        at = line_start(text, mapping.pairs[0].key.start)
    margin = " " * mapping.column
    return text[:at] + margin + _entry(key, value, mapping.column + _INDENT) + "\n" + text[at:]


def drop_pair(text: str, pair: Pair) -> str:
    """Take the lines of a key and its value out of a mapping in lines."""
    return text[: line_start(text, pair.key.start)] + text[next_line(text, pair.end) :]


def _set(text: str, key: str, value: Value, order: Sequence[str], path: str) -> str:
    found = layout(text, path)
    if found.settings.style != ":":
        raise LookupError
    return set_pair(text, found.settings, key, value, order, found.start)


def _drop(text: str, key: str, path: str) -> str:
    while pair := layout(text, path).settings.pair(key):
        if layout(text, path).settings.style != ":":
            raise LookupError
        text = drop_pair(text, pair)
    return text


def _entry(key: str, value: Value, indent: int) -> str:
    if isinstance(value, str) and is_lines(value):
        return f"{key}: |-\n{lines(value, indent)}"
    return f"{key}: {inline(value)}"


def _replace(text: str, pair: Pair, value: Value, indent: int) -> str:
    """Put a value in the place of another; a comment behind the old one stays."""
    old = pair.value
    start, comment = old.start, ""
    if old.style in BLOCK_SCALARS:
        comment = _comment(text[old.start : line_end(text, old.start)])
    elif old.style in ("-", ":") or old.start == old.end:
        start = pair.colon
        comment = _comment(text[start : line_end(text, start)]) if old.end > start else ""
    head = text[:start] + (" " if start == pair.colon else "")
    rest = line_end(text, old.end)
    tail = comment + text[old.end : rest]
    if isinstance(value, str) and is_lines(value):
        return f"{head}|-{tail}\n{lines(value, indent)}{text[rest:]}"
    return head + inline(value, old.style) + tail + text[rest:]


def _comment(line: str) -> str:
    found = re.search(r"\s#.*", line)
    return found[0].rstrip() if found else ""


def _before(mapping: Spot, key: str, order: Sequence[str]) -> Pair | None:
    """The entry that a new key follows: the last of those that usually stand before it."""
    earlier = order[: order.index(key)]
    return next((pair for pair in reversed(mapping.pairs) if pair.key.text in earlier), None)


def _below(text: str, end: int, column: int) -> int:
    """The line below an entry and the comments that are indented as its own."""
    return below_notes(text, next_line(text, end), column)


def _with(pairs: Pairs, key: str, value: Any, order: Sequence[str]) -> Pairs:
    names = [name for name, _ in pairs]
    if key in names:
        at = names.index(key)
        return [*pairs[:at], (key, value), *pairs[at + 1 :]]
    earlier = order[: order.index(key)]
    at = max((at for at, name in enumerate(names, 1) if name in earlier), default=0)
    return [*pairs[:at], (key, value), *pairs[at:]]


def _meaning(value: Value, path: str) -> Any:
    if not isinstance(value, AsWritten):
        return value
    node = parse_yaml(f"{value.text}\n", Place(path))
    return None if node is None else plain(node)
