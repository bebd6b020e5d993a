"""Text with places for a reader's values.

Content is data, never a template language: a text is a run of literal pieces and
`MergeField`s, and nothing else can be said between braces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import Place

_NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class MergeField:
    """`{{ subscriber.FIELD | default("...") }}` as a value.

    Attributes:
        source: where the value comes from: `subscriber.first_name`, `link.unsubscribe`.
        default: what stands there when the reader has no value.
    """

    source: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class MergeText:
    """Authored text: literal pieces and merge fields in order.

    Attributes:
        pieces: strings and fields; no two strings stand side by side.
        place: where the text begins.
    """

    pieces: tuple[str | MergeField, ...] = ()
    place: Place = _NOWHERE

    @property
    def fields(self) -> tuple[MergeField, ...]:
        """The merge fields, in order, repeats included."""
        return tuple(piece for piece in self.pieces if isinstance(piece, MergeField))

    def join(self, fill: Callable[[MergeField], str]) -> str:
        """The text with every field replaced by what `fill` says."""
        return "".join(piece if isinstance(piece, str) else fill(piece) for piece in self.pieces)

    def plain(self) -> str:
        """The text as a reader without values gets it: each field's default."""
        return self.join(lambda field: field.default)

    def __bool__(self) -> bool:
        return any(self.pieces)


class Context(StrEnum):
    """Where a value lands, and so how it must be escaped."""

    HTML = "html"
    ATTRIBUTE = "attribute"
    URL = "url"
    TEXT = "text"
    SUBJECT = "subject"
    PREHEADER = "preheader"


@dataclass(frozen=True, slots=True)
class MergeTag:
    """The mark in final bytes that a reader's value replaces.

    Attributes:
        token: alphanumeric, unlike anything else in the bytes: `nlx7f3a01x`.
        source: as in `MergeField`.
        default: as in `MergeField`, not yet escaped.
        context: where it lands.
    """

    token: str
    source: str
    default: str
    context: Context
