"""Elements of SVG as text, and numbers as a chart needs them."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

Drawn = Iterable[Markup]

_STEPS = (1, 2, 4, 6, 8, 10)
_UNITS = ((10**12, "t"), (10**9, "b"), (10**6, "m"), (10**3, "k"))
_TOO_MUCH = 10**15


def tag(name: str, *inside: str, **attributes: str | float | None) -> Markup:
    """One element; text and values are escaped, attributes of None left out.

    `class_` stands for `class`, `aria_label` for `aria-label`.
    """
    told = "".join(
        f' {_name(key)}="{escape(_told(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{told}>{''.join(map(escape, inside))}</{name}>")  # noqa: S704 - escaped


def words(text: str, x: float, y: float, look: str = "", anchor: str = "start") -> Markup:
    """A line of text at `x` percent and `y` pixels.

    Args:
        anchor: `start`, `middle` or `end`.
    """
    other = None if anchor == "start" else anchor
    return tag("text", text, x=percent(x), y=y, class_=look or None, text_anchor=other)


def rule(y: float, x: float = 0.0, look: str = "grid") -> Markup:
    """A line across, from `x` percent to the end."""
    return tag("line", x1=percent(x), x2="100%", y1=y, y2=y, class_=look)


def percent(value: float) -> str:
    """As a length of SVG."""
    return f"{_told(value)}%"


def top_of(most: float) -> int:
    """A round number that is no less than the most; its half is a whole number, or it is 1."""
    size = 1
    while size * 10 < most:
        size *= 10
    return next(step * size for step in _STEPS if step * size >= most)


def ticks(top: int) -> tuple[int, ...]:
    """Where lines are drawn across: nothing, the half, all."""
    return (0, top // 2, top) if top > 1 else (0, top)


def short(count: float) -> str:
    """`950`, `1.2k`, `12k`, `1.5m`: few letters, for an axis."""
    if count >= _TOO_MUCH:
        return f"{count:.0e}"
    for size, unit in _UNITS:
        if count >= size:
            return f"{count / size:.1f}".removesuffix(".0") + unit
    return f"{count:g}"


def cut(text: str, most: int) -> str:
    """A label that fits; what is cut off stands in the table."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-")


def _told(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 2):.10g}"
