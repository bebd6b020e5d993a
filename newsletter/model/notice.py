"""What people of the site are told while they do something else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    APPROVED = "approved"  # by somebody who was asked by a personal link
    SENT_BACK = "sent_back"
    COMMENT = "comment"  # on a shared preview


class TellingState(StrEnum):
    """Where one notice by one way stands."""

    WAITING = "waiting"
    TELLING = "telling"
    TOLD = "told"
    FAILED = "failed"
    UNKNOWN = "unknown"  # perhaps it left; it is not told again


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that people of the site are told.

    Attributes:
        cause: what it is about, such as `paused-12-3`: never two notices for one occasion.
        title: one line.
        words: a paragraph: what happened, and what to do.
        issue_number, dispatch_id: 0 when it is about no issue.
        id: given by the store; 0 before.
    """

    cause: str
    kind: NoticeKind
    at: datetime
    title: str
    words: str
    issue_number: int = 0
    dispatch_id: int = 0
    id: int = 0
