"""Where the parts of a rendition come from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from newsletter.errors import Place

INDEX_DIGITS = 6


@dataclass(frozen=True)
class Traced:
    """A rendition made once more, with marks, only to learn where its parts were written.

    Attributes:
        html: as the MJML compiler gives it, or inlined, with marks.
        sign: the digits every mark begins with; its number follows in `INDEX_DIGITS` digits.
        places: the file and line of each mark, by its number.
    """

    html: str
    sign: str
    places: tuple[Place, ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Finds a mark; the group is its number."""
        return re.compile(f"{self.sign}([0-9]{{{INDEX_DIGITS}}})")

    @property
    def plain(self) -> str:
        """The HTML without its marks."""
        return self.pattern.sub("", self.html)

    def first_in(self, text: str) -> Place | None:
        """The place of the first mark in a text, if it has one."""
        found = self.pattern.search(text)
        return self.places[int(found[1])] if found else None
