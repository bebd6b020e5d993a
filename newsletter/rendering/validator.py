"""What is wrong with MJML source, before the compiler sees it.

The compiler (MRML) drops unknown tags, unknown attributes and wrong nesting without a
word, and stops at a bare `<` without saying where. So everything is looked at here, and
all problems are told at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.entities import html5

from newsletter.errors import nearest
from newsletter.rendering.markup import Attribute, Kind, Token
from newsletter.rendering.mjml_tags import (
    DEFAULTS,
    REFUSED,
    TAGS,
    WITH_CONDITIONS,
    WITHOUT_COMMENTS,
    WITHOUT_EFFECT,
    Content,
    Tag,
)

_TAGS = (Kind.OPEN, Kind.EMPTY)
_ONCE = frozenset({"mjml", "mj-head", "mj-body"})
_HOLD_COMMENTS = (Content.TAGS, Content.HTML)
_ANY_HTML = Tag(Content.HTML)
_OUTSIDE = Tag(Content.TAGS, frozenset({"mjml"}))
_REFERENCE = re.compile(r"&(?:(?P<name>[A-Za-z][A-Za-z0-9]*;)|#[0-9]+;|#[xX][0-9A-Fa-f]+;)?")
_MJML_TAG = re.compile("</?mj")
_IS_CONDITIONAL = re.compile(r"\[if\b", re.IGNORECASE)
# `<!--[if x]>...<![endif]-->`, or `<!--[if x]><!-->`, whose end is a comment of its own.
_CONDITIONAL = re.compile(
    r"\[if [^\]<>]*\]>(?:<!(?:-- )?|(?:(?!<!|--).)*<!\[endif\])", re.IGNORECASE | re.DOTALL
)
# Everything Unicode calls a control character but tab and newline, and what is no character.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in a source text.

    Attributes:
        offset: where in the source.
        message, hint: as in `newsletter.errors.Problem`.
    """

    offset: int
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Placed:
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


_Found = tuple[int, str, str]  # what a Fault is made of


def faults(source: str, tokens: list[Token]) -> list[Fault]:
    """Everything that is wrong, in the order of the source.

    Args:
        source: MJML with line feeds for newlines.
        tokens: the same, scanned.

    Returns:
        An empty list when the compiler can be trusted with it.
    """
    found: list[_Found] = []
    placed = list(_place(tokens, found.append))
    classes = _defined_classes(placed)
    for one in placed:
        found.extend(_wrong_here(source, one, classes))
    found.extend(_control_characters(source))
    found.extend(_wrong_frame(tokens))
    found.extend(_empty_carousels(placed))
    return sorted({Fault(*one) for one in found})


_NOTHING_OPEN = _Open(Token(Kind.OPEN, 0, 0), "", _OUTSIDE)


def _place(tokens: list[Token], report: Callable[[_Found], None]) -> Iterator[_Placed]:
    """Give every token its parent, and report what is not closed or closes nothing."""
    around: list[_Open] = []
    for token in tokens:
        if token.kind is Kind.CLOSE:
            _close(token, around, report)
            continue
        outer = around[-1] if around else _NOTHING_OPEN
        placed = _Placed(token, outer.token.name, outer.holder, outer.rule)
        yield placed
        if token.kind is Kind.OPEN:
            around.append(_inside(placed))
    for open_tag in around:
        report(_unclosed(open_tag.token))


def _inside(placed: _Placed) -> _Open:
    """What holds from here on: the tag itself, or for HTML what holds it."""
    token = placed.token
    rule = _rule_of(placed)
    if rule is not None:
        return _Open(token, token.name, rule)
    if placed.rule.content is Content.HTML:
        return _Open(token, placed.holder, placed.rule)
    return _Open(token, token.name, _ANY_HTML)  # wrong here, and told; its content may be fine


def _close(token: Token, around: list[_Open], report: Callable[[_Found], None]) -> None:
    names = [one.token.name.lower() for one in around]
    name = token.name.lower()
    if name not in names:
        report((token.start, f"</{token.name}> closes nothing that is open.", "Take it out."))
        return
    while around:
        closed = around.pop().token
        if closed.name.lower() == name:
            return
        report(_unclosed(closed))


def _unclosed(token: Token) -> _Found:
    return token.start, f"<{token.name}> is never closed.", f"Write </{token.name}> where it ends."


def _wrong_frame(tokens: list[Token]) -> Iterator[_Found]:
    seen: set[str] = set()
    for token in tokens:
        if token.kind not in _TAGS or token.name not in _ONCE:
            continue
        if token.name in seen:
            yield token.start, f"There is a second <{token.name}>.", "Keep one."
        seen.add(token.name)
    if "mjml" not in seen:
        yield 0, "There is no <mjml> around the whole.", "Begin with <mjml><mj-body>."
    elif "mj-body" not in seen:
        yield 0, "There is no <mj-body>.", "Put it into <mjml>."


