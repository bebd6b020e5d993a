"""Shares beside the lines that mailbox providers draw."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from newsletter.web.studio.charts.chart import Chart, Table, bar, picture
from newsletter.web.studio.charts.drawing import rule, words

HIGH = 120
_TOP = 20
_ABOVE = 1.15  # so that the highest line is not the edge
_MARKS = 4


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many mails, in one week."""

    name: str
    part: int
    whole: int

    @property
    def value(self) -> float:
        """Between 0 and 1; more where words came about mails of an earlier week."""
        return max(0, self.part) / self.whole if self.whole > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """A share that matters, and what it means."""

    value: float
    words: str


def rates(
    slug: str, title: str, shares: Sequence[Share], lines: Sequence[Line], digits: int = 1
) -> Chart:
    """Draw shares as bars, and lines across them with their words.

    Args:
        lines: the lowest first, at least one.
        digits: of a percentage, behind the point.
    """
    top = max([_ABOVE * each.value for each in lines] + [each.value for each in shares])
    rows = tuple(
        (each.name, f"{each.whole:,}", f"{each.part:,}", told(each, digits)) for each in shares
    )
    about = _about(shares, lines, digits)
    drawn = [*_bars(slug, shares, lines, top), *_lines(lines, top), *_marks(shares)]
    svg = picture(slug, title, about, _TOP + HIGH + 26, drawn)
    return Chart(
        slug, title, about, svg, Table(title, ("Week of", "Mails", "Of these", "Share"), rows)
    )


def told(share: Share, digits: int) -> str:
    """In percent; a share of no mails is a dash."""
    return f"{share.value:.{digits}%}".replace("%", " %") if share.whole > 0 else "–"


def _bars(
    slug: str, shares: Sequence[Share], lines: Sequence[Line], top: float
) -> Iterator[Markup]:
    """Over the highest line they look another way, and the words say so too."""
    step = 100 / max(1, len(shares))
    for at, each in enumerate(shares):
        high = HIGH * each.value / top
        look = "over" if each.value >= lines[-1].value else "sure"
        if high:
            high = max(1.0, high)
            yield bar(slug, look, at * step + step * 0.15, _TOP + HIGH - high, step * 0.7, high)


def _lines(lines: Sequence[Line], top: float) -> Iterator[Markup]:
    yield rule(_TOP + HIGH, look="base")
    for each in lines:
        y = _TOP + HIGH - HIGH * each.value / top
        yield rule(y, look="limit")
        yield words(each.words, 0, y - 5, "axis on-top")


def _marks(shares: Sequence[Share]) -> Iterator[Markup]:
    step = max(1, -(-len(shares) // _MARKS))
    for at in range(0, len(shares), step):
        yield words(shares[at].name, 100 * at / len(shares), _TOP + HIGH + 18, "axis")


def _about(shares: Sequence[Share], lines: Sequence[Line], digits: int) -> str:
    highest = max(shares, key=lambda each: each.value, default=None)
    limits = "; ".join(each.words for each in lines)
    if highest is None or not highest.part:
        return f"None in these weeks. Lines: {limits}."
    over = sum(each.value >= lines[-1].value for each in shares)
    most = f"Most in the week of {highest.name}: {told(highest, digits)}."
    return f"{most} Weeks over the highest line: {over}. Lines: {limits}."
