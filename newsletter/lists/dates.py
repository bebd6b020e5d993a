"""Moments as exports write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum

_NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?\s+(.+))?")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})(?:,?\s+(.+))?")
_SECONDS = re.compile(r"\d{9,10}|\d{12,13}")
_NAMED = ("%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")


class DateOrder(StrEnum):
    """Which number of `03/04/2021` is the day."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


def read_moment(text: str, order: DateOrder | None = None) -> datetime:
    """A moment, aware; one without a zone is in UTC, as Mailchimp's are.

    Takes ISO 8601, `04.03.2021 05:06`, `3/14/2021 5:06 pm`, `Mar 4, 2021`, and seconds or
    milliseconds since 1970.

    Raises:
        ValueError: none of these, or nobody can say which number is the day; says so.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _otherwise(text.strip(), order)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _otherwise(text: str, order: DateOrder | None) -> datetime:
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / (1000 if len(text) > 10 else 1), UTC)
    if match := _YEAR_FIRST.fullmatch(text):
        return _at(int(match[1]), int(match[2]), int(match[3]), match[4])
    if match := _NUMBERS.fullmatch(text):
        day, month = _day_and_month(int(match[1]), int(match[3]), match[2], text, order)
        return _at(int(match[4]), month, day, match[5])
    if (iso := re.fullmatch(r"(\S+ \S+) UTC", text)) is not None:
        return datetime.fromisoformat(iso[1])
    return _named(text)


def _day_and_month(
    first: int, second: int, mark: str, text: str, order: DateOrder | None
) -> tuple[int, int]:
    """Dots are European and put the day first; of slashes nobody knows unless one is over 12."""
    if order is DateOrder.MONTH_FIRST or (order is None and second > 12):
        return second, first
    if order is DateOrder.DAY_FIRST or first > 12 or mark == "." or first == second:
        return first, second
    raise ValueError(f'"{text}" has two readings; say --dates day-first or month-first')


def _at(year: int, month: int, day: int, time: str | None) -> datetime:
    midnight = datetime(year, month, day, tzinfo=UTC)
    if not time:
        return midnight
    for form in _TIMES:
        try:
            clock = datetime.strptime(time.strip().upper(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return midnight.replace(hour=clock.hour, minute=clock.minute, second=clock.second)
    raise ValueError(f'"{time}" is no time of day')


def _named(text: str) -> datetime:
    """`Mar 4, 2021 5:06 am`."""
    words = text.replace(",", " ").split()
    for form in _NAMED:
        try:
            day = datetime.strptime(" ".join(words[:3]), form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return _at(day.year, day.month, day.day, " ".join(words[3:]) or None)
    raise ValueError(f'"{text[:40]}" is no date; write 2021-03-04 05:06')
