"""A small plot of bands in text: what is sure is solid, what is possible above it is shaded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from newsletter.feedback.numbers import Band

ROWS = 3
_LABEL = 9
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_SHADE = "░"


def plot(name: str, bands: Sequence[Band]) -> Iterator[Text]:
    """One column a band, `ROWS` lines high; the highest is told beside it.

    Anything above nothing is at least an eighth of a line high, so that it is seen.
    """
    highest = max((each.possible for each in bands), default=0)
    steps = [(_height(each.surely, highest), _height(each.possible, highest)) for each in bands]
    for row in reversed(range(ROWS)):
        label = name if row == 0 else ""
        line = "".join(_cell(surely - 8 * row, possible - 8 * row) for surely, possible in steps)
        peak = f"{highest:>6,}" if row == ROWS - 1 else ""
        yield Text(f"{label:{_LABEL}}") + Text(line.ljust(len(bands)), "cyan") + Text(peak, "dim")


def _height(count: int, highest: int) -> int:
    """In eighths of a line."""
    return max(1, round(count * ROWS * 8 / highest)) if count else 0


def _cell(surely: int, possible: int) -> str:
    if surely >= 1:
        return _EIGHTHS[min(surely, 8)]
    return _SHADE if possible >= 1 else " "
