"""Cards of the board: where an issue stands, in few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.content import Headline
from newsletter.feedback.wording import without_addresses
from newsletter.model.content import SUBSCRIBER_ZONE
from newsletter.model.ledger import DispatchState
from newsletter.model.walltime import nearest_utc
from newsletter.model.zone import is_zone
from newsletter.scheduling.spoken import (
    at_site,
    day_and_time,
    in_how_long,
    people,
    timing_of,
)
from newsletter.scheduling.timing import Timing
from newsletter.store.calendar import Place, Placed

DRAFT, REVIEW, APPROVED = "draft", "review", "approved"
SCHEDULED, SENDING, SENT = "scheduled", "sending", "sent"
WAITS = "waits"
COLUMNS = (
    (DRAFT, "Drafts"),
    (REVIEW, "In review"),
    (APPROVED, "Approved"),
    (SCHEDULED, "Scheduled"),
    (SENDING, "Going out"),
    (SENT, "Sent"),
)
_COLUMN_OF = {
    DispatchState.SCHEDULED: SCHEDULED,
    DispatchState.PREPARING: SENDING,
    DispatchState.SENDING: SENDING,
    DispatchState.PAUSED: WAITS,
    DispatchState.NEEDS_REVIEW: WAITS,
    DispatchState.SENT: SENT,
    DispatchState.CANCELLED: SENT,
}


@dataclass(frozen=True, slots=True)
class Card:
    """One issue.

    Attributes:
        number: 0 when the file has none.
        slug: empty when its file is gone.
        column: one of COLUMNS, or `waits`: a person is needed.
        when: in words; empty when nobody said.
        at: what cards are sorted by; None stands last.
        count: readers in words; empty while nobody counted.
        state: in words, for what the column does not say.
        reason: why it needs a person.
        changed_by: who approved what the files make no more; empty when they still do.
        dispatch: id of its newest dispatch, 0 when it has none.
        uncertain: readers of whom nobody knows.
        warnings: findings it was approved with; None while nobody approved it.
    """

    number: int
    slug: str
    subject: str
    column: str
    when: str = ""
    at: datetime | None = None
    count: str = ""
    state: str = ""
    reason: str = ""
    changed_by: str = ""
    dispatch: int = 0
    uncertain: int = 0
    warnings: int | None = None

    @property
    def is_editable(self) -> bool:
        """Whether its file is there."""
        return bool(self.slug)

    @property
    def counts_later(self) -> bool:
        """Whether readers are counted after the page is there, because it takes a while."""
        return self.column in (APPROVED, SCHEDULED) and not self.count


@dataclass(frozen=True, slots=True)
class Deck:
    """What cards are made with.

    Attributes:
        now: aware.
        zone: the site's.
        is_changed: whether the files make other bytes than an approval, by its id.
        in_review: numbers of issues of which somebody was asked.
    """

    now: datetime
    zone: str
    is_changed: Callable[[int], bool]
    in_review: frozenset[int] = frozenset()


def cards(headlines: Iterable[Headline], known: Mapping[int, Place], deck: Deck) -> list[Card]:
    """A card for each issue file, and for each issue that was sent and whose file is gone."""
    found = [_card(each, known.get(each.number), deck) for each in headlines]
    listed = {card.number for card in found}
    gone = (place for number, place in known.items() if number not in listed and place.placed)
    found += [_card(Headline("", place.number, place.subject), place, deck) for place in gone]
    return found


def in_columns(found: Iterable[Card], most_sent: int) -> dict[str, list[Card]]:
    """Column -> its cards: what is soonest first, of what was sent the newest."""
    columns: dict[str, list[Card]] = {name: [] for name, _ in (*COLUMNS, (WAITS, ""))}
    for card in found:
        columns[card.column].append(card)
    for name, held in columns.items():
        held.sort(key=_newest if name == SENT else _soonest)
    columns[SENT] = columns[SENT][:most_sent]
    return columns


def sent_cards(found: Iterable[Card]) -> list[Card]:
    """The archive: all that were sent or cancelled, the newest first."""
    return sorted((card for card in found if card.column == SENT), key=_newest)


def draft_timing(headline: Headline, site_zone: str) -> Timing | None:
    """What a draft proposes; a time that the clock does not show counts as the next it does."""
    if headline.send_at is None:
        return None
    zone = headline.timezone or site_zone
    if zone == SUBSCRIBER_ZONE:
        return Timing(headline.send_at, zone, nearest_utc(headline.send_at, site_zone))
    zone = zone if is_zone(zone) else site_zone
    return Timing(headline.send_at, zone, nearest_utc(headline.send_at, zone))


def _card(headline: Headline, place: Place | None, deck: Deck) -> Card:
    subject = headline.subject or (place.subject if place else "") or headline.slug
    base = Card(headline.number, headline.slug, subject, DRAFT)
    if place is None or place.placed is None:
        return _before_sending(base, headline, place, deck)
    return _sending(base, place, place.placed, deck)


def _before_sending(base: Card, headline: Headline, place: Place | None, deck: Deck) -> Card:
    timing = draft_timing(headline, deck.zone)
    column = REVIEW if base.number in deck.in_review else DRAFT
    changed = ""
    if place is not None:
        column = APPROVED
        changed = place.by if deck.is_changed(place.approval_id) else ""
    return replace(
        base,
        column=column,
        when=f"proposed for {day_and_time(timing, deck.now)}" if timing else "",
        at=timing.due_at if timing else None,
        changed_by=changed,
        warnings=_warnings(place) if place else None,
    )


def _sending(base: Card, place: Place, placed: Placed, deck: Deck) -> Card:
    column = _COLUMN_OF[placed.state]
    is_open = column in (SCHEDULED, WAITS)
    return replace(
        base,
        column=column,
        when=_when(placed, column, deck),
        at=placed.ended_at or placed.due_at,
        count=people(placed.frozen) if placed.frozen else "",
        state=_state(placed),
        reason=without_addresses(placed.reason) if column == WAITS else "",
        changed_by=place.by if is_open and deck.is_changed(placed.approval_id) else "",
        dispatch=placed.id,
        uncertain=placed.uncertain,
        warnings=_warnings(place) if column == SCHEDULED else None,
    )


def _when(placed: Placed, column: str, deck: Deck) -> str:
    if column == SENT and placed.ended_at is not None:
        return day_and_time(at_site(placed.ended_at, deck.zone), deck.now)
    timing = timing_of(placed, deck.zone)
    if column == SCHEDULED:
        return f"{day_and_time(timing, deck.now)}, {in_how_long(timing, deck.now)}"
    return f"since {day_and_time(timing, deck.now)}" if column == SENDING else ""


def _state(placed: Placed) -> str:
    if placed.state is DispatchState.SENT:
        return f"{placed.uncertain:,} uncertain" if placed.uncertain else ""
    if placed.state is DispatchState.SCHEDULED and not placed.wall_time:
        return "counting down"
    words = {
        DispatchState.CANCELLED: "cancelled",
        DispatchState.PAUSED: "stopped",
        DispatchState.NEEDS_REVIEW: "missed its time",
        DispatchState.PREPARING: "preparing",
    }
    return words.get(placed.state, "")


def _warnings(place: Place) -> int:
    return sum(place.findings.values())


def _soonest(card: Card) -> tuple[bool, float, int]:
    return (card.at is None, card.at.timestamp() if card.at else 0.0, card.number)


def _newest(card: Card) -> tuple[float, int]:
    return (-(card.at.timestamp() if card.at else 0.0), -card.number)
