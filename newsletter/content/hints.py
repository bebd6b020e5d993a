"""Words that messages about content share."""

from __future__ import annotations

from collections.abc import Collection

from newsletter.errors import nearest

_MOST_NAMES = 12
_LONGEST = 60


def near(name: str, known: Collection[str], otherwise: str = "") -> str:
    """The nearest known name; all names when they are few; else `otherwise`."""
    hint = nearest(name, known)
    return hint if hint.startswith("Did") or 0 < len(known) <= _MOST_NAMES else otherwise


def shown(text: str) -> str:
    """What someone wrote, short and on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