def _empty_carousels(placed: list[_Placed]) -> Iterator[_Found]:
    tags = [one for one in placed if one.token.kind in _TAGS]
    for index, one in enumerate(tags):
        following = tags[index + 1].parent if index + 1 < len(tags) else ""
        if one.token.name == "mj-carousel" and following != "mj-carousel":
            yield one.token.start, "<mj-carousel> holds no picture.", "Put mj-carousel-image in."


def _control_characters(source: str) -> Iterator[_Found]:
    for match in _CONTROL.finditer(source):
        name = f"U+{ord(match.group()):04X}"
        yield match.start(), f"The control character {name} stands here.", "Take it out."


def _wrong_here(source: str, placed: _Placed, classes: frozenset[str]) -> Iterator[_Found]:
    token = placed.token
    match token.kind:
        case Kind.OPEN | Kind.EMPTY:
            yield from _wrong_place(placed)
            yield from _wrong_attributes(placed, classes)
        case Kind.TEXT:
            yield from _wrong_text(source[token.start : token.end], placed)
        case Kind.CSS:
            yield from _wrong_css(source[token.start : token.end], token)
        case Kind.COMMENT:
            yield from _wrong_comment(source[token.start + 4 : token.end - 3], placed)
        case Kind.MARKER if placed.holder not in WITH_CONDITIONS:
            yield _misplaced_condition(placed)
        case Kind.BROKEN:
            yield _broken(source, token)


def _broken(source: str, token: Token) -> _Found:
    following = source[token.start : token.start + 5]
    if following.startswith("<!--"):
        return token.start, "A comment is never closed.", "Write --> where it ends."
    if following.startswith(("<!", "<?")):
        return token.start, f'"{following}" is not MJML.', "Take it out; begin with <mjml>."
    if following[1:2].isalpha() or following[1:2] == "/":
        return token.start, "A tag is not closed, or a quote is missing.", "End it with >."
    return token.start, "A bare < stands here.", "Write &lt; for the character."


# Tags


def _wrong_place(placed: _Placed) -> Iterator[_Found]:
    name, at = placed.token.name, placed.token.start
    is_mjml = name == "mjml" or name.lower().startswith("mj-")
    if name in REFUSED:
        yield at, f"<{name}> is not taken.", REFUSED[name]
    elif is_mjml and name not in TAGS and name not in DEFAULTS:
        yield at, f"There is no tag <{name}>.", nearest(name, [*TAGS, *DEFAULTS])
    elif placed.parent == "mj-attributes":
        if name not in DEFAULTS:
            yield at, f"<{name}> has no defaults to set.", nearest(name, DEFAULTS)
    elif placed.rule.content is Content.HTML:
        if is_mjml:
            yield at, f"<{name}> cannot stand in <{placed.parent}>, which holds HTML.", _home(name)
    elif name not in placed.rule.children:
        yield at, _cannot_stand(name, placed), _home(name) if is_mjml else _html_home(placed.rule)


def _cannot_stand(name: str, placed: _Placed) -> str:
    if not placed.parent:
        return f"<{name}> stands outside <mjml>."
    return f"<{name}> cannot stand in <{placed.parent}>."


def _home(name: str) -> str:
    """Where a tag belongs."""
    if name in ("mj-all", "mj-class"):
        return "It belongs in mj-attributes."
    homes = sorted(parent for parent, tag in TAGS.items() if name in tag.children)
    return f"It belongs in {' or '.join(homes)}." if homes else ""


def _html_home(rule: Tag) -> str:
    if rule.content is Content.TEXT:
        return "Only text may stand there."
    return "Put HTML into mj-text or mj-raw."


# Attributes


def _wrong_attributes(placed: _Placed, classes: frozenset[str]) -> Iterator[_Found]:
    token = placed.token
    if token.rest:
        yield token.start, f'"{_short(token.rest)}" in <{token.name}> is no attribute.', _AS_QUOTED
    yield from _written_twice(token)
    for attribute in token.attributes:
        yield from _wrong_value(attribute)
    rule = _rule_of(placed)
    if rule is not None:
        yield from _wrong_names(token, rule)
        yield from _unknown_classes(token, classes)


_AS_QUOTED = 'Write attributes as name="value", with a space between them.'


def _rule_of(placed: _Placed) -> Tag | None:
    """The rule of an MJML tag; None for HTML and for what is unknown."""
    table = DEFAULTS if placed.parent == "mj-attributes" else TAGS
    return table.get(placed.token.name)


