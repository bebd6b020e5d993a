"""Which section made each part of a mail: what a click in the preview leads to, and back.

A mail is made once more, with marks (see `rendering.tracing`). Whoever shows the mail parses
both: they have the same elements, so the way to a mark is the way to what it stands before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter.errors import Place
from newsletter.model.content import Section
from newsletter.model.merge import MergeText
from newsletter.model.origin import INDEX_DIGITS
from newsletter.publishing.galley import Galley
from newsletter.rendering import trace

OPENING = -1
NOBODY = -2
_OF = "\ufdd2"  # a noncharacter (Unicode 23.7): in no path that people write


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one mark's words or address were written.

    Attributes:
        place: file and line.
        section: position among the issue's sections; `OPENING` for the issue's own words,
            `NOBODY` for what no section says, such as the footer.
    """

    place: Place
    section: int


@dataclass(frozen=True, slots=True)
class Spotted:
    """A mail with marks.

    Attributes:
        html: with marks; every element is where it is in the final bytes.
        sign: a mark is these digits and then its number in `digits` digits.
        spots: by number.
    """

    html: str
    sign: str
    digits: int
    spots: tuple[Spot, ...]


def spot(galley: Galley, variant: str = "") -> Spotted:
    """Make a variant once more, with marks.

    Args:
        variant: its name; the fullest without one.

    Raises:
        NotFound: the issue has no such variant.
    """
    chosen, issue = galley.variant(variant), galley.issue
    positions = {section.key: at for at, section in enumerate(issue.sections)}
    signed = tuple(_signed(section, positions[section.key]) for section in chosen.sections)
    traced = trace(galley.press, replace(chosen, sections=signed))
    spots = tuple(_spot(place, issue.place.path) for place in traced.places)
    return Spotted(traced.html, traced.sign, INDEX_DIGITS, spots)


def _signed(section: Section, at: int) -> Section:
    """The section, every place of it with its position: a snippet may stand in an issue twice."""

    def line(text: MergeText) -> MergeText:
        return replace(text, place=sign(text.place)) if text.place.path else text

    def sign(place: Place) -> Place:
        return Place(f"{place.path}{_OF}{at}", place.line)

    told = section.snippet
    snippet = replace(
        told,
        place=sign(told.place),
        image_place=sign(told.image_place) if told.image_place else None,
        heading=line(told.heading),
        body=line(told.body),
        link=line(told.link),
        link_text=line(told.link_text),
    )
    return replace(section, snippet=snippet)


def _spot(place: Place, issue: str) -> Spot:
    path, _, at = place.path.partition(_OF)
    if at:
        return Spot(Place(path, place.line), int(at))
    return Spot(place, OPENING if path == issue else NOBODY)
