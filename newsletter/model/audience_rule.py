"""The grammar of an audience: plain values in, an `Audience` and what is wrong out.

::

    rule       = "everyone" | a name from [audiences] | conditions
    conditions = { attribute: values, tags: values, received: numbers,
                   joined_after: day, joined_before: day, not: rule }

Conditions must all hold; a list means any of its values. Settings and issues share it, so it
knows neither TOML nor YAML: a fault carries the keys that lead to it, and the reader of the
file turns them into a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from newsletter.errors import nearest
from newsletter.model.audience import Audience
from newsletter.model.site import Attribute

EVERYONE = "everyone"
CONDITIONS = ("tags", "joined_after", "joined_before", "received", "not")

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a rule: the keys that lead there, what, and what to do."""

    keys: Keys
    message: str
    hint: str = ""


@dataclass(slots=True)
class _Reader:
    """Reads one rule and collects what is wrong with it."""

    attributes: Mapping[str, Attribute]
    named: Mapping[str, Audience]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, keys: Keys, message: str, hint: str = "") -> None:
        self.faults.append(Fault(keys, message, hint))

    def rule(self, value: Any, keys: Keys) -> Audience:
        if isinstance(value, str):
            return self.name(value, keys)
        if isinstance(value, Mapping):
            return self.conditions(value, keys)
        self.fault(keys, "An audience is a name or conditions.", "Write `everyone` for all.")
        return Audience()

    def name(self, value: str, keys: Keys) -> Audience:
        if value == EVERYONE:
            return Audience()
        if value not in self.named:
            known = (EVERYONE, *self.named)
            self.fault(keys, f'There is no audience "{value}".', nearest(value, known))
            return Audience()
        return replace(self.named[value], name=value)

    def conditions(self, value: Mapping[Any, Any], keys: Keys) -> Audience:
        if not value:
            self.fault(keys, "The audience has no conditions.", "Write `everyone` for all.")
        rule = Audience(name="")
        for key, condition in value.items():
            rule = self.condition(rule, str(key), condition, (*keys, str(key)))
        return rule

    def condition(self, rule: Audience, key: str, value: Any, keys: Keys) -> Audience:
        match key:
            case "tags":
                return replace(rule, tags=self.texts(value, keys))
            case "received":
                return replace(rule, received=self.numbers(value, keys))
            case "joined_after":
                return replace(rule, joined_after=self.day(value, keys))
            case "joined_before":
                return replace(rule, joined_before=self.day(value, keys))
            case "not":
                return replace(rule, excluding=self.excluding(value, keys))
        return self.attribute(rule, key, value, keys)

    def attribute(self, rule: Audience, key: str, value: Any, keys: Keys) -> Audience:
        if key not in self.attributes:
            known = (*CONDITIONS, *self.attributes)
            self.fault(keys, f'"{key}" is no attribute or condition.', nearest(key, known))
            return rule
        values = self.texts(value, keys)
        choices = self.attributes[key].choices
        for each in values:
            if choices and each not in choices:
                self.fault(keys, f'"{each}" is not a choice of {key}.', nearest(each, choices))
        return replace(rule, attributes=(*rule.attributes, (key, values)))

    def excluding(self, value: Any, keys: Keys) -> Audience | None:
        before = len(self.faults)
        rule = self.rule(value, keys)
        if len(self.faults) == before and rule == Audience():
            self.fault(keys, "`not: everyone` leaves nobody.", "Take it out.")
        return rule

    def texts(self, value: Any, keys: Keys) -> tuple[str, ...]:
        values = value if isinstance(value, list | tuple) else (value,)
        if not values or not all(isinstance(each, str) and each.strip() for each in values):
            self.fault(keys, f"{keys[-1]} is a text or a list of texts.", "Quote numbers.")
            return ()
        return tuple(values)

    def numbers(self, value: Any, keys: Keys) -> tuple[int, ...]:
        values = value if isinstance(value, list | tuple) else (value,)
        if not values or not all(type(each) is int and each > 0 for each in values):
            self.fault(keys, "received is an issue's number or a list of them.", "Like `[11, 12]`.")
            return ()
        return tuple(values)

    def day(self, value: Any, keys: Keys) -> date | None:
        try:
            day = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            day = None
        if isinstance(day, date) and not isinstance(day, datetime):
            return day
        self.fault(keys, f"{keys[-1]} is not a day.", "Write it as YYYY-MM-DD.")
        return None


def read_audience(
    value: Any, attributes: tuple[Attribute, ...], named: Mapping[str, Audience]
) -> tuple[Audience, tuple[Fault, ...]]:
    """Read one audience.

    Args:
        value: what the file holds there: a text, or nested mappings, lists, texts, integers
            and dates.
        attributes: those the site declares.
        named: the audiences that may be named.

    Returns:
        The rule, and what is wrong with it; with faults the rule must not be used.
    """
    reader = _Reader({attribute.slug: attribute for attribute in attributes}, named)
    rule = reader.rule(value, ())
    return rule, tuple(reader.faults)
