"""The ledger's words and every step they may take.

A step that does not stand in a table here does not happen: the store derives the allowed
from-states of its set-based updates from these tables, and `require_step` guards the rest.
`docs/ledger.md` draws them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from newsletter.errors import IllegalStep

S = TypeVar("S", bound=StrEnum)


class DispatchState(StrEnum):
    """Where one sending of an issue stands."""

    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


class WaveState(StrEnum):
    """Where a part of a dispatch that becomes due together stands."""

    WAITING = "waiting"
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    NEEDS_REVIEW = "needs_review"


class BatchState(StrEnum):
    """Where one call to the provider stands."""

    READY = "ready"
    CLAIMED = "claimed"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    SPLIT = "split"
    CANCELLED = "cancelled"


class DeliveryOutcome(StrEnum):
    """What became of one reader in one dispatch, as far as handing over goes."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


class Feedback(StrEnum):
    """What the receiving side said afterwards; never touches the outcome."""

    NONE = "none"
    DEFERRED = "deferred"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DROPPED = "dropped"


class ExclusionReason(StrEnum):
    """Why a frozen reader is not mailed."""

    SUPPRESSED = "suppressed"  # bounced or complained before
    UNSUBSCRIBED = "unsubscribed"  # after freezing: before it, they are no candidates
    ERASED = "erased"
    PAUSED = "paused"  # the reader's own pause
    NOTHING_CHOSEN = "nothing_chosen"  # no section is left for their interests
    ALREADY_MAILED = "already_mailed"  # another dispatch of the issue holds them
    CANCELLED = "cancelled"
    UNFIT = "unfit"  # their values can not stand in a mail
    DECIDED = "decided"  # a person left an unknown one out


class DispatchKind(StrEnum):
    """The one sending of an issue, or one that follows an ended one."""

    FIRST = "first"
    FOLLOW_UP = "follow_up"


class Resolution(StrEnum):
    """What a person decides about readers whose outcome nobody knows."""

    ASSUME_SENT = "assume_sent"
    SEND_AGAIN = "send_again"


