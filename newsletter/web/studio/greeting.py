"""A letter's greeting as somebody reads it who gave no name."""

from __future__ import annotations

from collections.abc import Collection

from newsletter.content.merge import parse_merge
from newsletter.errors import Place
from newsletter.model.merge import MergeField

NAME = "subscriber.first_name"
LONGEST = 90
_SPOT = "\0"


def without_name(opening: str, fields: Collection[str]) -> str:
    """The first line that holds a reader's name, as somebody without one reads it.

    Args:
        opening: Markdown, as authored.
        fields: the names that may follow `subscriber.`.

    Returns:
        Empty when no name is in it, or when it can not be read; a long line is cut.
    """
    merged, problems = parse_merge(opening.replace(_SPOT, ""), Place(""), fields)
    if problems:
        return ""
    told = merged.join(_spotted)
    line = next((each for each in told.splitlines() if _SPOT in each), "")
    plain = " ".join(line.replace(_SPOT, "").split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1].rstrip()}…"


def _spotted(field: MergeField) -> str:
    return f"{_SPOT}{field.default}" if field.source == NAME else field.default
