"""`allow:` of an issue: rules that its author accepts, each with a reason."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.content.fields import Fields
from newsletter.content.yaml_tree import Entries, Items, describe
from newsletter.errors import Place
from newsletter.model.content import Allowed

_EXAMPLE = 'Write `- {rule: H04, because: "the name of the event is long"}`.'
_KEYS = ("rule", "because")


def read_allowed(fields: Fields) -> tuple[Allowed, ...]:
    """What stands under `allow`; each must name a rule and a reason."""
    node = fields.node("allow")
    if node is None:
        return ()
    if not isinstance(node, Items):
        fields.problem("allow", f"allow must be a list, not {describe(node)}.", _EXAMPLE)
        return ()
    return tuple(_read(node, fields))


def _read(node: Items, fields: Fields) -> Iterator[Allowed]:
    for item in node.items:
        if not isinstance(item, Entries):
            place = Place(fields.path, item.line)
            fields.reading.problem(place, f"This is {describe(item)}.", _EXAMPLE)
            continue
        own = Fields(item, fields.path, _KEYS, fields.reading)
        own.require("rule", _EXAMPLE)
        own.require("because", "An approval shows the reason, so that others can weigh it.")
        if own.text("rule") and own.text("because"):
            yield Allowed(own.text("rule"), own.text("because"), own.place("rule"))
