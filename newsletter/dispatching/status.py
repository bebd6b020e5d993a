"""Where an issue stands, counted from its deliveries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.dispatching.counting import count_all
from newsletter.model.ledger import (
    DeliveryOutcome,
    Dispatch,
    DispatchState,
    ExclusionReason,
    Feedback,
    WaveState,
)
from newsletter.store import Store
from newsletter.store.dispatches import dispatches_of, load_dispatch
from newsletter.store.tables import wave, wave_zone


@dataclass(frozen=True, slots=True)
class WaveStatus:
    """One wave: when it is due and where it stands.

    Attributes:
        canary: the others wait until it has passed.
        ended_at: when its last mail was handed over.
        passed_at: of a canary: since then the others may go.
        zones: of whose readers it is, as stored with them; `""` stands for all the others.
    """

    id: int
    name: str
    due_at: datetime
    state: WaveState
    reason: str
    canary: bool = False
    ended_at: datetime | None = None
    passed_at: datetime | None = None
    zones: tuple[str, ...] = ()

    @property
    def is_watched(self) -> bool:
        """Whether it is a canary of which word is awaited."""
        return self.canary and self.state is WaveState.DONE and self.passed_at is None


@dataclass(frozen=True, slots=True)
class DispatchStatus:
    """One dispatch, counted.

    Attributes:
        outcomes: deliveries by outcome; together they are `dispatch.frozen`.
        excluded: those excluded, by reason.
        feedback: deliveries by what the receiving side said.
    """

    dispatch: Dispatch
    outcomes: Mapping[DeliveryOutcome, int]
    excluded: Mapping[ExclusionReason, int]
    feedback: Mapping[Feedback, int]
    waves: tuple[WaveStatus, ...]

    @property
    def watched(self) -> WaveStatus | None:
        """The canary of which word is awaited while it sends."""
        if self.dispatch.state is not DispatchState.SENDING:
            return None
        return next((each for each in self.waves if each.is_watched), None)

    @property
    def is_uncertain(self) -> bool:
        """Sent, but of some readers nobody knows."""
        is_sent = self.dispatch.state is DispatchState.SENT
        return is_sent and self.outcomes[DeliveryOutcome.UNKNOWN] > 0


@dataclass(frozen=True, slots=True)
class IssueStatus:
    """All dispatches of an issue, oldest first."""

    issue_number: int
    dispatches: tuple[DispatchStatus, ...]

    @property
    def state(self) -> str:
        """The last dispatch's state; empty when there is none."""
        return self.dispatches[-1].dispatch.state.value if self.dispatches else ""

    def count(self, outcome: DeliveryOutcome) -> int:
        """Deliveries with that outcome, over all dispatches."""
        return sum(each.outcomes[outcome] for each in self.dispatches)

    def count_feedback(self, feedback: Feedback) -> int:
        """Deliveries with that feedback, over all dispatches."""
        return sum(each.feedback[feedback] for each in self.dispatches)

    @property
    def frozen(self) -> int:
        """Deliveries in all."""
        return sum(each.dispatch.frozen for each in self.dispatches)


def issue_status(store: Store, issue_number: int) -> IssueStatus:
    """Count an issue's dispatches; one without any has none."""
    with store.read() as connection:
        found = dispatches_of(connection, issue_number)
        return IssueStatus(issue_number, tuple(_status(connection, of) for of in found))


def _status(connection: Connection, of: Dispatch) -> DispatchStatus:
    counts = count_all(connection, of.id)
    return DispatchStatus(
        dispatch=of,
        outcomes={word: counts.outcomes[word] for word in DeliveryOutcome},
        excluded=counts.reasons,
        feedback={word: counts.feedback[word] for word in Feedback},
        waves=_waves(connection, of.id),
    )


def _waves(connection: Connection, dispatch_id: int) -> tuple[WaveStatus, ...]:
    rows = connection.execute(
        select(
            wave.c.id,
            wave.c.name,
            wave.c.due_at,
            wave.c.state,
            wave.c.reason,
            wave.c.canary,
            wave.c.ended_at,
            wave.c.passed_at,
        )
        .where(wave.c.dispatch_id == dispatch_id)
        .order_by(wave.c.due_at, wave.c.canary.desc(), wave.c.id)
    )
    zones = _zones(connection, dispatch_id)
    return tuple(WaveStatus(*row, tuple(zones[row.id])) for row in rows)


def _zones(connection: Connection, dispatch_id: int) -> defaultdict[int, list[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = connection.execute(
        select(wave_zone.c.wave_id, wave_zone.c.zone)
        .where(wave_zone.c.dispatch_id == dispatch_id)
        .order_by(wave_zone.c.zone)
    )
    for row in rows:
        found[row.wave_id].append(row.zone)
    return found


def dispatch_status(store: Store, dispatch_id: int) -> DispatchStatus:
    """Count one dispatch; raises NotFound."""
    with store.read() as connection:
        return _status(connection, load_dispatch(connection, dispatch_id))
