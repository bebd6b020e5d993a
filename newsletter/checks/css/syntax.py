"""CSS as rules and declarations (CSS Syntax Module Level 3, as far as mails go).

Reading never fails: what no browser would understand is left out, as a browser does. The
same text is parsed once, since all variants of an issue share their style blocks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_STRING = r'"(?:\\.|[^"\\\n])*"|' + r"'(?:\\.|[^'\\\n])*'"
_COMMENT = re.compile(rf"({_STRING})|/\*.*?(?:\*/|\Z)", re.DOTALL)
# Strings and parentheses hide what stands in them: `url(data:image/png;base64,...)`.
_MARK = re.compile(rf"{_STRING}|\((?:[^()\"']|{_STRING}|\([^()]*\))*\)|[{{}};]", re.DOTALL)
_IMPORTANT = re.compile(r"\s*!\s*important\s*\Z", re.IGNORECASE)
_PROPERTY = re.compile(r"-?-?[a-z_][\w-]*\Z", re.IGNORECASE)
_COMMA = re.compile(rf",(?![^(\[]*[)\]])(?=(?:[^\"']|{_STRING})*\Z)")
_AT_NAME = re.compile(r"\A@[\w-]*")
_HTML_COMMENT = re.compile(r"<!--|-->")
_HOLDS_RULES = ("@media", "@supports", "@layer", "@container", "@-moz-document")


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`; the name in lower case, the value without `!important`."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True, slots=True)
class StyleRule:
    """Declarations for some selectors.

    Attributes:
        selectors: each for itself.
        conditions: the at-rules around it, outermost first: `@media (max-width: 480px)`.
        nested: whether other rules stand inside it (CSS Nesting).
    """

    selectors: tuple[str, ...]
    declarations: tuple[Declaration, ...]
    conditions: tuple[str, ...] = ()
    nested: bool = False


@dataclass(frozen=True, slots=True)
class AtRule:
    """`@font-face`, `@media`, ...: its name in lower case, its prelude, its body if any."""

    name: str
    prelude: str
    declarations: tuple[Declaration, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A style block: its rules in order, those inside at-rules included, and its at-rules."""

    rules: tuple[StyleRule, ...]
    at_rules: tuple[AtRule, ...]


@lru_cache(maxsize=256)
def parse_sheet(css: str) -> Sheet:
    """Read what stands in a `<style>`."""
    rules: list[StyleRule] = []
    at_rules: list[AtRule] = []
    _read(without_comments(_HTML_COMMENT.sub("", css)), (), rules, at_rules)
    return Sheet(tuple(rules), tuple(at_rules))


@lru_cache(maxsize=8192)
def parse_declarations(css: str) -> tuple[Declaration, ...]:
    """Read what stands in a `style` attribute or between the braces of a rule."""
    return tuple(filter(None, map(_declaration, _split(without_comments(css)))))


def without_comments(css: str) -> str:
    """The same CSS without comments; what looks like one inside a string stays."""
    return _COMMENT.sub(lambda found: found[1] or " ", css) if "/*" in css else css


def _read(
    css: str, conditions: tuple[str, ...], rules: list[StyleRule], at_rules: list[AtRule]
) -> None:
    for prelude, body in _blocks(css):
        if not prelude.startswith("@"):
            if body is not None:
                rules.append(_style_rule(prelude, body, conditions))
            continue
        name = _AT_NAME.findall(prelude)[0].lower()
        own = prelude[len(name) :].strip()
        if body is not None and name in _HOLDS_RULES:
            at_rules.append(AtRule(name, own))
            _read(body, (*conditions, f"{name} {own}".strip()), rules, at_rules)
        else:
            at_rules.append(AtRule(name, own, parse_declarations(_flat(body or ""))))


def _style_rule(prelude: str, body: str, conditions: tuple[str, ...]) -> StyleRule:
    selectors = tuple(filter(None, (one.strip() for one in _COMMA.split(prelude))))
    own = _flat(body)
    return StyleRule(selectors, parse_declarations(own), conditions, nested=own != body)


def _flat(body: str) -> str:
    """The declarations of a block without the blocks nested in it."""
    if "{" not in body:
        return body
    return ";".join(text for text, inner in _blocks(body) if inner is None)


def _blocks(css: str) -> Iterator[tuple[str, str | None]]:
    """Statements in order: what stands before the block, and the block, None when `;` ends it."""
    begun, depth, opened, prelude = 0, 0, 0, ""
    for mark in _MARK.finditer(css):
        sign = mark.group()
        if sign == "{":
            if depth == 0:
                prelude, opened = css[begun : mark.start()], mark.end()
            depth += 1
        elif sign == "}" and depth:
            depth -= 1
            if depth == 0:
                yield " ".join(prelude.split()), css[opened : mark.start()]
                begun = mark.end()
        elif sign in ";}" and depth == 0:
            if text := " ".join(css[begun : mark.start()].split()):
                yield text, None
            begun = mark.end()
    if depth:  # never closed: a browser closes it at the end (CSS Syntax 3, 5.4.8)
        yield " ".join(prelude.split()), css[opened:]
    elif text := " ".join(css[begun:].split()):
        yield text, None


def _split(css: str) -> Iterator[str]:
    begun = 0
    for mark in _MARK.finditer(css):
        if mark.group() == ";":
            yield css[begun : mark.start()]
            begun = mark.end()
    yield css[begun:]


def _declaration(text: str) -> Declaration | None:
    name, colon, value = text.partition(":")
    name = name.strip().lower()
    if not colon or not _PROPERTY.match(name):
        return None
    bare = _IMPORTANT.sub("", value)
    kept = " ".join(bare.split())
    return Declaration(name, kept, bare != value) if kept else None
