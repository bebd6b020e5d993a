"""What a person said about a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from newsletter.lists import DateOrder, Kind
from newsletter.model.site import Site
from newsletter.subscribing.importing import Import
from newsletter.subscribing.list_files import plan_lists
from newsletter.subscribing.list_rules import list_rules


@dataclass(frozen=True, slots=True)
class Choices:
    """How a list is to be read.

    Attributes:
        places: for each list of the file, a field or nothing for each column.
        kind: what the people in it are; None goes by the file.
        proof: the words they agreed to; empty means that nobody can show any.
    """

    places: tuple[tuple[str, ...], ...]
    kind: Kind | None = None
    dates: DateOrder | None = None
    proof: str = ""

    def read(self, file: Path, site: Site, now: datetime) -> Import:
        """What brings a file in that is read so.

        Raises:
            UsageError: it can not be read so.
        """
        rules = list_rules(site, now, self.dates)
        plans = plan_lists(file, rules, kind=self.kind, places=self.places)
        return Import(plans, rules, self.proof)

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        return {
            "places": [list(each) for each in self.places],
            "kind": self.kind and self.kind.value,
            "dates": self.dates and self.dates.value,
            "proof": self.proof,
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """As they were before they were kept."""
        return cls(
            places=tuple(tuple(each) for each in kept["places"]),
            kind=Kind(kept["kind"]) if kept["kind"] else None,
            dates=DateOrder(kept["dates"]) if kept["dates"] else None,
            proof=kept["proof"],
        )
