"""What one section says only here: single settings of one item of the outline."""

from __future__ import annotations

from collections.abc import Sequence

from newsletter.authoring.notation import braces, inline, is_lines, lines
from newsletter.authoring.settings import drop_pair, set_pair
from newsletter.authoring.spans import Pair, Spot, layout, line_end
from newsletter.model.content import INLINE_KINDS

_INDENT = 2
_LONGEST_LINE = 140


def set_said(text: str, at: int, field: str, value: str, order: Sequence[str], path: str) -> str:
    """Say something in a section.

    Args:
        at: position in the list, from 0.
        order: the fields as they usually follow each other.
    """
    item = _item(text, at, path)
    if not item.pairs:
        return _begin(text, item, item.end, field, value)
    pair = item.pairs[0]
    if pair.value.style == ":":
        return set_pair(text, pair.value, field, value, order)
    if pair.value.style != "{":
        return _begin(text, item, pair.colon, field, value)
    said = _slices(text, pair.value)
    if is_lines(value) or pair.end - item.start + len(value) > _LONGEST_LINE:
        opened = _in_lines(text, item, pair, said)
        return (
            set_said(opened, at, field, value, order, path)
            if said
            else _begin(_bare(text, pair), item, pair.colon, field, value)
        )
    said[field] = inline(value, _style(pair.value, field), flow=True)
    return text[: pair.value.start] + _braced(said) + text[pair.value.end :]


def drop_said(text: str, at: int, field: str, path: str) -> str:
    """Take back what a section says under one field."""
    item = _item(text, at, path)
    if not item.pairs:
        return text
    pair = item.pairs[0]
    own = pair.value.pair(field)
    if own is None:
        return text
    if len(pair.value.pairs) == 1:
        return _silent(text, pair)
    if pair.value.style == ":":
        return drop_pair(text, own)
    said = _slices(text, pair.value)
    del said[field]
    return text[: pair.value.start] + _braced(said) + text[pair.value.end :]


def rename(text: str, at: int, ref: str, path: str) -> str:
    """Name a snippet where another piece stood, without anything said only here."""
    item = _item(text, at, path)
    if not item.pairs:
        return text[: item.start] + ref + text[item.end :]
    pair = item.pairs[0]
    silent = text[: pair.key.end] + text[pair.end :]
    return silent[: pair.key.start] + ref + silent[pair.key.end :]


def _item(text: str, at: int, path: str) -> Spot:
    pair = layout(text, path).settings.pair("snippets")
    if pair is None:
        raise LookupError
    return pair.value.items[at]


def _begin(text: str, item: Spot, end: int, field: str, value: str) -> str:
    """The first thing a section says; `end` is behind its name, or behind the colon."""
    colon = "" if item.pairs else ":"
    braced = braces({field: value})
    if not is_lines(value) and len(braced) <= _LONGEST_LINE:
        return f"{text[:end]}{colon} {braced}{text[end:]}"
    stop = line_end(text, end)
    margin = item.column + _INDENT
    entry = _entry(field, value, margin)
    return f"{text[:end]}{colon}{text[end:stop]}\n{entry}{text[stop:]}"


def _entry(field: str, value: str, margin: int) -> str:
    if is_lines(value):
        return f"{' ' * margin}{field}: |-\n{lines(value, margin + 2)}"
    return f"{' ' * margin}{field}: {inline(value)}"


def _in_lines(text: str, item: Spot, pair: Pair, said: dict[str, str]) -> str:
    """What stood between braces, a line for each."""
    margin = " " * (item.column + _INDENT)
    entries = "".join(f"\n{margin}{key}: {value}" for key, value in said.items())
    stop = line_end(text, pair.end)
    return text[: pair.colon] + text[pair.end : stop] + entries + text[stop:]


def _bare(text: str, pair: Pair) -> str:
    return text[: pair.colon] + text[pair.end :]


def _silent(text: str, pair: Pair) -> str:
    """A section that says nothing of its own any more."""
    if pair.key.text in INLINE_KINDS:
        return f"{text[: pair.colon]} {{}}{text[pair.end :]}"
    return text[: pair.key.end] + text[pair.end :]


def _slices(text: str, mapping: Spot) -> dict[str, str]:
    """Key -> value as it is written."""
    return {pair.key.text: _slice(text, pair.value) for pair in mapping.pairs}


def _slice(text: str, value: Spot) -> str:
    source = text[value.start : value.end]
    return inline(value.text, flow=True) if "\n" in source else source


def _style(mapping: Spot, field: str) -> str:
    pair = mapping.pair(field)
    return pair.value.style if pair else ""


def _braced(said: dict[str, str]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in said.items()) + "}"
