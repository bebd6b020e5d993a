"""The times a person may have meant with one that does not exist, or exists twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.model.content import SUBSCRIBER_ZONE
from newsletter.model.walltime import around_gap, find_zone, utc_moments


@dataclass(frozen=True, slots=True)
class Choice:
    """One of them.

    Attributes:
        at: as `read_timing` takes it, with the offset where the time comes twice.
        words: `01:59, before the clock is put forward`.
    """

    at: str
    words: str


def choices(wall: datetime, zone: str) -> tuple[Choice, ...]:
    """The two times near one that does not exist, or the two that one may mean; else none.

    Args:
        wall: naive.
        zone: IANA name, or `subscriber`: then there is nothing to choose.

    Raises:
        UsageError: there is no such zone.
    """
    if zone == SUBSCRIBER_ZONE:
        return ()
    moments = utc_moments(wall, zone)
    if len(moments) == 1:
        return ()
    if moments:
        first, second = (each.astimezone(find_zone(zone)) for each in moments)
        return (
            Choice(_with_offset(first), f"{wall:%H:%M}, the first time the clock shows it"),
            Choice(_with_offset(second), f"{wall:%H:%M}, the second time, an hour later"),
        )
    before, after = around_gap(wall, zone)
    return (
        Choice(_plain(before), f"{before:%H:%M}, before the clock is put forward"),
        Choice(_plain(after), f"{after:%H:%M}, right after it"),
    )


def _plain(wall: datetime) -> str:
    return f"{wall:%Y-%m-%d %H:%M}"


def _with_offset(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}{moment.isoformat()[-6:]}"
