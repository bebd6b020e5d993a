"""What people of the site are told while they do something else."""

from __future__ import annotations

from enum import StrEnum


class NoticeKind(StrEnum):
    """What happened; 16 characters at most."""

    STARTED = "started"
    FINISHED = "finished"
    PAUSED = "paused"
    NEEDS_REVIEW = "needs_review"
    UNKNOWN_WAITING = "unknown_waiting"  # deliveries nobody knows the end of
    KEY_REFUSED = "key_refused"
    NO_TICK = "no_tick"  # something is due and no scheduler looked
    DUPLICATE = "duplicate"  # two accepted attempts for one delivery
    LIST_HEALTH = "list_health"  # complaints or bounces near a receiver's limit


class TellingState(StrEnum):
    """Where one notice by one way stands."""

    WAITING = "waiting"
    TELLING = "telling"
    TOLD = "told"
    FAILED = "failed"
    UNKNOWN = "unknown"  # perhaps it left; it is not told again
