"""A month of issues, by the site's clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from newsletter.content import Headline
from newsletter.model.content import SUBSCRIBER_ZONE
from newsletter.model.ledger import DispatchState
from newsletter.scheduling.spoken import at_site, day_name, month_name, timing_of
from newsletter.scheduling.timing import Timing
from newsletter.store.calendar import Place, Placed
from newsletter.web.studio.cards import draft_timing

DRAFT, SCHEDULED, SENDING, SENT, WAITS = "draft", "scheduled", "sending", "sent", "waits"
WORDS = {
    DRAFT: "draft",
    SCHEDULED: "scheduled",
    SENDING: "going out",
    SENT: "sent",
    WAITS: "needs a person",
}
_KIND_OF = {
    DispatchState.SCHEDULED: SCHEDULED,
    DispatchState.PREPARING: SENDING,
    DispatchState.SENDING: SENDING,
    DispatchState.PAUSED: WAITS,
    DispatchState.NEEDS_REVIEW: WAITS,
    DispatchState.SENT: SENT,
    DispatchState.CANCELLED: SENT,
}
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Item:
    """One issue in the calendar.

    Attributes:
        slug: empty when its file is gone.
        day: by the site's clock, or by each reader's own.
        time: `09:00`; `own clock` is added where each reader's own counts.
        kind: one of WORDS.
        wall_day: by the clock it was planned with; moves by as many days.
        wall_time, zone: of that clock.
        dispatch: 0 for a draft.
        is_approved: a draft that only has to be scheduled.
    """

    slug: str
    number: int
    subject: str
    day: date
    time: str
    kind: str
    wall_day: date
    wall_time: str
    zone: str
    dispatch: int = 0
    is_approved: bool = False

    @property
    def words(self) -> str:
        """Its state as people say it."""
        return "approved, not scheduled" if self.is_approved else WORDS[self.kind]

    @property
    def moves(self) -> bool:
        """Whether it may be moved at all."""
        return bool(self.slug) and self.kind in (DRAFT, SCHEDULED)


@dataclass(frozen=True, slots=True)
class Day:
    """One square: `name` is `Tuesday 1 December`."""

    date: date
    name: str
    is_other_month: bool
    is_today: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Month:
    """A month in whole weeks, Monday first.

    Attributes:
        title: `December 2026`.
        earlier, later: the months beside it, as an address takes them.
    """

    title: str
    earlier: str
    later: str
    days: tuple[Day, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return not any(day.items for day in self.days)


def read_month(said: str, today: date) -> date:
    """The first of the month an address asks for; of this one when it says none."""
    found = _MONTH.fullmatch(said)
    if found and 1 <= int(found[2]) <= 12 and 1900 < int(found[1]) < 9000:
        return date(int(found[1]), int(found[2]), 1)
    return today.replace(day=1)


def month_of(first: date, items: Iterable[Item], today: date) -> Month:
    """Put items into the squares of a month."""
    start = first - timedelta(days=first.weekday())
    following = (first + timedelta(days=32)).replace(day=1)
    weeks = -(-(following - start).days // _WEEK)
    by_day: dict[date, list[Item]] = {}
    for item in sorted(items, key=lambda each: (each.time, each.number)):
        by_day.setdefault(item.day, []).append(item)
    dates = (start + timedelta(days=at) for at in range(weeks * _WEEK))
    days = tuple(
        Day(
            each,
            day_name(each),
            each.month != first.month,
            each == today,
            tuple(by_day.get(each, ())),
        )
        for each in dates
    )
    earlier = (first - timedelta(days=1)).replace(day=1)
    title = f"{month_name(first)} {first.year}"
    return Month(title, f"{earlier:%Y-%m}", f"{following:%Y-%m}", days)


def items_of(
    headlines: Iterable[Headline], known: Mapping[int, Place], site_zone: str
) -> tuple[Item, ...]:
    """Everything that has a time: drafts by what they propose, dispatches by the ledger."""
    found: list[Item] = []
    listed = set()
    for headline in headlines:
        listed.add(headline.number)
        place = known.get(headline.number)
        if place is not None and place.placed is not None:
            found.append(_placed(headline, place.placed, site_zone))
        elif timing := draft_timing(headline, site_zone):
            draft = _item(headline, timing, site_zone, DRAFT)
            found.append(replace(draft, is_approved=place is not None))
    for number, place in known.items():
        if number not in listed and place.placed is not None:
            found.append(_placed(Headline("", number, place.subject), place.placed, site_zone))
    return tuple(found)


def shifted(item: Item, day: date) -> datetime:
    """The wall time of an item's own clock when it is moved to another square."""
    wall = datetime.combine(item.wall_day + (day - item.day), datetime.min.time())
    hour, minute = item.wall_time.split(":")
    return wall.replace(hour=int(hour), minute=int(minute))


def _placed(headline: Headline, placed: Placed, site_zone: str) -> Item:
    kind = _KIND_OF[placed.state]
    if kind == SENT and placed.ended_at is not None and not placed.wall_time:
        timing = at_site(placed.due_at, site_zone)
    else:
        timing = timing_of(placed, site_zone)
    return _item(headline, timing, site_zone, kind, placed.id)


def _item(headline: Headline, timing: Timing, site_zone: str, kind: str, dispatch: int = 0) -> Item:
    is_own = timing.zone == SUBSCRIBER_ZONE
    shown = timing.wall if is_own else at_site(timing.due_at, site_zone).wall
    return Item(
        slug=headline.slug,
        number=headline.number,
        subject=headline.subject or headline.slug,
        day=shown.date(),
        time=f"{shown:%H:%M}" + (" own clock" if is_own else ""),
        kind=kind,
        wall_day=timing.wall.date(),
        wall_time=f"{timing.wall:%H:%M}",
        zone=timing.zone,
        dispatch=dispatch,
    )
