"""Rewrites MJML source so that the compiler can not damage it.

Each guard answers one way in which MRML departs from MJML, and each has a test that fails
without it. The source must have passed the `validator`.
"""

from __future__ import annotations

import re

from newsletter.rendering.markup import Attribute, Kind, Token
from newsletter.rendering.mjml_tags import TAGS, Content

_BLANK = " \t\n"
_BLANKS = re.compile(f"[{_BLANK}]+")
# MRML writes attribute values the way Rust prints a string for debugging: quotes and
# backslashes get a backslash, whatever is not "printable" becomes \u{...}. All that is not
# ASCII is written as a reference, so no table of printable characters has to be right.
_UNSAFE = re.compile(r"[^ !#-\[\]-~]")
# Lengths the compiler adds up; it does not understand an 0 without a unit.
_LENGTH = re.compile(
    r"(?!.*line-height)(?:.*-)?(?:padding|width|height|border|radius)(?:-(?:top|right|bottom|left))?"
)
_BARE_ZERO = re.compile(r"(?<!\S)0(?!\S)")
# Outlook reads three digits of a colour in an attribute (`bgcolor`) as another colour.
_COLOURED = re.compile(r"(?:.*-)?color")
_SHORT_HEX = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])(?![0-9a-fA-F])")
HOLD_TEXT = frozenset(name for name, tag in TAGS.items() if tag.content is not Content.TAGS)
_NEEDS_ALT = frozenset({"mj-image", "mj-carousel-image", "mj-social-element"})


def guard(source: str, tokens: list[Token], lang: str) -> str:
    """The same document, written so that MRML renders it as MJML means it.

    Args:
        source: valid MJML with line feeds for newlines.
        tokens: the same, scanned.
        lang: the language (BCP 47) of a document that names none.
    """
    alt_has_default = _sets_default_alt(tokens)
    pieces: list[str] = []
    holder = ""  # the tag around, if it holds text
    for token in tokens:
        text = source[token.start : token.end]
        if token.kind in (Kind.OPEN, Kind.EMPTY):
            text = _rewrite(token, lang, alt_has_default)
        elif token.kind is Kind.TEXT:
            text = _guarded_text(text, holder)
        pieces.append(text)
        if token.kind is Kind.OPEN and token.name in HOLD_TEXT:
            holder = token.name
        elif token.kind is Kind.CLOSE and token.name == holder:
            holder = ""
    return "".join(pieces)


def _guarded_text(text: str, holder: str) -> str:
    if not holder:
        return ""  # blanks between tags; MRML stops at some of them
    if holder == "mj-title":
        return _safe(text)  # MRML writes the title into aria-label, too
    # MRML drops blanks with a line feed between two tags, and so joins the words around.
    return text if text.strip(_BLANK) else " "


def _rewrite(token: Token, lang: str, alt_has_default: bool) -> str:
    values = {a.name: _guarded(token.name, a) for a in token.attributes}
    if token.name == "mjml":
        values.setdefault("lang", _safe(lang))
    if token.name in _NEEDS_ALT and not alt_has_default:
        values.setdefault("alt", "")
    written = "".join(
        f" {name}" if value is None else f' {name}="{value}"' for name, value in values.items()
    )
    return f"<{token.name}{written}{' /' if token.kind is Kind.EMPTY else ''}>"


def _sets_default_alt(tokens: list[Token]) -> bool:
    """Whether `mj-attributes` gives pictures an alt; an empty one must not beat it."""
    inside = False
    for token in tokens:
        if token.name == "mj-attributes":
            inside = token.kind is Kind.OPEN
        elif inside and any(attribute.name == "alt" for attribute in token.attributes):
            return True
    return False


def _guarded(tag: str, attribute: Attribute) -> str | None:
    if attribute.value is None:
        return None
    value = _safe(attribute.value)
    if not tag.startswith("mj-"):
        return value
    if attribute.name == "mj-class":
        return _last_class_wins(value)
    if _COLOURED.fullmatch(attribute.name):
        value = _SHORT_HEX.sub(r"#\1\1\2\2\3\3", value)
    return _with_units(value) if _LENGTH.fullmatch(attribute.name) else value


def _safe(value: str) -> str:
    collapsed = _BLANKS.sub(" ", value).strip(" ")
    return _UNSAFE.sub(lambda match: f"&#x{ord(match.group()):x};", collapsed)


def _last_class_wins(names: str) -> str:
    """MRML lets the first of several classes win, MJML the last."""
    return " ".join(reversed(names.split()))


def _with_units(value: str) -> str:
    return _BARE_ZERO.sub("0px", value)
