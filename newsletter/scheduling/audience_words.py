"""An audience as a sentence: who gets an issue, said as a person would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from newsletter.model.audience import Audience

_MOST = 4


def in_words(rule: Audience) -> str:
    """`Everyone who confirmed`, or `Readers whose clinic is berlin, tagged vip`."""
    conditions = list(_conditions(rule))
    if not conditions:
        return "Everyone who confirmed"
    return f"Readers {', and '.join(conditions)}"


def _conditions(rule: Audience) -> Iterator[str]:
    for name, values in rule.attributes:
        yield f"whose {name.replace('_', ' ')} is {_any_of(values)}"
    if rule.tags:
        yield f"tagged {_any_of(rule.tags)}"
    if rule.joined_after is not None:
        yield f"who joined on {_day(rule.joined_after)} or later"
    if rule.joined_before is not None:
        yield f"who joined before {_day(rule.joined_before)}"
    if rule.received:
        yield f"who got issue {_any_of(tuple(str(number) for number in rule.received))}"
    if rule.excluding is not None:
        left_out = list(_conditions(rule.excluding)) or ["who confirmed"]
        yield f"but not those {', and '.join(left_out)}"


def _any_of(values: tuple[str, ...]) -> str:
    if len(values) > _MOST:
        return f"{', '.join(values[:_MOST])} or {len(values) - _MOST} more"
    return " or ".join(filter(None, (", ".join(values[:-1]), values[-1])))


def _day(day: date) -> str:
    months = "January February March April May June July August September October November December"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"
