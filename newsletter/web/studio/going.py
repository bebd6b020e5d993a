"""How a dispatch goes, in the words of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.dispatching.countdown import counts_down
from newsletter.dispatching.status import DispatchStatus, WaveStatus
from newsletter.dispatching.waiting import Waiting
from newsletter.dispatching.waves import EVERYBODY
from newsletter.feedback.wording import without_addresses
from newsletter.model.ledger import (
    DeliveryOutcome,
    DispatchState,
    ExclusionReason,
    Feedback,
    WaveState,
)
from newsletter.scheduling.spoken import at_site, day_and_time

STATES = {
    DispatchState.SCHEDULED: ("Scheduled", "info"),
    DispatchState.PREPARING: ("Getting ready", "info"),
    DispatchState.SENDING: ("Going out", "info"),
    DispatchState.PAUSED: ("Stopped", "error"),
    DispatchState.SENT: ("Sent", "fine"),
    DispatchState.CANCELLED: ("Cancelled", "plain"),
    DispatchState.NEEDS_REVIEW: ("Needs a person", "error"),
}
REASONS = {
    ExclusionReason.SUPPRESSED: "bounced or complained before",
    ExclusionReason.UNSUBSCRIBED: "left meanwhile",
    ExclusionReason.ERASED: "erased",
    ExclusionReason.PAUSED: "take a pause",
    ExclusionReason.NOTHING_CHOSEN: "chose nothing that is in it",
    ExclusionReason.ALREADY_MAILED: "have it from another sending",
    ExclusionReason.CANCELLED: "cancelled before their turn",
    ExclusionReason.UNFIT: "have values that can not stand in a mail",
    ExclusionReason.DECIDED: "left out by a person's decision",
}
_WAVES = {
    WaveState.WAITING: "waits",
    WaveState.OPEN: "going out",
    WaveState.DONE: "done",
    WaveState.CANCELLED: "cancelled",
    WaveState.NEEDS_REVIEW: "missed its time",
}
_CANCELLABLE = (WaveState.WAITING, WaveState.OPEN, WaveState.NEEDS_REVIEW)
_MOST_CITIES = 4
_UNDER_WAY = (DispatchState.PREPARING, DispatchState.SENDING, DispatchState.PAUSED)
LEFT = (DeliveryOutcome.QUEUED, DeliveryOutcome.SENDING)


@dataclass(frozen=True, slots=True)
class Wave:
    """One line of the table of waves.

    Attributes:
        verdict: of a canary: what became of it, or until when word is awaited.
        may_cancel: alone, while the others go on.
    """

    id: int
    name: str
    when: str
    state: str
    tone: str
    verdict: str
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class Going:
    """What the live part of the page shows.

    Attributes:
        mark: changes whenever what one may do changes.
        done, left: readers; `share` is done of all, percent.
        excluded: (how many, why), the most first.
        waits: what keeps it waiting, as sentences.
        rate: readers a second in words; empty while nobody knows.
        ends: when it will be done, in words; empty while nobody knows.
    """

    status: DispatchStatus
    mark: str
    accepted: int
    rejected: int
    excluded_count: int
    unknown: int
    left: int
    share: float
    delivered: int
    bounced: int
    excluded: tuple[tuple[int, str], ...]
    waves: tuple[Wave, ...]
    waits: tuple[str, ...]
    rate: str = ""
    ends: str = ""
    is_overdue: bool = False
    lacks_workers: bool = False

    @property
    def frozen(self) -> int:
        """All its readers."""
        return self.status.dispatch.frozen

    @property
    def state(self) -> str:
        """In words; uncertain is never complete."""
        of = self.status.dispatch
        if counts_down(of):
            return "About to go"
        if self.status.is_uncertain:
            return f"Sent, {self.unknown:,} uncertain"
        return STATES[of.state][0]

    @property
    def tone(self) -> str:
        """Of the state's badge."""
        return "warning" if self.status.is_uncertain else STATES[self.status.dispatch.state][1]


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands around a dispatch when it is looked at.

    Attributes:
        now: aware.
        zone: the site's.
        wait: how long a canary waits for word of its mails.
        rate: readers a second over the last moments; 0 while nobody knows.
    """

    now: datetime
    zone: str
    wait: timedelta
    waiting: tuple[Waiting, ...] = ()
    rate: float = 0.0
    is_overdue: bool = False
    lacks_workers: bool = False


def going(status: DispatchStatus, scene: Scene) -> Going:
    """Say how it goes."""
    of, outcomes = status.dispatch, status.outcomes
    why = without_addresses(of.reason)
    left = sum(outcomes[word] for word in LEFT)
    waves = tuple(_wave(each, status, scene) for each in status.waves)
    return Going(
        status=status,
        mark="|".join((of.state.value, str(of.due_at), why, *(w.state for w in waves))),
        accepted=outcomes[DeliveryOutcome.ACCEPTED],
        rejected=outcomes[DeliveryOutcome.REJECTED],
        excluded_count=outcomes[DeliveryOutcome.EXCLUDED],
        unknown=outcomes[DeliveryOutcome.UNKNOWN],
        left=left,
        share=100 * (of.frozen - left) / of.frozen if of.frozen else 0.0,
        delivered=status.feedback[Feedback.DELIVERED],
        bounced=status.feedback[Feedback.BOUNCED],
        excluded=_excluded(status),
        waves=waves,
        waits=tuple(_waits(each, scene) for each in scene.waiting),
        rate=_rate(scene.rate) if of.state is DispatchState.SENDING else "",
        ends=_ends(left, scene) if of.state is DispatchState.SENDING else "",
        is_overdue=scene.is_overdue,
        lacks_workers=scene.lacks_workers,
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _waits(waiting: Waiting, scene: Scene) -> str:
    until = f" until {_at(waiting.until, scene)}" if waiting.until else ""
    return f"Waits{until} for {waiting.what}."


def _excluded(status: DispatchStatus) -> tuple[tuple[int, str], ...]:
    counted = [(count, REASONS[why]) for why, count in status.excluded.items() if count]
    return tuple(sorted(counted, reverse=True))


def _wave(wave: WaveStatus, status: DispatchStatus, scene: Scene) -> Wave:
    is_under_way = status.dispatch.state in _UNDER_WAY
    return Wave(
        id=wave.id,
        name=_name(wave, scene.zone),
        when=day_and_time(at_site(wave.due_at, scene.zone), scene.now),
        state=_WAVES[wave.state],
        tone="error" if wave.state is WaveState.NEEDS_REVIEW else "",
        verdict=". ".join(_verdict(wave, scene)),
        may_cancel=is_under_way and wave.state in _CANCELLABLE and len(status.waves) > 1,
    )


def _name(wave: WaveStatus, site_zone: str) -> str:
    if wave.canary:
        return "The first readers"
    if wave.name == EVERYBODY or not wave.zones:
        return "Everybody"
    cities = sorted(
        {(name or site_zone).rpartition("/")[2].replace("_", " ") for name in wave.zones}
    )
    more = len(cities) - _MOST_CITIES
    told = ", ".join(cities[:_MOST_CITIES]) + (f" and {more} more" if more > 0 else "")
    return f"Readers in {told}"


def _verdict(wave: WaveStatus, scene: Scene) -> Iterator[str]:
    if wave.reason:
        yield without_addresses(wave.reason)
    if not wave.canary:
        return
    if wave.passed_at is not None:
        yield f"All well; the others may go since {_at(wave.passed_at, scene)}"
    elif wave.is_watched and wave.ended_at is not None and not wave.reason:
        yield f"Word of their mails is awaited until {_at(wave.ended_at + scene.wait, scene)}"


def _at(moment: datetime, scene: Scene) -> str:
    """`09:21`, with the day when it is another one."""
    local = at_site(moment, scene.zone)
    if local.wall.date() == at_site(scene.now, scene.zone).wall.date():
        return f"{local.wall:%H:%M}"
    return day_and_time(local, scene.now)


def _rate(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate >= 1 else ""


def _ends(left: int, scene: Scene) -> str:
    """Nobody knows while it waits for something."""
    if not left or scene.rate < 1 or scene.waiting:
        return ""
    return _at(scene.now + timedelta(seconds=left / scene.rate), scene)
