"""What a provider tells afterwards about mails it took, in one vocabulary.

Vendors' words end in their adapter; everything else knows these.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from newsletter.model.consent import SuppressionReason
from newsletter.model.ledger import Feedback


class EventKind(StrEnum):
    """What happened to one mail; 16 characters at most."""

    PROCESSED = "processed"  # the provider took it and will try
    DEFERRED = "deferred"  # the receiving side said: later
    DELIVERED = "delivered"  # the receiving server took it
    BOUNCED = "bounced"  # the address refuses for good
    BLOCKED = "blocked"  # refused this time: a soft bounce
    DROPPED = "dropped"  # the provider did not even try
    COMPLAINED = "complained"  # reported as spam
    UNSUBSCRIBED = "unsubscribed"  # by the provider's own means
    OPENED = "opened"
    CLICKED = "clicked"
    UNKNOWN = "unknown"  # a type nobody had heard of; kept with the raw event


# Which feedback an event proves. Where several came, in whatever order, the last one here wins.
FEEDBACK: tuple[tuple[EventKind, Feedback], ...] = (
    (EventKind.DEFERRED, Feedback.DEFERRED),
    (EventKind.DELIVERED, Feedback.DELIVERED),
    (EventKind.BLOCKED, Feedback.BOUNCED),
    (EventKind.BOUNCED, Feedback.BOUNCED),
    (EventKind.DROPPED, Feedback.DROPPED),
)


class EventMatch(StrEnum):
    """Whose an event is."""

    DELIVERY = "delivery"  # site, delivery and address agree
    MAIL = "mail"  # one of the program's own mails
    FOREIGN = "foreign"  # another site's, or address and delivery do not agree


class EvidenceKind(StrEnum):
    """What settles, or is thought to settle, a delivery nobody knew the end of."""

    EVENT = "event"
    LOG = "log"  # the provider's log has it
    ABSENT = "absent"  # the provider's log does not have it after a day: proposed, not decided
    DUPLICATE = "duplicate"  # a second accepted attempt for one delivery


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """One event as an adapter read it; nothing is looked up yet.

    Attributes:
        provider_id: the provider's own id; the same event told twice has the same.
        at: aware, UTC.
        email: as the provider wrote it.
        delivery, attempt, mail: the custom args, complete, or empty.
        message_id: the provider's name for this mail, or empty (late bounces).
        reason: the receiving side's words; may be empty.
        url: what was clicked.
        agent: the user agent of an open or click.
        by_machine: the provider itself says that no person opened it.
        raw: the event as JSON text; only with UNKNOWN.
    """

    provider_id: str
    kind: EventKind
    at: datetime
    email: str
    delivery: str = ""
    attempt: str = ""
    mail: str = ""
    message_id: str = ""
    reason: str = ""
    url: str = ""
    agent: str = ""
    by_machine: bool = False
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A part of what a provider sent that can not be read.

    Attributes:
        raw: as it came, JSON text, cut to a sensible length.
        why: in plain words.
    """

    raw: str
    why: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One mail in the provider's log.

    Attributes:
        message_id: the provider's name for this mail.
        status: the provider's word: `processed`, `delivered`, `deferred`, `dropped`, `bounced`
            or `blocked`.
        delivery, attempt, mail: the custom args, complete; empty in a summary without them.
        at: of its last event; aware, UTC.
    """

    message_id: str
    email: str
    status: str
    at: datetime
    delivery: str = ""
    attempt: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class SuppressionEntry:
    """One line of a list of addresses that the provider will not mail.

    Attributes:
        kind: COMPLAINED, BOUNCED, BLOCKED or UNSUBSCRIBED.
        at: aware, UTC.
    """

    email: str
    kind: EventKind
    at: datetime
    reason: str = ""


class EventSource(Protocol):
    """The port that takes what a provider posts to us by itself."""

    @property
    def has_keys(self) -> bool:
        """Whether any post can be genuine: without a key none is."""
        ...

    def is_genuine(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the provider made this post; never raises.

        Args:
            headers: by name in small letters.
            body: the bytes exactly as they came.
        """
        ...

    def read(self, body: bytes) -> tuple[list[DeliveryEvent], list[Malformed]]:
        """What a post says, in its order; whatever it holds, nothing is raised."""
        ...


class ProviderLog(Protocol):
    """The port that asks a provider afterwards. Each call may raise ProviderSilent."""

    def find(self, email: str, since: datetime, until: datetime) -> Sequence[LogEntry]:
        """Mails to one address in a span of time, newest first, without custom args."""
        ...

    def read(self, message_id: str) -> LogEntry | None:
        """One mail with its custom args, or None when the log does not have it."""
        ...

    def suppressed(self, kind: EventKind, since: datetime) -> Sequence[SuppressionEntry]:
        """Everything that came onto a list of the provider's since then."""
        ...

    def lift(self, reason: SuppressionReason, email: str) -> None:
        """Take an address off the provider's list, so that it can be mailed again."""
        ...
