"""`newsletter.toml` with some settings changed; all else stays letter for letter."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Comment, InlineTable, Item, Table, Whitespace

from newsletter.errors import UsageError

Keys = tuple[str, ...]
SOCIAL: Keys = ("theme", "social")
_BY_HAND = (
    "newsletter.toml is written in a way that can not be changed here. Change it in an editor, or "
    "put each table under a heading of its own, such as [theme.colours]."
)


def with_settings(
    text: str, changes: Mapping[Keys, str], social: tuple[tuple[str, str], ...] | None = None
) -> str:
    """Change settings in the text of `newsletter.toml`.

    Args:
        text: TOML that parses; lines end in a line feed.
        changes: key -> its new value; an empty one takes the setting out.
        social: the links of `[theme.social]` in order; None leaves them.

    Returns:
        The new text. Comments and the order of what stays are kept; what is new comes last in its
        table.

    Raises:
        UsageError: it is written in a way that can not be changed safely.
    """
    try:
        document = tomlkit.parse(text)
        for keys, value in changes.items():
            _change(document, keys, value)
        if social is not None:
            _list(_table(document, SOCIAL), dict(social))
        changed = document.as_string()
        same = tomllib.loads(changed) == _wanted(text, changes, social)
    except (TOMLKitError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError):
        raise UsageError(_BY_HAND) from None
    if not same:  # better no change than another one than was asked for
        raise UsageError(_BY_HAND)
    return changed


def _change(document: Any, keys: Keys, value: str) -> None:
    *path, key = keys
    if not value and not _has(document, keys):
        return
    table = _table(document, tuple(path))
    if not value:
        del table[key]
    elif key in table:
        table[key] = _string(value)
    else:
        _append(table, key, _string(value))


def _has(document: Any, keys: Keys) -> bool:
    for key in keys:
        if key not in document:
            return False
        document = document[key]
    return True


def _table(document: Any, path: Keys) -> Any:
    """The table at a path, made where it is not there."""
    for key in path:
        if key not in document:
            inline = isinstance(document, InlineTable)
            document[key] = tomlkit.inline_table() if inline else tomlkit.table()
        document = document[key]
    return document


def _string(value: str) -> Item:
    return tomlkit.string(value, multiline="\n" in value)


def _append(table: Any, key: str, item: Item) -> None:
    """Behind the last setting; a comment beyond a blank line speaks of what comes after it."""
    if not isinstance(table, Table):
        table[key] = item
        return
    body = table.value.body
    rest = _beginning_of_rest(body)
    kept = body[rest:]
    del body[rest:]
    table.append(key, item)
    body.extend(kept)


def _beginning_of_rest(body: list[Any]) -> int:
    """Where the blank line stands that ends the settings; the end when there is none."""
    at = len(body)
    while at and body[at - 1][0] is None and isinstance(body[at - 1][1], Whitespace | Comment):
        at -= 1
    blank = (n for n in range(at, len(body)) if isinstance(body[n][1], Whitespace))
    return next(blank, len(body))


def _list(table: Any, links: Mapping[str, str]) -> None:
    """Make a table hold these and no others, in this order; each keeps its comment."""
    for label in [label for label in table if label not in links]:
        del table[label]
    for label, link in links.items():
        if label not in table:
            _append(table, label, _string(link))
        elif table[label] != link:
            table[label] = _string(link)
    if list(table) != list(links):
        items = {label: copy.copy(table.item(label)) for label in links}
        for label in links:
            del table[label]
        for label in links:
            _append(table, label, items[label])


def _wanted(
    text: str, changes: Mapping[Keys, str], social: tuple[tuple[str, str], ...] | None
) -> dict[str, Any]:
    """What the new text must mean."""
    tree = tomllib.loads(text)
    for keys, value in changes.items():
        *path, key = keys
        if value or _has(tree, keys):
            _nested(tree, path).update({key: value})
        if not value:
            _nested(tree, path).pop(key, None)
    if social is not None:
        _nested(tree, list(SOCIAL[:-1]))[SOCIAL[-1]] = dict(social)
    return tree


def _nested(tree: dict[str, Any], path: list[str]) -> dict[str, Any]:
    for key in path:
        tree = tree.setdefault(key, {})
    return tree
