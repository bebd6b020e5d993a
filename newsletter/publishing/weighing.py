"""What each snippet of a letter weighs: what leaving it out would save."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from newsletter.checks import CLIP_BYTES, sent_bytes, tracked_links
from newsletter.errors import Place
from newsletter.model.content import Section
from newsletter.publishing.composing import Composition, at_once
from newsletter.rendering import Press, trace


@dataclass(frozen=True, slots=True)
class SectionWeight:
    """One section's share.

    Attributes:
        bytes: what leaving it out would save of the mail as sent.
        links: those of them that are tracked.
    """

    key: str
    place: Place
    bytes: int
    links: int


@dataclass(frozen=True, slots=True)
class Weight:
    """A letter's fullest variant.

    Attributes:
        html: bytes as rendered.
        sent: bytes as sent, with tracking.
        links: tracked links; `frame_links` those of the layout.
        frame: bytes of the letter without any section.
        cut: what Gmail cuts in two; None when it shows all.
    """

    slug: str
    variant: str
    html: int
    sent: int
    links: int
    frame: int
    frame_links: int
    sections: tuple[SectionWeight, ...]
    cut: Place | None


def weigh(composition: Composition, between: Callable[[], None] = at_once) -> Weight:
    """Weigh the fullest variant: it is made again without each of its sections.

    Args:
        between: as for `examine`.
    """
    press = composition.press
    variant, whole = press.offered[0], composition.renditions.renditions[0].html
    frame = _html(press, ())
    rows = []
    for section in variant.sections:
        between()
        rest = _html(press, [each for each in variant.sections if each is not section])
        rows.append(_row(section, whole, rest))
    return Weight(
        slug=composition.issue.slug,
        variant=variant.variant,
        html=len(whole.encode()),
        sent=sent_bytes(whole),
        links=tracked_links(whole),
        frame=sent_bytes(frame),
        frame_links=tracked_links(frame),
        sections=tuple(rows),
        cut=_cut(press, whole),
    )


def weight_row(weight: Weight) -> dict[str, Any]:
    """A weight as plain values."""
    return {
        "issue": weight.slug,
        "variant": weight.variant,
        "html_bytes": weight.html,
        "sent_bytes": weight.sent,
        "tracked_links": weight.links,
        "frame_bytes": weight.frame,
        "gmail_cuts_at": str(weight.cut) if weight.cut else None,
        "snippets": [
            {
                "key": row.key,
                "path": row.place.path,
                "line": row.place.line,
                "bytes": row.bytes,
                "tracked_links": row.links,
            }
            for row in weight.sections
        ],
    }


def _html(press: Press, sections: Sequence[Section]) -> str:
    return press.html(replace(press.offered[0], sections=tuple(sections)))


def _row(section: Section, whole: str, rest: str) -> SectionWeight:
    return SectionWeight(
        key=section.key,
        place=section.snippet.place,
        bytes=sent_bytes(whole) - sent_bytes(rest),
        links=tracked_links(whole) - tracked_links(rest),
    )


def _cut(press: Press, whole: str) -> Place | None:
    """Who wrote the first thing behind the byte at which Gmail cuts."""
    if sent_bytes(whole) <= CLIP_BYTES:
        return None
    traced = trace(press, press.offered[0], inlined=True)
    marks = list(traced.pattern.finditer(traced.html))
    for mark in marks:
        if sent_bytes(traced.pattern.sub("", traced.html[: mark.start()])) > CLIP_BYTES:
            return traced.places[int(mark[1])]
    return traced.places[int(marks[-1][1])] if marks else None
