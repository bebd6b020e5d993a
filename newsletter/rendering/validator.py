"""What is wrong with MJML source, before the compiler sees it.

The compiler (MRML) drops unknown tags, unknown attributes and wrong nesting without a
word, and stops at a bare `<` without saying where. So everything is looked at here, and
all problems are told at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.errors import nearest
from newsletter.rendering.attribute_rules import defined_classes, wrong_attributes
from newsletter.rendering.conditions import wrong_conditions
from newsletter.rendering.markup import Kind, Token
from newsletter.rendering.mjml_tags import (
    DEFAULTS,
    REFUSED,
    TAGS,
    WITH_CONDITIONS,
    Content,
    Tag,
)
from newsletter.rendering.nesting import Fault, Placed, place
from newsletter.rendering.text_rules import (
    control_characters,
    wrong_comment,
    wrong_css,
    wrong_text,
)

_TAGS = (Kind.OPEN, Kind.EMPTY)
_ONCE = frozenset({"mjml", "mj-head", "mj-body"})


def faults(source: str, tokens: list[Token]) -> list[Fault]:
    """Everything that is wrong, in the order of the source.

    Args:
        source: MJML with line feeds for newlines.
        tokens: the same, scanned.

    Returns:
        An empty list when the compiler can be trusted with it.
    """
    found: list[Fault] = []
    placed = list(place(tokens, found.append))
    classes = defined_classes(placed)
    for one in placed:
        found.extend(_wrong_here(source, one, classes))
    found.extend(control_characters(source))
    found.extend(_wrong_frame(tokens))
    found.extend(_empty_carousels(placed))
    found.extend(wrong_conditions(source, tokens))
    return sorted(set(found))


def _wrong_here(source: str, placed: Placed, classes: frozenset[str]) -> Iterator[Fault]:
    token = placed.token
    match token.kind:
        case Kind.OPEN | Kind.EMPTY:
            yield from _wrong_place(placed)
            yield from wrong_attributes(placed, classes)
        case Kind.TEXT:
            yield from wrong_text(source[token.start : token.end], placed)
        case Kind.CSS:
            yield from wrong_css(source[token.start : token.end], token)
        case Kind.COMMENT:
            yield from wrong_comment(source[token.start + 4 : token.end - 3], placed)
        case Kind.CONDITION if placed.holder not in WITH_CONDITIONS:
            yield _misplaced_condition(placed)
        case Kind.BROKEN:
            yield _broken(source, token)


def _misplaced_condition(placed: Placed) -> Fault:
    where = f"in <{placed.holder}>" if placed.holder else "outside <mjml>"
    return Fault(placed.token.start, f"A condition cannot stand {where}.", "Put it into mj-raw.")


def _broken(source: str, token: Token) -> Fault:
    following = source[token.start : token.start + 5]
    if following.startswith("<!--"):
        return Fault(token.start, "A comment is never closed.", "Write --> where it ends.")
    if following.startswith(("<!", "<?")):
        return Fault(token.start, f'"{following}" is not MJML.', "Take it out; begin with <mjml>.")
    if following[1:2].isalpha() or following[1:2] == "/":
        return Fault(token.start, "A tag is not closed, or a quote is missing.", "End it with >.")
    return Fault(token.start, "A bare < stands here.", "Write &lt; for the character.")


def _wrong_place(placed: Placed) -> Iterator[Fault]:
    name, at = placed.token.name, placed.token.start
    is_mjml = name == "mjml" or name.lower().startswith("mj-")
    if name in REFUSED:
        yield Fault(at, f"<{name}> is not taken.", REFUSED[name])
    elif is_mjml and name not in TAGS and name not in DEFAULTS:
        yield Fault(at, f"There is no tag <{name}>.", nearest(name, [*TAGS, *DEFAULTS]))
    elif placed.parent == "mj-attributes":
        if name not in DEFAULTS:
            yield Fault(at, f"<{name}> has no defaults to set.", nearest(name, DEFAULTS))
    elif placed.rule.content is Content.HTML:
        if is_mjml:
            yield Fault(
                at, f"<{name}> cannot stand in <{placed.parent}>, which holds HTML.", _home(name)
            )
    elif name not in placed.rule.children:
        yield Fault(
            at, _cannot_stand(name, placed), _home(name) if is_mjml else _html_home(placed.rule)
        )


def _cannot_stand(name: str, placed: Placed) -> str:
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


def _wrong_frame(tokens: list[Token]) -> Iterator[Fault]:
    seen: set[str] = set()
    for token in tokens:
        if token.kind not in _TAGS or token.name not in _ONCE:
            continue
        if token.name in seen:
            yield Fault(token.start, f"There is a second <{token.name}>.", "Keep one.")
        seen.add(token.name)
    if "mjml" not in seen:
        yield Fault(0, "There is no <mjml> around the whole.", "Begin with <mjml><mj-body>.")
    elif "mj-body" not in seen:
        yield Fault(0, "There is no <mj-body>.", "Put it into <mjml>.")


def _empty_carousels(placed: list[Placed]) -> Iterator[Fault]:
    tags = [one for one in placed if one.token.kind in _TAGS]
    for index, one in enumerate(tags):
        following = tags[index + 1].parent if index + 1 < len(tags) else ""
        if one.token.name == "mj-carousel" and following != "mj-carousel":
            yield Fault(
                one.token.start, "<mj-carousel> holds no picture.", "Put mj-carousel-image in."
            )
