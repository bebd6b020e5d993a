"""A: its text can be told from its ground, in light and in the dark (A09)."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.legibility import Spot, spots
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity


@rule(
    "A09",
    Severity.WARNING,
    claim="Text has a contrast of 4.5:1, large text of 3:1: in light, in the mail's own dark "
    "colours, and where clients turn colours round by themselves.",
    why="Less can not be read by many, and by nobody in the sun (WCAG 2.2, 1.4.3). The two ways "
    "of turning round are RoosterJS's, of Outlook on the web, and Chromium's automatic dark theme.",
    mend="Darken the text or lighten its ground, in [theme.colours] of newsletter.toml or in "
    "the template.",
)
def readable_colours(specimen: Specimen) -> Iterator[Fault]:
    """A09. Each pair of colours is told once in each mode, the faintest first.

    What a client hides (the preheader) needs no contrast, and text on a picture has none that
    could be computed.
    """
    for mode, found in spots(specimen.document, specimen.cascade).items():
        for spot in _one_a_pair(found):
            yield Fault(
                f'"{spot.words}" has a contrast of {_ratio(spot.ratio)} {mode} '
                f"({spot.ink.hex} on {spot.ground.hex}); it needs {_ratio(spot.needed)}.",
                element=spot.element,
            )


def _one_a_pair(found: tuple[Spot, ...]) -> list[Spot]:
    pairs: dict[tuple[object, ...], Spot] = {}
    for spot in found:
        if spot.faint:
            pairs.setdefault((spot.ink, spot.ground, spot.needed), spot)
    return sorted(pairs.values(), key=lambda spot: spot.ratio / spot.needed)


def _ratio(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") + ":1"


RULES: tuple[Rule, ...] = (readable_colours,)
