"""What can be wrong with text, CSS and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5

from newsletter.rendering.markup import Token
from newsletter.rendering.mjml_tags import WITH_CONDITIONS, WITHOUT_COMMENTS, Content
from newsletter.rendering.nesting import Fault, Placed

_HOLD_COMMENTS = (Content.TAGS, Content.HTML)
_REFERENCE = re.compile(r"&(?:(?P<name>[A-Za-z][A-Za-z0-9]*;)|#[0-9]+;|#[xX][0-9A-Fa-f]+;)?")
_OF_CONDITION = re.compile(r"\s*(?:<!)?\[(?:if|endif)\b", re.IGNORECASE)
_WHOLE_CONDITION = "Write <!--[if mso]>...<![endif]--> into mj-raw."
# Everything Unicode calls a control character but tab and newline, and what is no character.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def wrong_text(text: str, placed: Placed) -> Iterator[Fault]:
    """Text where none can stand, and its references."""
    start = placed.token.start
    if placed.rule.content in (Content.HTML, Content.TEXT):
        yield from wrong_references(text, start)
    elif stray := text.strip():
        at = start + text.index(stray)
        where = f"in <{placed.parent}>" if placed.parent else "outside <mjml>"
        yield Fault(at, f'The text "{short(stray)}" stands {where}.', "Put it into mj-text.")


def wrong_references(text: str, start: int) -> Iterator[Fault]:
    """A bare `&`, and references HTML does not know."""
    for match in _REFERENCE.finditer(text) if "&" in text else ():
        if match.group() == "&":
            yield Fault(
                start + match.start(), "A bare & stands here.", "Write &amp; for the character."
            )
        elif match["name"] and match["name"] not in html5:
            message = f"{match.group()} is no character reference."
            yield Fault(start + match.start(), message, "Write &amp; for the character &.")


def wrong_css(css: str, token: Token) -> Iterator[Fault]:
    """What a style block can not hold."""
    if "<" in css:
        at = token.start + css.index("<")
        yield Fault(at, "A < stands in CSS, where none can.", "Take it out, of comments too.")
    for match in _REFERENCE.finditer(css):
        if match.group() != "&":
            message = f"{match.group()} stands in CSS, where references are not resolved."
            yield Fault(token.start + match.start(), message, "Pass the value through | css.")


def wrong_comment(comment: str, placed: Placed) -> Iterator[Fault]:
    """What the compiler makes of a comment; it is given without `<!--` and `-->`."""
    at = placed.token.start
    if _OF_CONDITION.match(comment):
        if comment.strip() != "<![endif]" or placed.holder not in WITH_CONDITIONS:
            yield Fault(at, "A condition is not whole, or not in mj-raw.", _WHOLE_CONDITION)
    elif placed.holder in WITHOUT_COMMENTS or placed.rule.content not in _HOLD_COMMENTS:
        yield Fault(at, f"A comment cannot stand in <{placed.parent}>.", "Put it before.")
    elif "--" in comment or comment.endswith("-"):
        yield Fault(at, "A comment holds -- inside.", "Write it without.")


def control_characters(source: str) -> Iterator[Fault]:
    """Characters that no mail may hold."""
    for match in _CONTROL.finditer(source):
        name = f"U+{ord(match.group()):04X}"
        yield Fault(match.start(), f"The control character {name} stands here.", "Take it out.")


def short(text: str) -> str:
    """On one line, cut to 40 characters."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
