"""Two versions of a snippet, field by field."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.authoring import written
from newsletter.errors import Conflict, ContentError
from newsletter.web.studio.snippet_form import LABELS


@dataclass(frozen=True, slots=True)
class Side:
    """One field that the two versions say differently; `name` is for people."""

    name: str
    mine: str
    theirs: str


def sides(conflict: Conflict) -> tuple[Side, ...]:
    """The fields that differ; the whole texts when one of them can not be taken apart."""
    mine, theirs = conflict.mine or "", conflict.theirs or ""
    if conflict.mine is None or conflict.theirs is None:
        return (Side("The whole file", mine, theirs),)
    try:
        pairs = [
            Side(label, *(written(text, name, conflict.path) for text in (mine, theirs)))
            for name, label in LABELS.items()
        ]
    except ContentError:
        return (Side("The whole file", mine, theirs),)
    return tuple(pair for pair in pairs if pair.mine != pair.theirs)