def _wrong_names(token: Token, rule: Tag) -> Iterator[_Found]:
    for attribute in token.attributes:
        way_round = WITHOUT_EFFECT.get((token.name, attribute.name))
        if way_round:
            message = f"<{token.name}> takes {attribute.name} without any effect."
            yield attribute.start, message, way_round
        elif attribute.name not in rule.attributes:
            message = f'<{token.name}> has no attribute "{attribute.name}".'
            yield attribute.start, message, nearest(attribute.name, rule.attributes)
        elif attribute.value is None:
            yield attribute.start, f'"{attribute.name}" has no value.', _AS_QUOTED
    written = {attribute.name for attribute in token.attributes}
    for name in sorted(rule.required - written):
        yield token.start, f"<{token.name}> needs {name}.", f'Write {name}="...".'


def _written_twice(token: Token) -> Iterator[_Found]:
    seen: set[str] = set()
    for attribute in token.attributes:
        if attribute.name.lower() in seen:
            message = f'"{attribute.name}" is written twice in <{token.name}>.'
            yield attribute.start, message, "Keep one."
        seen.add(attribute.name.lower())


def _wrong_value(attribute: Attribute) -> Iterator[_Found]:
    value = attribute.value or ""
    if not attribute.quoted:
        message = f"The value of {attribute.name} stands without quotes."
        yield attribute.start, message, f'Write {attribute.name}="{value}".'
    if "<" in value:
        message = f"The value of {attribute.name} holds a <."
        yield attribute.start, message, "Is a closing quote missing? Write &lt; for the character."
    for _, message, hint in _wrong_references(value, attribute.start):
        yield attribute.start, message, hint


def _defined_classes(placed: list[_Placed]) -> frozenset[str]:
    return frozenset(
        attribute.value or ""
        for one in placed
        if one.token.name == "mj-class" and one.parent == "mj-attributes"
        for attribute in one.token.attributes
        if attribute.name == "name"
    )


def _unknown_classes(token: Token, classes: frozenset[str]) -> Iterator[_Found]:
    for attribute in token.attributes:
        if attribute.name != "mj-class":
            continue
        for name in (attribute.value or "").split():
            if name not in classes:
                hint = nearest(name, classes) or "Define it with mj-class in mj-attributes."
                yield attribute.start, f'No mj-class is named "{name}".', hint


# Text


def _wrong_text(text: str, placed: _Placed) -> Iterator[_Found]:
    start = placed.token.start
    if placed.rule.content in (Content.HTML, Content.TEXT):
        yield from _wrong_references(text, start)
    elif stray := text.strip():
        at = start + text.index(stray)
        where = f"in <{placed.parent}>" if placed.parent else "outside <mjml>"
        yield at, f'The text "{_short(stray)}" stands {where}.', "Put it into mj-text."


def _wrong_references(text: str, start: int) -> Iterator[_Found]:
    for match in _REFERENCE.finditer(text):
        if match.group() == "&":
            yield start + match.start(), "A bare & stands here.", "Write &amp; for the character."
        elif match["name"] and match["name"] not in html5:
            message = f"{match.group()} is no character reference."
            yield start + match.start(), message, "Write &amp; for the character &."


def _wrong_css(css: str, token: Token) -> Iterator[_Found]:
    if "<" in css:
        at = token.start + css.index("<")
        yield at, "A < stands in CSS, where none can.", "Take it out, of comments too."
    for match in _REFERENCE.finditer(css):
        if match.group() != "&":
            message = f"{match.group()} stands in CSS, where references are not resolved."
            yield token.start + match.start(), message, "Pass the value through | css."


def _wrong_comment(comment: str, placed: _Placed) -> Iterator[_Found]:
    at = placed.token.start
    if _IS_CONDITIONAL.match(comment):
        if placed.holder not in WITH_CONDITIONS:
            yield _misplaced_condition(placed)
        elif not _CONDITIONAL.fullmatch(comment):
            yield at, "A conditional comment is not whole.", "End it with <![endif]-->."
        elif _MJML_TAG.search(comment):
            yield at, "An MJML tag stands in a conditional comment.", "Write HTML there."
    elif placed.holder in WITHOUT_COMMENTS or placed.rule.content not in _HOLD_COMMENTS:
        yield at, f"A comment cannot stand in <{placed.parent}>.", "Put it before."
    elif "--" in comment or comment.endswith("-"):
        yield at, "A comment holds -- inside.", "Write it without."


def _misplaced_condition(placed: _Placed) -> _Found:
    where = f"in <{placed.holder}>" if placed.holder else "outside <mjml>"
    return placed.token.start, f"A condition cannot stand {where}.", "Put it into mj-raw."


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
