"""What an element ends up with: the cascade and inheritance (CSS Cascade Level 4) for what
checks ask about: colours, background, the size and weight of text, and whether it shows.

Verified against a real browser's `getComputedStyle` in `tests/browser/test_cascade.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from lxml.html import HtmlElement

from newsletter.checks.css.colours import BLACK, TRANSPARENT, WHITE, Colour, parse_colour
from newsletter.checks.css.media import Screen, holds
from newsletter.checks.css.selecting import Finder, Specificity, specificity
from newsletter.checks.css.syntax import Declaration, StyleRule, parse_declarations, parse_sheet
from newsletter.checks.document import Document

_NEVER = frozenset({"head", "style", "script", "title", "template", "meta", "link", "noscript"})
_SIZES = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h5": 0.83, "h6": 0.67, "small": 5 / 6, "big": 1.2}
_BOLD = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "th"})
_KEYWORDS = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0,
    "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
}  # fmt: skip
_LENGTH = re.compile(r"([\d.]+)(px|pt|em|rem|%)?\Z")
_FONT_SIZE = re.compile(r"(?<![\w.])([\d.]+(?:px|pt|em|rem|%))(?=\s|/|\Z)")
_UNITS = {"px": 1.0, "pt": 4 / 3, "rem": 16.0}
_ASKED = frozenset(
    {"color", "background-color", "background-image", "font-size", "font-weight", "display",
     "visibility", "opacity", "color-scheme"}
)  # fmt: skip
# The colours Chromium gives a page that declares `color-scheme: dark`, in the dark.
_DARK_CANVAS, _DARK_LINK, _LINK = Colour(18, 18, 18), Colour(158, 158, 255), Colour(0, 0, 238)


@dataclass(frozen=True, slots=True)
class Look:
    """One element as shown.

    Attributes:
        colour: of its text, perhaps not opaque.
        ground: what lies behind its text, opaque: its own and all backgrounds below.
        on_picture: whether a picture lies there, so that `ground` says little.
        size: of its text, CSS pixels.
        bold: whether its weight is 700 or more.
        shown: False for `display: none`, here or above.
        audible: False for `visibility: hidden`; screen readers read what is transparent.
        opaque: False for `opacity: 0`, here or above.
    """

    colour: Colour
    ground: Colour
    on_picture: bool
    size: float
    bold: bool
    shown: bool
    audible: bool = True
    opaque: bool = True
    weight: float = field(default=400, compare=False)

    @property
    def visible(self) -> bool:
        """Whether its text can be seen, as far as `shown` lets it."""
        return self.audible and self.opaque


@dataclass(frozen=True, slots=True)
class Match:
    """A rule of a style block, by one of its selectors, with the elements it means."""

    rule: StyleRule
    selector: str
    elements: tuple[HtmlElement, ...]


class Cascade:
    """The styles of one document; find once which rules meet which element, ask often.

    Attributes:
        matches: what of the style blocks meets anything, in the order of the document.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._looks: dict[Screen, dict[HtmlElement, Look]] = {}
        finder = Finder(document.elements)
        self.matches = tuple(
            Match(rule, selector, tuple(found))
            for rule in style_rules(document)
            for selector in rule.selectors
            if (found := finder.find(selector))
        )
        self._met = _by_element(self.matches)

    def looks(self, screen: Screen) -> Mapping[HtmlElement, Look]:
        """Every element of the document on a screen."""
        if screen not in self._looks:
            self._looks[screen] = self._all(screen)
        return self._looks[screen]

    def _all(self, screen: Screen) -> dict[HtmlElement, Look]:
        dark = screen.dark and self.declares_dark
        base = _canvas(dark)
        looks: dict[HtmlElement, Look] = {}
        for element in self._document.elements:
            parent = element.getparent()
            above = base if parent is None else looks[parent]
            looks[element] = _look(element, self.values(element, screen), above, dark)
        return looks

    @property
    def declares_dark(self) -> bool:
        """Whether the mail says that it can be dark (`color-scheme`, in CSS or as meta)."""
        root = self.values(self._document.root, Screen()).get("color-scheme", "")
        metas = self._document.named("meta")
        said = [meta.get("content", "") for meta in metas if meta.get("name") == "color-scheme"]
        return any("dark" in text for text in (root, *said))

    def values(self, element: HtmlElement, screen: Screen) -> Mapping[str, str]:
        """The winning value of each property that is asked about."""
        chosen = _hints(element)
        marked: dict[str, str] = {}
        for met in self._met.get(element, ()):
            if not met.conditions or holds(met.conditions, screen):
                for each in met.asked:
                    (marked if each.important else chosen)[each.name] = each.value
        if style := element.get("style"):
            for each in _inline(style):
                (marked if each.important else chosen)[each.name] = each.value
        return chosen | marked


@dataclass(frozen=True, slots=True)
class _Met:
    """A rule that means an element: what decides which of several wins, and what it says."""

    specificity: Specificity
    order: int
    conditions: tuple[str, ...]
    asked: tuple[Declaration, ...]


