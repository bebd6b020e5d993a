"""Two changes of one file in one text, where they touch different settings."""

from __future__ import annotations

from newsletter.authoring.letter import set_body
from newsletter.authoring.spans import layout, line_start, next_line
from newsletter.content.issue import ISSUE_KEYS
from newsletter.content.snippets import SNIPPET_KEYS
from newsletter.errors import ContentError

_ORDER = tuple(dict.fromkeys((*ISSUE_KEYS, *SNIPPET_KEYS)))


def merged(seen: str, mine: str, theirs: str, path: str = "") -> str | None:
    """Three texts to one: my changes upon theirs, setting by setting, the words as a whole.

    Args:
        seen: what both started from.

    Returns:
        The text with both changes; None when they touch the same setting, or when one of
        them is more than a change of settings and words.
    """
    try:
        if _upon(seen, seen, mine, path) != mine:
            return None  # comments or order were changed, too
        return _upon(theirs, seen, mine, path)
    except (ContentError, LookupError):
        return None


def _upon(text: str, seen: str, mine: str, path: str) -> str | None:
    """The changes from `seen` to `mine`, made in `text`; None when it changed the same."""
    before, after, now = _parts(seen, path), _parts(mine, path), _parts(text, path)
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) == after.get(key) or after.get(key) == now.get(key):
            continue
        if before.get(key) != now.get(key):
            return None
        text = _put(text, key, after.get(key), path)
    mine_body, seen_body = layout(mine, path).document.body, layout(seen, path).document.body
    text_body = layout(text, path).document.body
    if mine_body in (seen_body, text_body):
        return text
    return set_body(text, mine_body, path) if text_body == seen_body else None


def _parts(text: str, path: str) -> dict[str, str]:
    """Each setting's own lines."""
    settings = layout(text, path).settings
    if settings.style != ":":
        raise LookupError
    return {
        pair.key.text: text[line_start(text, pair.key.start) : next_line(text, pair.end)]
        for pair in settings.pairs
    }


def _put(text: str, key: str, lines: str | None, path: str) -> str:
    found = layout(text, path)
    pair = found.settings.pair(key)
    if pair:
        start, end = line_start(text, pair.key.start), next_line(text, pair.end)
        return text[:start] + (lines or "") + text[end:]
    earlier = _ORDER[: _ORDER.index(key)] if key in _ORDER else _ORDER
    above = [each for each in found.settings.pairs if each.key.text in earlier]
    at = next_line(text, above[-1].end) if above else found.start
    return text[:at] + (lines or "") + text[at:]
