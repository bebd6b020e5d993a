"""A mail as a client shows it in the dark that inverts colours by itself: what was light, dark.

Colours in `style` and `bgcolor` are turned round by the two published methods (see
`checks.inverting`); pictures stay as they are, as they do there.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree, html
from lxml.html import HtmlElement

from newsletter.checks import inverting
from newsletter.checks.css.colours import BLACK, WHITE, Colour, parse_colour

METHODS: dict[str, Callable[[Colour, Colour], tuple[Colour, Colour]]] = {
    "inverted": inverting.fully,
    "darkened": inverting.partially,
}
_DECLARATION = re.compile(r"([a-z-]+)(\s*:\s*)([^;]+)", re.IGNORECASE)
_VALUE = re.compile(r"#[0-9a-fA-F]{3,8}\b|(?:rgb|hsl)a?\([^()]*\)|\b(?:white|black)\b")
_INKS = frozenset({"color"})
_GROUNDS = frozenset({"background", "background-color"})


def darken(source: str, method: str) -> str:
    """The mail with its colours turned round.

    Args:
        source: the final HTML.
        method: `inverted`, everything; or `darkened`, only light grounds and dark text.
    """
    turn = METHODS[method]
    root = html.document_fromstring(source, parser=html.HTMLParser(encoding="utf-8"))
    for each in root.iter(etree.Element):
        _darken_element(each, turn)
    _add_page(root, turn)
    return str(etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>"))


def _darken_element(
    element: HtmlElement, turn: Callable[[Colour, Colour], tuple[Colour, Colour]]
) -> None:
    def ink(found: re.Match[str]) -> str:
        colour = parse_colour(found[0])
        return turn(colour, WHITE)[0].hex if colour else found[0]

    def ground(found: re.Match[str]) -> str:
        colour = parse_colour(found[0])
        return turn(BLACK, colour)[1].hex if colour and colour.alpha else found[0]

    def declaration(found: re.Match[str]) -> str:
        name = found[1].lower()
        kind = ink if name in _INKS else ground
        known = name in _INKS | _GROUNDS or name.startswith("border")
        return found[1] + found[2] + (_VALUE.sub(kind, found[3]) if known else found[3])

    if style := element.get("style"):
        element.set("style", _DECLARATION.sub(declaration, style))
    if filling := element.get("bgcolor"):
        element.set("bgcolor", _VALUE.sub(ground, filling))


def _add_page(root: HtmlElement, turn: Callable[[Colour, Colour], tuple[Colour, Colour]]) -> None:
    """The client's own page is dark, too; what the mail says of it comes later and wins."""
    ink, page = turn(BLACK, WHITE)
    style = html.Element("style")
    style.text = f":root{{background:{page.hex};color:{ink.hex}}}"
    head = root.find("head")
    (root if head is None else head).insert(0, style)