def _by_element(matches: tuple[Match, ...]) -> Mapping[HtmlElement, list[_Met]]:
    """For each element the rules that say something we ask about, the strongest last."""
    found: dict[HtmlElement, list[_Met]] = {}
    for order, match in enumerate(matches):
        if asked := _longhands(match.rule.declarations):
            met = _Met(specificity(match.selector), order, match.rule.conditions, asked)
            for element in match.elements:
                found.setdefault(element, []).append(met)
    for met_here in found.values():
        met_here.sort(key=lambda each: (each.specificity, each.order))
    return found


def style_rules(document: Document) -> Iterator[StyleRule]:
    """The rules of all style blocks in order, those of `<style media>` under its condition."""
    for style in document.named("style"):
        media = style.get("media")
        for rule in parse_sheet(style.text or "").rules:
            if media:
                under = (f"@media {media}", *rule.conditions)
                yield StyleRule(rule.selectors, rule.declarations, under, rule.nested)
            else:
                yield rule


def _canvas(dark: bool) -> Look:
    ground, ink = (_DARK_CANVAS, WHITE) if dark else (WHITE, BLACK)
    return Look(ink, ground, False, 16.0, False, shown=True)


def _look(element: HtmlElement, values: Mapping[str, str], above: Look, dark: bool) -> Look:
    own = _background(values)
    pictured = values.get("background-image", "none") != "none" or bool(element.get("background"))
    weight = _weight(element, values.get("font-weight", ""), above.weight)
    return Look(
        colour=_ink(element, values, above, dark),
        ground=own.over(above.ground),
        on_picture=pictured or (above.on_picture and own.alpha < 1),
        size=_size(element, values.get("font-size", ""), above.size),
        bold=weight >= 700,
        shown=above.shown and element.tag not in _NEVER and values.get("display") != "none",
        audible=_is_visible(values, above.audible),
        opaque=above.opaque and values.get("opacity", "") not in ("0", "0.0", "0%"),
        weight=weight,
    )


def _is_visible(values: Mapping[str, str], above: bool) -> bool:
    said = values.get("visibility", "inherit")
    return above if said in ("inherit", "unset") else said == "visible"


def _ink(element: HtmlElement, values: Mapping[str, str], above: Look, dark: bool) -> Colour:
    said = values.get("color", "")
    if said and said not in ("inherit", "currentcolor", "unset"):
        return parse_colour(said) or above.colour
    if not said and element.tag == "a" and element.get("href") is not None:
        return _DARK_LINK if dark else _LINK
    return above.colour


def _background(values: Mapping[str, str]) -> Colour:
    return parse_colour(values.get("background-color", "transparent")) or TRANSPARENT


def _size(element: HtmlElement, said: str, inherited: float) -> float:
    if not said:
        return inherited * _SIZES.get(str(element.tag), 1.0)
    if said in _KEYWORDS:
        return _KEYWORDS[said]
    found = _LENGTH.match(said)
    if not found:
        return inherited * {"smaller": 5 / 6, "larger": 1.2}.get(said, 1.0)
    number, unit = float(found[1]), found[2] or "px"
    relative = {"em": inherited, "%": inherited / 100}
    return number * (relative.get(unit) or _UNITS.get(unit, 1.0))


def _weight(element: HtmlElement, said: str, inherited: float) -> float:
    if said.isdecimal():
        return float(said)
    if said in ("bold", "normal"):
        return 700 if said == "bold" else 400
    if said == "bolder" or (not said and element.tag in _BOLD):
        return 700 if inherited < 600 else 900
    return 400 if said == "lighter" and inherited < 800 else inherited


def _hints(element: HtmlElement) -> dict[str, str]:
    """Attributes that stand for styles, the weakest of all (HTML, 15.1)."""
    hints: dict[str, str] = {}
    if ground := element.get("bgcolor"):
        hints["background-color"] = ground
    ink = element.get("color") if element.tag == "font" else None
    if ink := ink or (element.get("text") if element.tag == "body" else None):
        hints["color"] = ink
    if element.get("hidden") is not None:
        hints["display"] = "none"
    return hints


@lru_cache(maxsize=8192)
def _inline(style: str) -> tuple[Declaration, ...]:
    return _longhands(parse_declarations(style))


def _longhands(declarations: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    return tuple(each for one in declarations for each in _expanded(one) if each.name in _ASKED)


def _expanded(declaration: Declaration) -> Iterator[Declaration]:
    """The longhands of `background` and `font`; others as they are, in lower case."""
    name, value, important = declaration.name, declaration.value.lower(), declaration.important
    if name == "background":
        # A gradient's colours are not the ground's; it is as unknown as a picture.
        pictured = "url(" in value or "gradient(" in value
        plain = re.sub(r"[\w-]*gradient\((?:[^()]|\([^()]*\))*\)|url\([^)]*\)", " ", value)
        colours = re.findall(r"[a-z]+\([^)]*\)|#?[\w-]+", plain)
        known = next((each for each in colours if parse_colour(each)), "transparent")
        yield Declaration("background-color", known, important)
        yield Declaration("background-image", "url" if pictured else "none", important)
    elif name == "font":
        if found := _FONT_SIZE.search(value):
            yield Declaration("font-size", found[1], important)
        weight = re.match(r"(?:\w+\s+)*?(bold|bolder|lighter|[1-9]00)\s", value)
        yield Declaration("font-weight", weight[1] if weight else "normal", important)
    else:
        yield Declaration(name, value, important)
