"""Which tag every token of MJML source stands in, and what that tag may hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from newsletter.rendering.markup import Kind, Token
from newsletter.rendering.mjml_tags import DEFAULTS, TAGS, Content, Tag

_ANY_HTML = Tag(Content.HTML)
_OUTSIDE = Tag(Content.TAGS, frozenset({"mjml"}))


class Fault(NamedTuple):
    """One thing that is wrong in a source text.

    Attributes:
        offset: where in the source.
        message, hint: as in `newsletter.errors.Problem`.
    """

    offset: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A token with the tags around it.

    Attributes:
        parent: name of the tag it stands in; empty outside the root.
        holder: name of the nearest MJML tag around it; unlike `parent` inside HTML.
        rule: what the holder may hold.
    """

    token: Token
    parent: str
    holder: str
    rule: Tag


@dataclass(frozen=True, slots=True)
class _Open:
    """A tag that was opened and not yet closed; `holder` and `rule` as for what it holds."""

    token: Token
    holder: str
    rule: Tag


_NOTHING_OPEN = _Open(Token(Kind.OPEN, 0, 0), "", _OUTSIDE)


def place(tokens: list[Token], report: Callable[[Fault], None]) -> Iterator[Placed]:
    """Give every token its parent, and report what is not closed or closes nothing."""
    around: list[_Open] = []
    for token in tokens:
        if token.kind is Kind.CLOSE:
            _close(token, around, report)
            continue
        outer = around[-1] if around else _NOTHING_OPEN
        placed = Placed(token, outer.token.name, outer.holder, outer.rule)
        yield placed
        if token.kind is Kind.OPEN:
            around.append(_inside(placed))
    for open_tag in around:
        report(_unclosed(open_tag.token))


def _inside(placed: Placed) -> _Open:
    """What holds from here on: the tag itself, or for HTML what holds it."""
    token = placed.token
    rule = rule_of(placed)
    if rule is not None:
        return _Open(token, token.name, rule)
    if placed.rule.content is Content.HTML:
        return _Open(token, placed.holder, placed.rule)
    return _Open(token, token.name, _ANY_HTML)  # wrong here, and told; its content may be fine


def rule_of(placed: Placed) -> Tag | None:
    """The rule of an MJML tag; None for HTML and for what is unknown."""
    table = DEFAULTS if placed.parent == "mj-attributes" else TAGS
    return table.get(placed.token.name)


def _close(token: Token, around: list[_Open], report: Callable[[Fault], None]) -> None:
    name = token.name.lower()
    if not any(one.token.name.lower() == name for one in reversed(around)):
        report(Fault(token.start, f"</{token.name}> closes nothing that is open.", "Take it out."))
        return
    while around:
        closed = around.pop().token
        if closed.name.lower() == name:
            return
        report(_unclosed(closed))


def _unclosed(token: Token) -> Fault:
    return Fault(
        token.start, f"<{token.name}> is never closed.", f"Write </{token.name}> where it ends."
    )
