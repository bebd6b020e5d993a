"""What is usual for a site: the last issues, looked at when they were as old as this one.

An issue of yesterday has fewer opens than one of last month, however good it is. So opens and
clicks of earlier issues are counted up to the same age.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from statistics import median

from sqlalchemy import Connection, func, select

from newsletter.feedback.clicks import links_of_letter
from newsletter.feedback.engaged import count_until, is_counted
from newsletter.feedback.handed import count
from newsletter.feedback.machines import find_scanners
from newsletter.model.ledger import Dispatch
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import dispatch

MOST_ISSUES = 6
FEWEST_ISSUES = 3
"""With fewer there is nothing that could be called usual."""

_SURE = 2.0
"""Standard errors: by chance alone a share is farther off in one of twenty issues."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many readers."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """Between 0 and 1; 0 of nobody is 0."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Shares:
    """What an issue is compared by; None where it was not heard or counted.

    Attributes:
        arrived: of the readers it was meant for.
        returned, opened, clicked, left, complained: of the mails the provider took; of opens
            and clicks only those that are surely people's.
    """

    arrived: Share | None = None
    returned: Share | None = None
    opened: Share | None = None
    clicked: Share | None = None
    left: Share | None = None
    complained: Share | None = None


def earlier_shares(connection: Connection, first: Dispatch, now: datetime) -> Sequence[Shares]:
    """The last issues before one, newest first, at the age it has now.

    Args:
        first: the first dispatch of the issue; it has begun.
    """
    assert first.started_at is not None
    begun = func.min(dispatch.c.started_at)
    rows = connection.execute(
        select(dispatch.c.issue_number, begun)
        .where(dispatch.c.started_at.is_not(None), dispatch.c.issue_number != first.issue_number)
        .group_by(dispatch.c.issue_number)
        .having(begun < first.started_at)
        .order_by(begun.desc())
        .limit(MOST_ISSUES)
    ).all()
    age = now - first.started_at
    return [shares_of(connection, number, start + age) for number, start in rows]


def shares_of(connection: Connection, issue_number: int, until: datetime | None) -> Shares:
    """What one issue is compared by, with opens and clicks up to a moment."""
    sent = [each for each in dispatches_of(connection, issue_number) if each.started_at]
    handed, heard = count(connection, sent)
    taken = handed.accepted
    if not taken:
        return Shares()
    arrived = returned = opened = clicked = complained = None
    if heard.anything:
        arrived = Share(heard.delivered, handed.readers)
        returned, complained = Share(heard.returned, taken), Share(heard.complaints, taken)
    if is_counted(connection, issue_number):
        letter = links_of_letter(connection, issue_number)
        scanners = find_scanners(connection, issue_number, len(letter))
        seen, followed = count_until(connection, scanners, until)
        opened, clicked = Share(seen.surely, taken), Share(followed.surely, taken)
    left = Share(heard.unsubscribes, taken)
    return Shares(arrived, returned, opened, clicked, left, complained)


def beside_usual(share: Share, earlier: Sequence[Share | None]) -> str:
    """A share beside the median of earlier ones, as the end of a sentence.

    Usual is what lies within what was seen before, or as near to the median as chance alone
    may bring it (two standard errors of a share).

    Returns:
        `that is usual for you`, or with what is usual: `more than usual (2.1 %)`; empty when
        fewer than three earlier issues can be compared.
    """
    known = [each for each in earlier if each is not None and each.whole]
    if len(known) < FEWEST_ISSUES or not share.whole:
        return ""
    middle = median(each.value for each in known)
    expected = max(middle, 1 / share.whole)
    chance = _SURE * sqrt(expected * (1 - min(expected, 1.0)) / share.whole)
    lowest, highest = min(each.value for each in known), max(each.value for each in known)
    if min(lowest, middle - chance) <= share.value <= max(highest, middle + chance):
        return "that is usual for you"
    word = "more" if share.value > middle else "less"
    return f"{word} than usual ({percent(middle, min(each.whole for each in known))})"


def percent(value: float, whole: int) -> str:
    """A share in percent, no more precisely than so many readers can tell.

    Whole percents below a thousand readers, tenths from there, hundredths for less than 1 %
    of ten thousand and more.
    """
    if not value:
        return "0 %"
    digits = 0 if whole < 1_000 else 1
    if whole >= 10_000 and value < 0.01:
        digits = 2
    told = f"{value * 100:.{digits}f}"
    if float(told) == 0:
        return f"less than {10**-digits:g} %"
    return f"{told} %"
