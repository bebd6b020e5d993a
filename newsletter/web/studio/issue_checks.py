"""What stands against the letter, what it weighs, and where it stands with the people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.authoring.outline import Piece
from newsletter.errors import NewsletterError, Place
from newsletter.model.finding import Finding, Severity
from newsletter.publishing import Composition
from newsletter.publishing.weighing import Weight
from newsletter.web.preview.showing import kilobytes, variant_label
from newsletter.web.preview.showing import weigh as meter
from newsletter.web.studio.issue_bench import Bench
from newsletter.web.studio.issue_outline import outline_rows
from newsletter.web.studio.issue_standing import standing


@dataclass(frozen=True, slots=True)
class Told:
    """A finding on the page.

    Attributes:
        section: id of the outline's piece it leads to; empty when to none.
        field: `letter` when it is about the letter's own words; else empty.
        variants: in which it was found, in words, when not in all.
    """

    finding: Finding
    section: str
    field: str
    variants: tuple[str, ...]

    @property
    def line(self) -> int:
        """Of the file; 0 for the file as a whole."""
        return self.finding.place.line if self.finding.place else 0


@dataclass(frozen=True, slots=True)
class Share:
    """What one section costs.

    Attributes:
        share: of the heaviest, percent.
    """

    section: str
    title: str
    bytes: int
    links: int
    share: float


def checks_values(bench: Bench) -> dict[str, Any]:
    """For `issue_checks.html`; the first time after a change this takes most of a second."""
    if bench.galley is None:
        return {"checked": None, "troubles": bench.troubles, "standing": standing(bench, None)}
    try:
        composition = bench.side.desk.composition(bench.slug)
    except NewsletterError:
        return {"checked": None, "troubles": bench.troubles, "standing": standing(bench, None)}
    told = _told(composition, bench)
    return {
        "checked": composition,
        "troubles": (),
        "told": told,
        "counts": {
            each.value: sum(t.finding.severity is each and not t.finding.acknowledged for t in told)
            for each in Severity
        },
        "meter": meter(composition.renditions.renditions[0].html),
        "kilobytes": kilobytes,
        "unchecked": composition.unchecked,
        "standing": standing(bench, composition),
    }


def weight_values(bench: Bench) -> dict[str, Any]:
    """For `issue_weight.html`: the letter is made again without each of its sections."""
    if bench.galley is None:
        return {"shares": (), "weight": None, "kilobytes": kilobytes}
    try:
        weight = bench.side.desk.weight(bench.slug)
    except NewsletterError:
        return {"shares": (), "weight": None, "kilobytes": kilobytes}
    return {"shares": _shares(weight, bench), "weight": weight, "kilobytes": kilobytes}


def _shares(weight: Weight, bench: Bench) -> tuple[Share, ...]:
    rows = {piece.key: row for piece, row in zip(_pieces(bench), outline_rows(bench), strict=False)}
    most = max((each.bytes for each in weight.sections), default=1) or 1
    return tuple(
        Share(
            rows[each.key].id if each.key in rows else "",
            rows[each.key].title if each.key in rows else each.key,
            each.bytes,
            each.links,
            100 * max(each.bytes, 0) / most,
        )
        for each in weight.sections
    )


def _told(composition: Composition, bench: Bench) -> list[Told]:
    """Each finding once, with the variants that have it."""
    by_variant: dict[tuple[str, str, Place | None], list[Finding]] = {}
    for found in composition.findings:
        by_variant.setdefault((found.rule, found.message, found.place), []).append(found)
    owners = _Owners(bench)
    made = composition.renditions.renditions
    labels = {each.variant: variant_label(each, composition.site) for each in made}
    return [
        Told(
            same[0],
            owners.section(same[0].place),
            owners.field(same[0].place),
            tuple(labels[each.variant] for each in same if each.variant),
        )
        for same in by_variant.values()
    ]


def _pieces(bench: Bench) -> tuple[Piece, ...]:
    return bench.document.sections


class _Owners:
    """Which section, or which of the letter's own words, a place belongs to."""

    def __init__(self, bench: Bench) -> None:
        self.issue = bench.document.name
        self.body = bench.issue.body.place.line if bench.issue else 0
        self.pieces = _pieces(bench)
        self.files: Mapping[str, str] = {
            f"issues/topics/{piece.ref}.md": piece.id for piece in reversed(self.pieces)
        }

    def section(self, place: Place | None) -> str:
        if place is None or not place.line:
            return self.files.get(place.path, "") if place else ""
        if place.path != self.issue:
            return self.files.get(place.path, "")
        if not self.pieces or place.line < self.pieces[0].line or place.line >= self.body:
            return ""
        return [piece.id for piece in self.pieces if piece.line <= place.line][-1]

    def field(self, place: Place | None) -> str:
        if place is None or place.path != self.issue or self.section(place):
            return ""
        return "body" if self.body and place.line >= self.body else "letter"
