"""A few issues beside each other, each as old as the youngest of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from newsletter.errors import NotFound, UsageError
from newsletter.feedback.sent_list import Sent, sent_list
from newsletter.feedback.usual import Share, Shares, percent, shares_of
from newsletter.scheduling.lasting import in_words
from newsletter.web.studio.charts import Bar, Chart, bars
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import whole_number

FEWEST, MOST = 2, 5
FIELD = "issue-"
_ALL = 10_000
_MEASURES = (
    ("arrived", "Delivered", "of the readers it was meant for"),
    ("opened", "Opened", "of those handed over; surely people"),
    ("clicked", "Clicked", "of those handed over; surely people"),
    ("returned", "Came back", "of those handed over"),
    ("left", "Unsubscribed", "of those handed over"),
    ("complained", "Reported as spam", "of those handed over"),
)


@dataclass(frozen=True, slots=True)
class Compared:
    """One issue and its shares.

    Attributes:
        told: the shares in the order of the measures.
    """

    number: int
    subject: str
    when: str
    shares: Shares
    told: tuple[str, ...]


def chosen(query: Mapping[str, str]) -> tuple[int, ...]:
    """The issues that were ticked: each is a field of its own, `issue-12=on`."""
    told = (name.removeprefix(FIELD) for name in query if name.startswith(FIELD))
    return tuple(number for each in told if (number := whole_number(each)) is not None)


def compare_values(
    side: StudioSide, numbers: Sequence[int], said: Callable[[datetime], str]
) -> dict[str, Any]:
    """For `report_compare.html`.

    Raises:
        UsageError: too few or too many issues.
        NotFound: one of them was never sent.
    """
    if not FEWEST <= len(numbers) <= MOST:
        raise UsageError(f"Tick {FEWEST} to {MOST} issues to compare; {len(numbers)} were ticked.")
    found, age = _look(side, numbers, said)
    return {
        "compared": found,
        "measures": [(name, of) for _, name, of in _MEASURES],
        "charts": [_chart(slug, name, of, found) for slug, name, of in _MEASURES],
        "age": in_words(age),
    }


def _look(
    side: StudioSide, numbers: Sequence[int], said: Callable[[datetime], str]
) -> tuple[Sequence[Compared], timedelta]:
    now = side.app.clock.now()
    with side.store.read() as connection:
        sent = {each.number: each for each in sent_list(connection, _ALL)}
        for number in numbers:
            if number not in sent:
                raise NotFound(f"Issue {number} was never sent, so it can not be compared.")
        age = min(now - sent[number].begun for number in numbers)
        of = {each: shares_of(connection, each, sent[each].begun + age) for each in numbers}
    found = [_compared(sent[each], of[each], said) for each in sorted(numbers)]
    return found, age


def _compared(sent: Sent, shares: Shares, said: Callable[[datetime], str]) -> Compared:
    told = tuple(_told(getattr(shares, slug)) for slug, _, _ in _MEASURES)
    return Compared(sent.number, sent.subject, said(sent.begun), shares, told)


def _chart(slug: str, name: str, of: str, found: Sequence[Compared]) -> Chart:
    rows = [
        Bar(f"{each.number}: {each.subject}", share.value if share else 0.0, _told(share))
        for each in found
        for share in [getattr(each.shares, slug)]
    ]
    about = "; ".join(f"issue {row.name}, {row.told}" for row in rows)
    return bars(f"compare-{slug}", name, f"{name}, {of}: {about}.", rows, ("Issue", name))


def _told(share: Share | None) -> str:
    if share is None or not share.whole:
        return "not known"
    return percent(share.value, share.whole)