# A reader in one of these is not mailed again for the same issue, by any dispatch.
HOLDING = (
    DeliveryOutcome.QUEUED,
    DeliveryOutcome.SENDING,
    DeliveryOutcome.ACCEPTED,
    DeliveryOutcome.UNKNOWN,
)
# A dispatch in one of these has nothing more to do by itself.
ENDED = (DispatchState.SENT, DispatchState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Step(Generic[S]):
    """One allowed change of state.

    Attributes:
        note: when it happens; stands in the documentation.
    """

    source: S
    target: S
    note: str = ""


@dataclass(frozen=True, slots=True)
class Steps(Generic[S]):
    """All allowed changes of one noun.

    Attributes:
        noun: `Dispatch`, `Wave`, `Batch` or `Delivery`.
    """

    noun: str
    steps: tuple[Step[S], ...]

    def __iter__(self) -> Iterator[Step[S]]:
        return iter(self.steps)

    def sources(self, target: S) -> tuple[S, ...]:
        """The states from which `target` may be reached."""
        return tuple(step.source for step in self.steps if step.target == target)

    def targets(self, source: S) -> tuple[S, ...]:
        """The states that may follow `source`."""
        return tuple(step.target for step in self.steps if step.source == source)


def require_step(table: Steps[S], source: S, target: S) -> None:
    """Let an allowed step pass; raise IllegalStep for any other."""
    if target in table.targets(source):
        return
    allowed = ", ".join(table.targets(source)) or "nothing"
    raise IllegalStep(
        f"{table.noun} can not go from {source} to {target}. After {source} may come: {allowed}."
    )


_D, _W, _B, _O = DispatchState, WaveState, BatchState, DeliveryOutcome

DISPATCH_STEPS: Steps[DispatchState] = Steps(
    "Dispatch",
    (
        Step(_D.SCHEDULED, _D.PREPARING, "due, and this scheduler won the compare-and-set"),
        Step(_D.SCHEDULED, _D.CANCELLED, "unscheduled or cancelled"),
        Step(_D.SCHEDULED, _D.NEEDS_REVIEW, "missed by the late limit, or a backup was restored"),
        Step(_D.PREPARING, _D.SENDING, "the audience is frozen and balances"),
        Step(_D.PREPARING, _D.PAUSED),
        Step(_D.PREPARING, _D.CANCELLED),
        Step(_D.PREPARING, _D.NEEDS_REVIEW, "does not balance, or a backup was restored"),
        Step(_D.SENDING, _D.SENT, "every delivery has its end and the sum balances"),
        Step(_D.SENDING, _D.PAUSED, "by a person, a brake or the provider's refusal"),
        Step(_D.SENDING, _D.CANCELLED),
        Step(_D.SENDING, _D.NEEDS_REVIEW, "nothing ran for too long, or a backup was restored"),
        Step(_D.PAUSED, _D.PREPARING, "resumed where it was"),
        Step(_D.PAUSED, _D.SENDING, "resumed where it was"),
        Step(_D.PAUSED, _D.CANCELLED),
        Step(_D.PAUSED, _D.NEEDS_REVIEW, "a backup was restored"),
        Step(_D.NEEDS_REVIEW, _D.SCHEDULED, "a person chose a new time; what is frozen stays"),
        Step(_D.NEEDS_REVIEW, _D.CANCELLED),
        Step(_D.SENT, _D.SENDING, "a person's send-again"),
    ),
)

WAVE_STEPS: Steps[WaveState] = Steps(
    "Wave",
    (
        Step(_W.WAITING, _W.OPEN, "due, and no canary is being watched"),
        Step(_W.WAITING, _W.CANCELLED, "cancelled alone or with its dispatch"),
        Step(_W.WAITING, _W.NEEDS_REVIEW, "missed by more than the late limit"),
        Step(_W.OPEN, _W.DONE, "none of its batches can move any more"),
        Step(_W.OPEN, _W.CANCELLED),
        Step(_W.OPEN, _W.NEEDS_REVIEW, "nothing ran for longer than the late limit"),
        Step(_W.NEEDS_REVIEW, _W.OPEN, "a person lets it go now"),
        Step(_W.NEEDS_REVIEW, _W.CANCELLED),
        Step(_W.DONE, _W.OPEN, "a person's send-again"),
    ),
)

BATCH_STEPS: Steps[BatchState] = Steps(
    "Batch",
    (
        Step(_B.READY, _B.CLAIMED, "one sender won the compare-and-set and holds the lease"),
        Step(_B.READY, _B.CANCELLED),
        Step(_B.READY, _B.UNKNOWN, "a backup was restored: perhaps it went after that was made"),
        Step(_B.CLAIMED, _B.SENDING, "consent read again; committed before the socket opens"),
        Step(_B.CLAIMED, _B.READY, "the lease ended or the sender let go; nothing left us"),
        Step(_B.CLAIMED, _B.CANCELLED, "cancelled, or nobody in it may be mailed any more"),
        Step(_B.CLAIMED, _B.UNKNOWN, "a backup was restored: perhaps it went after that was made"),
        Step(_B.SENDING, _B.READY, "nothing left us, or some readers are still to be sent"),
        Step(_B.SENDING, _B.ACCEPTED),
        Step(_B.SENDING, _B.REJECTED),
        Step(_B.SENDING, _B.UNKNOWN, "perhaps it was taken; never sent again by itself"),
        Step(_B.SENDING, _B.SPLIT, "refused as a whole: two halves take its readers"),
        Step(_B.UNKNOWN, _B.ACCEPTED, "a late answer, evidence or a person"),
        Step(_B.UNKNOWN, _B.REJECTED, "a late answer, evidence, or a person's send-again"),
    ),
)

DELIVERY_STEPS: Steps[DeliveryOutcome] = Steps(
    "Delivery",
    (
        Step(_O.QUEUED, _O.SENDING, "in the same commit as its Attempt"),
        Step(_O.QUEUED, _O.EXCLUDED, "consent, suppression, pause or cancelling came between"),
        Step(_O.QUEUED, _O.ACCEPTED, "evidence that an earlier attempt was taken after all"),
        Step(_O.QUEUED, _O.UNKNOWN, "a backup was restored: perhaps it was sent after that"),
        Step(_O.SENDING, _O.ACCEPTED),
        Step(_O.SENDING, _O.REJECTED),
        Step(_O.SENDING, _O.UNKNOWN, "perhaps it was taken"),
        Step(_O.SENDING, _O.QUEUED, "nothing left us"),
        Step(_O.SENDING, _O.EXCLUDED, "nothing left us, and it may not go any more"),
        Step(_O.UNKNOWN, _O.ACCEPTED, "evidence or a person"),
        Step(_O.UNKNOWN, _O.REJECTED, "evidence"),
        Step(_O.UNKNOWN, _O.QUEUED, "a person's send-again"),
        Step(_O.UNKNOWN, _O.EXCLUDED, "a person, or cancelled after a send-again"),
    ),
)


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One sending of an issue, as the ledger has it now.

    Attributes:
        approval_id: the approval whose bytes it sends.
        reason: why it is paused or in review; empty otherwise.
        paused_from: the state `resume` goes back to.
        due_at: aware, UTC.
        wall_time: the time as the person gave it, `YYYY-MM-DD HH:MM`; may be empty.
        zone: what `wall_time` was meant in; `subscriber` is each reader's own.
        past_zones: `now` or `next_day`, for readers whose wall time is already past.
        canary: readers in the first wave; 0 means none.
        readers_per_hour: ceiling for this dispatch; 0 means none.
        frozen: its deliveries so far, those excluded at freezing too.
        ambiguous: ambiguous answers in a row; from 3 on the brake is on.
    """

    id: int
    issue_number: int
    approval_id: int
    kind: DispatchKind
    state: DispatchState
    reason: str
    paused_from: DispatchState | None
    due_at: datetime
    wall_time: str
    zone: str
    past_zones: str
    canary: int
    readers_per_hour: int
    by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    frozen: int
    ambiguous: int
