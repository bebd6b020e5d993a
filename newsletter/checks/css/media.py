"""Answers to media queries (Media Queries Level 4): of what screen, in which colours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_COMMA = re.compile(r",(?![^(]*\))")
_FEATURE = re.compile(r"\(\s*([\w-]+)\s*(?::\s*([^)]+?))?\s*\)")
_RANGE = re.compile(r"\(\s*width\s*(<=?|>=?)\s*([\d.]+)(px|em|rem)\s*\)")
_TYPE = re.compile(r"(not\s+|only\s+)?(all|screen|print|speech|tv|handheld)\b")
_LENGTH = re.compile(r"([\d.]+)(px|em|rem|)\Z")


@dataclass(frozen=True, slots=True)
class Screen:
    """What a reader looks at.

    Attributes:
        width: CSS pixels.
        dark: the system asks for dark colours.
    """

    width: int = 760
    dark: bool = False


def holds(conditions: Iterable[str], screen: Screen) -> bool:
    """Whether rules behind these at-rules apply; all of them must.

    What is not known does not apply, which is what a client does that does not know it.
    """
    return all(_one_holds(condition, screen) for condition in conditions)


@lru_cache(maxsize=256)
def _one_holds(condition: str, screen: Screen) -> bool:
    name, _, query = condition.partition(" ")
    if name == "@layer":
        return True
    if name == "@supports":
        return "selector(" not in query and not query.startswith("not")
    if name != "@media":
        return False
    return any(_query_holds(part.strip().lower(), screen) for part in _COMMA.split(query))


def _query_holds(query: str, screen: Screen) -> bool:
    wanted, rest = True, query
    if found := _TYPE.match(query):
        wanted = (found[1] or "").strip() != "not"
        if found[2] not in ("all", "screen"):
            return not wanted
        rest = query[found.end() :]
    elif query.startswith("not"):
        wanted = False
    holding = all(_feature_holds(f[1], f[2] or "", screen) for f in _FEATURE.finditer(rest))
    in_range = all(_range_holds(f[1], f[2], f[3], screen) for f in _RANGE.finditer(rest))
    known = not _RANGE.sub("", _FEATURE.sub("", rest)).replace("and", "").replace("not", "").strip()
    return (holding and in_range and known) is wanted


def _range_holds(sign: str, number: str, unit: str, screen: Screen) -> bool:
    bound = _pixels(f"{number}{unit}")
    return {
        "<": screen.width < bound,
        "<=": screen.width <= bound,
        ">": screen.width > bound,
        ">=": screen.width >= bound,
    }[sign]


def _feature_holds(name: str, value: str, screen: Screen) -> bool:
    name = name.replace("device-width", "width")
    match name:
        case "max-width":
            return screen.width <= _pixels(value)
        case "min-width":
            return screen.width >= _pixels(value)
        case "prefers-color-scheme":
            return value == ("dark" if screen.dark else "light")
        case "orientation":
            return value == "landscape"
        case "hover" | "any-hover":
            return value in ("", "hover")
        case "prefers-reduced-motion":
            return value == "no-preference"
    # -webkit-min-device-pixel-ratio: 0 is how WebKit alone is addressed; all its kin hold.
    return name in ("-webkit-min-device-pixel-ratio", "min-resolution") and value in ("0", "0dpi")


def _pixels(value: str) -> float:
    found = _LENGTH.match(value.strip())
    if not found:
        return float("nan")  # compares false with everything
    return float(found[1]) * (16 if found[2] in ("em", "rem") else 1)
