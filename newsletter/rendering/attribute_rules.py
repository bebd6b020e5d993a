"""What can be wrong with the attributes of a tag."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.errors import nearest
from newsletter.rendering.markup import Attribute, Token
from newsletter.rendering.mjml_tags import WITHOUT_EFFECT, Tag
from newsletter.rendering.nesting import Fault, Placed, rule_of
from newsletter.rendering.text_rules import short, wrong_references

_AS_QUOTED = 'Write attributes as name="value", with a space between them.'


def wrong_attributes(placed: Placed, classes: frozenset[str]) -> Iterator[Fault]:
    """What is wrong in one opening tag; `classes` are the names `mj-class` may use."""
    token = placed.token
    if token.rest:
        yield Fault(
            token.start, f'"{short(token.rest)}" in <{token.name}> is no attribute.', _AS_QUOTED
        )
    yield from _written_twice(token)
    for attribute in token.attributes:
        yield from _wrong_value(attribute)
    rule = rule_of(placed)
    if rule is not None:
        yield from _wrong_names(token, rule)
        yield from _unknown_classes(token, classes)


def _wrong_names(token: Token, rule: Tag) -> Iterator[Fault]:
    for attribute in token.attributes:
        way_round = WITHOUT_EFFECT.get((token.name, attribute.name))
        if way_round:
            message = f"<{token.name}> takes {attribute.name} without any effect."
            yield Fault(attribute.start, message, way_round)
        elif attribute.name not in rule.attributes:
            message = f'<{token.name}> has no attribute "{attribute.name}".'
            yield Fault(attribute.start, message, nearest(attribute.name, rule.attributes))
        elif attribute.value is None:
            yield Fault(attribute.start, f'"{attribute.name}" has no value.', _AS_QUOTED)
    written = {attribute.name for attribute in token.attributes}
    for name in sorted(rule.required - written):
        yield Fault(token.start, f"<{token.name}> needs {name}.", f'Write {name}="...".')


def _written_twice(token: Token) -> Iterator[Fault]:
    seen: set[str] = set()
    for attribute in token.attributes:
        if attribute.name.lower() in seen:
            message = f'"{attribute.name}" is written twice in <{token.name}>.'
            yield Fault(attribute.start, message, "Keep one.")
        seen.add(attribute.name.lower())


def _wrong_value(attribute: Attribute) -> Iterator[Fault]:
    value = attribute.value or ""
    if not attribute.quoted:
        message = f"The value of {attribute.name} stands without quotes."
        yield Fault(attribute.start, message, f'Write {attribute.name}="{value}".')
    if "<" in value:
        message = f"The value of {attribute.name} holds a <."
        yield Fault(
            attribute.start, message, "Is a closing quote missing? Write &lt; for the character."
        )
    for _, message, hint in wrong_references(value, attribute.start):
        yield Fault(attribute.start, message, hint)


def defined_classes(placed: list[Placed]) -> frozenset[str]:
    """The names `mj-attributes` gives to classes."""
    return frozenset(
        attribute.value or ""
        for one in placed
        if one.token.name == "mj-class" and one.parent == "mj-attributes"
        for attribute in one.token.attributes
        if attribute.name == "name"
    )


def _unknown_classes(token: Token, classes: frozenset[str]) -> Iterator[Fault]:
    for attribute in token.attributes:
        if attribute.name != "mj-class":
            continue
        for name in (attribute.value or "").split():
            if name not in classes:
                hint = nearest(name, classes) or "Define it with mj-class in mj-attributes."
                yield Fault(attribute.start, f'No mj-class is named "{name}".', hint)
