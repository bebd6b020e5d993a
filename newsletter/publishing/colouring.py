"""Which colours of the theme meet in a letter, and how well they can be told apart.

Nobody lists the pairs: a letter with one piece of every kind is printed once with colours that
are all different, and read as the check of contrast (A09) reads it. So the pairs are those of
the site's own templates, whatever a designer does there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from newsletter.checks import Evidence, Specimen
from newsletter.checks.contrast import readable_colours
from newsletter.checks.css.cascade import Cascade
from newsletter.checks.css.colours import Colour, contrast, parse_colour
from newsletter.checks.darkness import logo_on_dark
from newsletter.checks.document import Document
from newsletter.checks.inverting import fully, partially
from newsletter.checks.legibility import Mode, spots
from newsletter.content.library import Library
from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.content import INLINE_KINDS, Issue, Section, Snippet, Topic
from newsletter.model.finding import Finding
from newsletter.model.merge import MergeText
from newsletter.model.site import Site, Theme
from newsletter.publishing.galley import Galley
from newsletter.rendering import prepare_press

_NEARLY = 0.005  # as A09: a ratio is told with two digits
_LINK = MergeText(("https://example.com/",))
_NOWHERE = Place("")


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two colours of the theme of which one stands on the other.

    Attributes:
        ink, ground: their names in the theme.
        dark: whether they meet on dark screens.
        needed: the contrast that the smallest text in these colours needs: 4.5, or 3.
    """

    ink: str
    ground: str
    dark: bool
    needed: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair in the colours of a theme.

    Attributes:
        ratio: their contrast as the letter shows them, 1 to 21 (WCAG 2.2, "contrast ratio").
        turned: the worst contrast where clients turn the colours round by themselves; None for
            dark colours, which nobody turns.
        needed: by WCAG 2.2, 1.4.3.
    """

    pair: Pair
    ratio: float
    turned: float | None

    @property
    def enough(self) -> bool:
        """Whether the letter itself can be read."""
        return self.ratio >= self.pair.needed - _NEARLY

    @property
    def survives(self) -> bool:
        """Whether it can be read, too, where clients turn colours round."""
        return self.turned is None or self.turned >= self.pair.needed - _NEARLY


def pairs_of(site: Site) -> tuple[Pair, ...]:
    """The pairs that a site's templates make, light before dark.

    Raises:
        ContentError, TemplateError, RenderError: a template can not be printed.
    """
    return _pairs(_Canvas(replace(site, theme=_marked(site.theme))), _stamp(site.root))


def judge_pairs(pairs: tuple[Pair, ...], colours: Mapping[str, str]) -> tuple[Judged, ...]:
    """Measure pairs in the colours of a theme; colours that are none are left out.

    Args:
        colours: name -> `#rrggbb`.

    Returns:
        In the order of the pairs.
    """
    known = {name: parse_colour(value) for name, value in colours.items()}
    return tuple(
        _judged(pair, ink, ground)
        for pair in pairs
        if (ink := known.get(pair.ink)) and (ground := known.get(pair.ground))
    )


def _judged(pair: Pair, ink: Colour, ground: Colour) -> Judged:
    ratio = contrast(ink, ground)
    if pair.dark:
        return Judged(pair, ratio, None)
    return Judged(pair, ratio, min(contrast(*turn(ink, ground)) for turn in (fully, partially)))


@dataclass(frozen=True, eq=False)
class _Canvas:
    """A site that the cache tells from others by its folder and colours' names."""

    site: Site

    def _key(self) -> tuple[Path, tuple[str, ...], tuple[str, ...]]:
        return self.site.root, tuple(self.site.theme.colours), tuple(self.site.theme.fonts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Canvas) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@lru_cache(maxsize=8)
def _pairs(canvas: _Canvas, stamp: tuple[tuple[str, int, int], ...]) -> tuple[Pair, ...]:
    found: dict[tuple[str, str, bool], float] = {}
    for layout in sorted(Library(canvas.site).layouts):
        for ink, ground, dark, needed in _met(canvas.site, layout):
            key = (ink, ground, dark)
            found[key] = max(needed, found.get(key, 0.0))
    pairs = (Pair(*key, needed) for key, needed in found.items())
    return tuple(sorted(pairs, key=lambda pair: (pair.dark, pair.ground, pair.ink)))


def _met(site: Site, layout: str) -> Iterator[tuple[str, str, bool, float]]:
    names = {parse_colour(value): name for name, value in site.theme.colours.items()}
    press = prepare_press(_pattern(site, layout), site)
    document = Document(press.html(press.offered[0]))
    seen = spots(document, Cascade(document))
    for mode, dark in ((Mode.LIGHT, False), (Mode.DARK, True)):
        for spot in seen.get(mode, ()):
            if spot.ink in names and spot.ground in names:
                yield names[spot.ink], names[spot.ground], dark, spot.needed


def _marked(theme: Theme) -> Theme:
    """A theme in which no two colours are alike, and without pictures."""
    # An odd step meets every colour once before it meets one again.
    marks = {name: (0x204060 + 0x050301 * at) % 0x1000000 for at, name in enumerate(theme.colours)}
    colours = {name: f"#{mark:06x}" for name, mark in marks.items()}
    return replace(theme, colours=MappingProxyType(colours), logo="", logo_dark="")


def _pattern(site: Site, layout: str) -> Issue:
    """A letter with one piece of every kind that has a look."""
    kinds = [kind for kind in Library(site).kinds if kind != "image"]
    sections = tuple(_section(kind) for kind in kinds)
    topic = Topic("pattern", "Pattern", "", MergeText(("A disclaimer.",)), _NOWHERE)
    words = MergeText(("Words with [a link](https://example.com/).\n\n- An item\n",))
    return Issue(
        number=1,
        slug="pattern",
        subject=MergeText(("Pattern",)),
        preheader=MergeText(("Every kind of piece",)),
        send_at=None,
        timezone="",
        layout=layout,
        audience=Audience(),
        sections=sections,
        body=words,
        topics=(topic,),
        sources=(),
        place=_NOWHERE,
    )


def _section(kind: str) -> Section:
    inline = kind in INLINE_KINDS
    body = () if inline else ("Words with [a link](https://example.com/).\n\n- An item\n",)
    snippet = Snippet(
        slug=kind if inline else f"pattern/{kind}",
        kind=kind,
        title=kind,
        heading=MergeText(() if inline else (kind.capitalize(),)),
        body=MergeText(body),
        interest=None,
        image=None,
        alt="",
        link=_LINK if kind != "divider" else MergeText(),
        link_text=MergeText(("Read on",)),
        evidence="",
        place=_NOWHERE,
    )
    return Section(snippet.slug, snippet, _NOWHERE)


def _stamp(root: Path) -> tuple[tuple[str, int, int], ...]:
    """What tells one state of the templates from another."""
    files = sorted(path for path in (root / "templates").rglob("*") if path.is_file())
    stats = [(path, path.stat()) for path in files]
    return tuple((str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats)


def colour_findings(galley: Galley) -> tuple[Finding, ...]:
    """What the checks find in a letter's colours and logo, in its fullest variant.

    Only the rules about contrast (A09) and the logo in the dark (D02) are asked, so that it can
    be told while somebody picks a colour.
    """
    issue = galley.issue
    specimen = Specimen(
        rendition=galley.rendition(),
        site=galley.site,
        evidence=Evidence(),
        place=issue.place,
        sections=issue.sections,
        pictures=galley.pictures,
        issue=issue,
    )
    rules = (readable_colours, logo_on_dark)
    return tuple(finding for rule in rules for finding in rule.findings(specimen))
