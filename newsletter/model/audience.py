"""Who gets an issue, as a rule that the store compiles to SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Audience:
    """Conditions that must all hold; a tuple inside one means any of its values.

    Attributes:
        name: as authored: `everyone`, a name from `[audiences]`, or empty for conditions.
        attributes: (attribute, accepted values) pairs.
        tags: at least one of these; empty means no condition.
        joined_after: confirmed on or after this day (UTC).
        joined_before: confirmed before this day (UTC).
        received: accepted at least one of these issues (by number).
        excluding: readers who match this rule are left out.
    """

    name: str = "everyone"
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    tags: tuple[str, ...] = ()
    joined_after: date | None = None
    joined_before: date | None = None
    received: tuple[int, ...] = ()
    excluding: Audience | None = None
