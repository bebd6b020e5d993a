"""The outline of an issue: its sections listed, moved, added, removed, changed only here.

Each operation is a small pure function from the text of an issue to its new text. A section
is named by its `id`, position and name together, so that a page that is out of date can not
move the wrong one. Comments directly above a section go where it goes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.authoring.itemising import Listed, listed, new_item
from newsletter.authoring.notation import is_lines
from newsletter.authoring.overriding import drop_said, rename, set_said
from newsletter.authoring.settings import Edit, read_pairs, settled
from newsletter.authoring.spans import layout
from newsletter.content.files import one_line_end
from newsletter.content.front_matter import split_document
from newsletter.content.hints import near, shown
from newsletter.content.issue import ISSUE_KEYS
from newsletter.content.sections import INLINE_KEYS, OVERRIDES
from newsletter.content.yaml_tree import Entries, Items, Node, Scalar, plain
from newsletter.errors import UsageError
from newsletter.model.content import INLINE_KINDS

SNIPPETS = "snippets"
_ABOVE = ISSUE_KEYS[: ISSUE_KEYS.index(SNIPPETS)]
_REF = re.compile(r"[a-z0-9-]+/[a-z0-9-]+|" + "|".join(INLINE_KINDS))


@dataclass(frozen=True, slots=True)
class Piece:
    """One section of an issue as its file names it, whether it can be used or not.

    Attributes:
        id: `2:skin/aftercare`: position from 0, and name.
        key: as in `model.content.Section.key`, and in the preview.
        index: position from 0.
        ref: `topic/name`, or the kind of an inline piece: `cta`.
        settings: what the issue says instead, or what an inline piece says.
        line: of the issue's file.
    """

    id: str
    key: str
    index: int
    ref: str
    settings: Mapping[str, str]
    line: int

    @property
    def is_inline(self) -> bool:
        """Whether it is no snippet of the library."""
        return self.ref in INLINE_KINDS


def sections(text: str, path: str = "") -> tuple[Piece, ...]:
    """The sections in order.

    Raises:
        ContentError: the file can not be read at all.
    """
    pieces: list[Piece] = []
    for index, node in enumerate(_nodes(text, path)):
        ref, settings = _read(node)
        key = f"{ref}-{index + 1}" if ref in INLINE_KINDS else ref
        repeats = sum(piece.ref == ref for piece in pieces)
        if repeats and ref not in INLINE_KINDS:
            key = f"{ref}-{repeats + 1}"
        pieces.append(Piece(f"{index}:{ref}", key, index, ref, settings, node.line))
    return tuple(pieces)


def move(text: str, section: str, to: int, path: str = "") -> str:
    """Put a section at another position (from 0; beyond the end means last)."""
    at = _index(text, section, path)
    items = _plain_items(text, path)
    to = max(0, min(to, len(items) - 1))
    items.insert(to, items.pop(at))
    if to == at:
        return text
    return _settled(text, items, path, lambda old: _listed(old, path).moved(at, to).text())


def insert(
    text: str, ref: str, at: int, settings: Mapping[str, str] | None = None, path: str = ""
) -> str:
    """Add a section.

    Args:
        ref: `topic/name`, or an inline kind: `cta`, `divider`, `image`.
        at: position from 0; beyond the end means last.
        settings: what it says only here, or what an inline piece says.
    """
    said = _checked(ref, settings or {})
    items = _plain_items(text, path)
    at = max(0, min(at, len(items)))
    items.insert(at, {ref: said} if said or ref in INLINE_KINDS else ref)
    short = {key: value for key, value in said.items() if not is_lines(value)}

    def edit(old: str) -> str:
        found = _listed(old, path)
        new = found.inserted(at, new_item(ref, short, found.margin)).text()
        return _say(new, at, {key: said[key] for key in said if key not in short}, ref, path)

    return _settled(text, items, path, edit)


def remove(text: str, section: str, path: str = "") -> str:
    """Take a section out of the issue; its snippet stays in the library."""
    at = _index(text, section, path)
    items = _plain_items(text, path)
    del items[at]
    return _settled(text, items, path, lambda old: _listed(old, path).without(at).text())


def override(text: str, section: str, changes: Mapping[str, str | None], path: str = "") -> str:
    """Say something only here, or take that back.

    Args:
        changes: field -> text; None takes the override out, so that the snippet's own holds.
    """
    at = _index(text, section, path)
    ref = sections(text, path)[at].ref
    said = _checked(ref, {key: value or "" for key, value in changes.items()})
    new = {key: None if changes[key] is None else value for key, value in said.items()}
    items = _plain_items(text, path)
    settings = _said(items[at]) | new
    kept = {key: value for key, value in settings.items() if value is not None}
    items[at] = {ref: kept} if kept or ref in INLINE_KINDS else ref
    if items[at] == _plain_items(text, path)[at]:
        return text
    return _settled(text, items, path, lambda old: _say(old, at, new, ref, path))


def replace_with(text: str, section: str, ref: str, path: str = "") -> str:
    """Name a snippet where another piece stood; what was said only here goes."""
    at = _index(text, section, path)
    _checked(ref, {})
    items = _plain_items(text, path)
    items[at] = ref
    return _settled(text, items, path, lambda old: rename(old, at, ref, path))


def _say(text: str, at: int, changes: Mapping[str, str | None], ref: str, path: str) -> str:
    if changes and _is_in_brackets(text, path):
        text = _listed(text, path).text()  # a text of several lines has no place between them
    for key, value in changes.items():
        if value is None:
            text = drop_said(text, at, key, path)
        else:
            text = set_said(text, at, key, value, INLINE_KEYS.get(ref, OVERRIDES), path)
    return text


def _is_in_brackets(text: str, path: str) -> bool:
    pair = layout(text, path).settings.pair(SNIPPETS)
    return pair is not None and pair.value.style == "["


def _said(item: Any) -> dict[str, Any]:
    says = next(iter(item.values()), None) if isinstance(item, dict) else None
    return dict(says) if isinstance(says, dict) else {}


def _listed(text: str, path: str) -> Listed:
    return listed(text, SNIPPETS, _ABOVE, path)


def _settled(text: str, items: list[Any], path: str, edit: Edit) -> str:
    pairs = read_pairs(text, path)
    value = items or None
    if any(name == SNIPPETS for name, _ in pairs):
        expected = [(name, value if name == SNIPPETS else old) for name, old in pairs]
    else:
        names = [name for name, _ in pairs]
        at = max((at for at, name in enumerate(names, 1) if name in _ABOVE), default=0)
        expected = [*pairs[:at], (SNIPPETS, value), *pairs[at:]]
    return settled(text, path, expected, edit)


def _index(text: str, section: str, path: str) -> int:
    pieces = sections(text, path)
    for piece in pieces:
        if piece.id == section:
            return piece.index
    raise UsageError(
        f'"{shown(section)}" is no section of this issue any more. Look at the outline again.'
    )


def _nodes(text: str, path: str) -> tuple[Node, ...]:
    for key, node in split_document(text, path).settings.entries:
        if key.text == SNIPPETS:
            return node.items if isinstance(node, Items) else ()
    return ()


def _plain_items(text: str, path: str) -> list[Any]:
    return [plain(node) for node in _nodes(text, path)]


def _read(node: Node) -> tuple[str, Mapping[str, str]]:
    if isinstance(node, Scalar):
        return node.text, {}
    if isinstance(node, Entries) and node.entries:
        name, settings = node.entries[0]
        if isinstance(settings, Entries):
            return name.text, {
                key.text: value.text.strip()
                for key, value in settings.entries
                if isinstance(value, Scalar)
            }
        return name.text, {}
    return "", {}


def _checked(ref: str, said: Mapping[str, str]) -> dict[str, str]:
    if not _REF.fullmatch(ref):
        raise UsageError(f'"{shown(ref)}" is no name of a snippet. It is written topic/name.')
    known = INLINE_KEYS.get(ref, OVERRIDES)
    for key in said:
        if key not in known:
            raise UsageError(f'"{shown(key)}" is nothing {ref} can say here. {near(key, known)}')
    return {key: one_line_end(value).strip() for key, value in said.items()}
