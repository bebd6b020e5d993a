"""Days in words: those that go out of date, and those that name a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAY = "|".join(_DAYS)
_MONTH = "|".join(_MONTHS)
# "Today" and "this season" are said in general, too; with a deadline they are meant.
_STALE = re.compile(
    r"\b(?:tomorrow(?! never)|yesterday|tonight|(?:only |ends? |until |by )today|today only"
    r"|(?:this|next|last|coming) (?:week(?:end)?|"
    rf"{_DAY})|in (?:two|three|a few|\d+) days' time|(?:on|until|by|from) (?:{_DAY})(?!s))\b"
    rf"(?!,?\s+(?:the )?\d{{1,2}}|,?\s+(?:{_MONTH}))",
    re.IGNORECASE,
)
_WRITTEN = re.compile(
    rf"\b(?:(?P<weekday>{_DAY}),?\s+)?(?:the\s+)?(?:"
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b)"
    r"(?:,?\s+(?P<year>20\d\d))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date in prose.

    Attributes:
        text: as written.
        offset: where it begins.
        date: the day; without a year, the nearest to the day of sending.
        weekday: 0 for Monday; None when none is written.
        has_year: the year is written too.
    """

    text: str
    offset: int
    date: date
    weekday: int | None
    has_year: bool


def stale(text: str) -> Iterator[re.Match[str]]:
    """Words such as `tomorrow` and `on Friday`; not `on Fridays`, nor `on Friday, 4 June`."""
    yield from _STALE.finditer(text)


def dates_in(text: str, sent: date) -> Iterator[WrittenDate]:
    """The dates with day and month; what no calendar has is passed over."""
    for found in _WRITTEN.finditer(text):
        day = int(found["day"] or found["day2"])
        month = _MONTHS.index((found["month"] or found["month2"]).lower()) + 1
        when = _nearest(day, month, int(found["year"] or 0), sent)
        if when is not None:
            weekday = _DAYS.index(found["weekday"].lower()) if found["weekday"] else None
            yield WrittenDate(found[0], found.start(), when, weekday, bool(found["year"]))


def _nearest(day: int, month: int, year: int, sent: date) -> date | None:
    candidates = []
    for each in (year,) if year else (sent.year - 1, sent.year, sent.year + 1):
        try:
            candidates.append(date(each, month, day))
        except ValueError:
            continue
    return min(candidates, key=lambda one: abs((one - sent).days), default=None)
