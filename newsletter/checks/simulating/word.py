"""Outlook on Windows: Word lays the mail out.

Sources: caniemail.com's notes to the features named, and Microsoft's "Word 2007 HTML and CSS
rendering capabilities in Outlook 2007", which holds for its successors, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from newsletter.checks.css.colours import parse_colour
from newsletter.checks.css.syntax import Declaration, parse_declarations
from newsletter.checks.simulating.log import Log
from newsletter.checks.simulating.stripping import write_style

VERSION = 16
"""What `mso` is: Outlook 2016, 2019, 2021 and the classic Outlook of Microsoft 365."""
MOST_BORDER = 8

_DOWNLEVEL_HIDDEN = re.compile(r"<!--\[if ([^\]]*)\]>(?!\s*<!-*>)(.*?)<!\[endif\]-->", re.DOTALL)
_REVEALED = re.compile(
    r"<!--\[if ([^\]]*)\]>\s*(?:<!-*>|-->)(.*?)(?:<!--\s*)?<!\[endif\]-->", re.DOTALL
)
_SETTINGS = re.compile(r"<xml\b.*?</xml>", re.DOTALL)  # for Office, not for the eye
_TERM = re.compile(r"(!?)\s*\(?\s*(?:(gte?|lte?)\s+)?(mso|IE|true|false)\s*(\d+)?\s*\)?\Z")
_CELLS = frozenset({"td", "th"})
_NO_WIDTH = frozenset({"body", "div", "img", "p", "span"})
_BORDER = re.compile(r"border(?:-(?:top|right|bottom|left))?(?:-width)?\Z")
_BORDER_WIDTH = re.compile(r"\b(\d+(?:\.\d+)?)px")


def read_conditions(html: str, log: Log) -> str:
    """Do as conditional comments say: show what is for Outlook, and hide what is not."""

    def shown(found: re.Match[str]) -> str:
        meant = is_meant(found[1])
        log.add(
            "a part for Outlook shown" if meant else "a part that is not for it hidden",
            "Microsoft, conditional comments",
        )
        return _SETTINGS.sub("", found[2]) if meant else ""

    return _DOWNLEVEL_HIDDEN.sub(shown, _REVEALED.sub(shown, html))


def is_meant(expression: str) -> bool:
    """Whether `mso`, `gte mso 9`, `mso | IE` or `!mso` is true in Outlook on Windows."""
    return any(all(map(_holds, part.split("&"))) for part in expression.split("|"))


def _holds(term: str) -> bool:
    found = _TERM.match(term.strip())
    if not found:
        return False
    negated, comparison, product, number = found.groups()
    bound = int(number or VERSION)
    holds = product == "true" or (
        product == "mso"
        and {
            "gt": bound < VERSION,
            "gte": bound <= VERSION,
            "lt": bound > VERSION,
            "lte": bound >= VERSION,
        }.get(comparison or "", bound == VERSION)
    )
    return holds is not bool(negated)


def lay_out(root: HtmlElement, log: Log) -> None:
    """Take out of style attributes what Word ignores on this kind of element."""
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("style"):
            declarations = parse_declarations(element.get("style", ""))
            kept = tuple(_kept(declarations, str(element.tag), log))
            if kept != declarations:
                write_style(element, kept)
        if element.get("background") and element.tag != "body":
            element.attrib.pop("background")
            log.add("attribute background taken out", "html-background")


def _kept(declarations: tuple[Declaration, ...], tag: str, log: Log) -> Iterator[Declaration]:
    for one in declarations:
        lost, source = _lost(one, tag)
        if source:
            log.add(f"{one.name} {lost}", source)
        if not source:
            yield one
        elif one.name == "background" and (colour := _colour(one.value)):
            yield Declaration("background", colour, one.important)
        elif source == "css-border":
            yield Declaration(one.name, _narrowed(one.value), one.important)


def _lost(one: Declaration, tag: str) -> tuple[str, str]:
    name = one.name
    if name.startswith("padding") and tag not in _CELLS:
        return "outside table cells ignored", "css-padding"
    if name == "max-width" and tag != "table":
        return "outside tables ignored", "css-max-width"
    if name in ("width", "height") and tag in _NO_WIDTH:
        return f"on <{tag}> ignored", f"css-{name}"
    if name == "display" and (one.value != "none" or tag == "img"):
        return "ignored", "css-display"
    if name == "background" and parse_colour(one.value) is None:
        return "but for its colour ignored", "css-background"
    if _BORDER.match(name) and one.value != _narrowed(one.value):
        return f"narrowed to {MOST_BORDER} px", "css-border"
    return "", ""


def _colour(value: str) -> str:
    return next((each for each in value.split() if parse_colour(each)), "")


def _narrowed(value: str) -> str:
    return _BORDER_WIDTH.sub(
        lambda found: f"{MOST_BORDER}px" if float(found[1]) > MOST_BORDER else found.group(), value
    )
