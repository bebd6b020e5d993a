"""The vendor's query language for its log: conditions with AND between them, no nesting.

https://www.twilio.com/docs/sendgrid/api-reference/email-logs/filter-all-messages
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.errors import UsageError, nearest
from newsletter.sandbox.journal import Line

_QUOTED = r"'[^']*'|\"[^\"]*\""
_condition = re.compile(
    rf"\s*(?P<field>\w+)\s*(?P<sign>>=|<=|=|>|<|\bIN\b)\s*"
    rf"(?:TIMESTAMP\s+(?P<time>{_QUOTED})|(?P<text>{_QUOTED})|\((?P<list>[^)]*)\))\s*"
)
_and = re.compile(r"AND\b\s*")
_TIMES = "sg_message_id_created_at"
_SIGNS: dict[str, tuple[str, ...]] = {
    "sg_message_id": ("=",),
    "subject": ("=",),
    "to_email": ("=",),
    "status": ("IN",),
    "reason": ("=",),
    "categories": ("IN",),
    _TIMES: (">", "<", ">=", "<="),
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a line must be like.

    Attributes:
        to: its address, in lower case; empty means any.
        rules: all of these say yes.
    """

    to: str
    rules: tuple[Callable[[Line], bool], ...]

    def matches(self, line: Line) -> bool:
        """Whether a line is asked for."""
        return all(rule(line) for rule in self.rules)


def parse_query(text: str) -> Query:
    """Read a query; an empty one asks for everything.

    Raises:
        UsageError: what the vendor would refuse.
    """
    rules: list[Callable[[Line], bool]] = []
    to, at = "", 0
    while text[at:].strip():
        if rules:
            joint = _and.match(text, at)
            if joint is None:
                raise UsageError(f'Expected AND at "{text[at : at + 20]}".')
            at = joint.end()
        found = _condition.match(text, at)
        if found is None:
            raise UsageError(f'Can not read "{text[at : at + 40]}" as a condition.')
        rules.append(_rule(found))
        if found["field"] == "to_email":
            to = found["text"][1:-1].lower()
        at = found.end()
    return Query(to, tuple(rules))


def _rule(found: re.Match[str]) -> Callable[[Line], bool]:
    field, sign = found["field"], found["sign"]
    if field not in _SIGNS:
        raise UsageError(f'There is no field "{field}". {nearest(field, _SIGNS)}')
    if sign not in _SIGNS[field]:
        raise UsageError(f"{field} takes {' '.join(_SIGNS[field])}, not {sign}.")
    if field == _TIMES:
        return _time_rule(sign, found["time"])
    if sign == "IN":
        values = [each[1:-1] for each in re.findall(_QUOTED, found["list"] or "")]
        return lambda line: any(value in values for value in _values(line, field))
    if found["text"] is None:
        raise UsageError(f"{field} is compared with a string in quotation marks.")
    value = found["text"][1:-1]
    if field == "to_email":
        return lambda line: line.email == value.lower()
    return lambda line: value in _values(line, field)


def _time_rule(sign: str, quoted: str | None) -> Callable[[Line], bool]:
    try:
        moment = datetime.fromisoformat((quoted or "")[1:-1])
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise UsageError(f'{_TIMES} is compared with TIMESTAMP "2025-01-01T00:00:00Z".')
    bound = moment
    compare = _COMPARE[sign]
    return lambda line: compare(line.at, bound)


def _values(line: Line, field: str) -> tuple[str, ...]:
    known = {"sg_message_id": line.message_id, "subject": line.subject, "status": line.status}
    return (known[field],) if field in known else ()
