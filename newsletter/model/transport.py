"""What a Transport takes and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol

from newsletter.model.merge import MergeTag
from newsletter.model.site import Sender

MOST_READERS_A_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Letter:
    """What all readers of a Batch share.

    Attributes:
        key: unlike that of any other letter in this process's life (a rendition's hash);
            transports may cache what they prepare under it.
        subject, html, text: final, with tokens.
        merge_tags: the tokens, in the order of `Recipient.values`.
        list_id: value of List-Id (RFC 2919), such as `Name <news.example.com>`.
        categories: the vendor's labels, ASCII.
        is_system: a mail of the program itself, to one reader who waits for it: no delivery of
            an issue, no list header, nothing followed.
    """

    key: str
    sender: Sender
    subject: str
    html: str
    text: str
    merge_tags: tuple[MergeTag, ...]
    list_id: str
    categories: tuple[str, ...] = ()
    is_system: bool = False


class Recipient(NamedTuple):
    """One reader of a Batch; a tuple, because making millions of them is a third of the time.

    Attributes:
        delivery: the complete value of the custom arg `nl_delivery`; of `nl_mail` in a mail of
            the program itself.
        email: the address.
        name: for To; may be empty.
        values: one for each of the letter's merge tags, already escaped for its context.
        unsubscribe: the https address of List-Unsubscribe (RFC 8058); empty for a test mail.
    """

    delivery: str
    email: str
    name: str
    values: tuple[str, ...]
    unsubscribe: str


@dataclass(frozen=True, slots=True)
class Batch:
    """At most 1,000 readers of one Letter: one call.

    Attributes:
        attempt: the complete value of the custom arg `nl_attempt`.
    """

    letter: Letter
    attempt: str
    recipients: Sequence[Recipient]


class Outcome(StrEnum):
    """What became of one reader in one call."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    UNTOUCHED = "untouched"


class Answer(StrEnum):
    """What the other side said to the call as a whole."""

    ACCEPTED = "accepted"
    PARTLY = "partly"  # outcomes differ by reader (SMTP)
    READERS_REFUSED = "readers_refused"  # 400 that names readers; the others are untouched
    CONTENT_REFUSED = "content_refused"  # 400 that names another field
    REFUSED = "refused"  # 400 that names nothing
    TOO_LARGE = "too_large"  # 413
    KEY_REFUSED = "key_refused"  # 401, 403
    RATE_LIMITED = "rate_limited"  # 429
    UNREACHABLE = "unreachable"  # nothing left this machine
    AMBIGUOUS = "ambiguous"  # it may have been taken


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a Transport answers.

    Attributes:
        outcomes: one a recipient, in the batch's order.
        message_id: the provider's name for the call, or empty.
        status: HTTP or SMTP status; 0 when there was none.
        reason: the provider's or the network's words, without secrets; empty when accepted.
        not_before: with RATE_LIMITED, and with PARTLY when readers were put off, when the
            provider may be asked again.
        reasons: place in the batch -> words about that reader, where they are known.
        is_called_off: the program itself did not make the call, because of its readers; that
            says nothing about the provider.
    """

    answer: Answer
    outcomes: tuple[Outcome, ...]
    message_id: str = ""
    status: int = 0
    reason: str = ""
    not_before: datetime | None = None
    reasons: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    is_called_off: bool = False


class Transport(Protocol):
    """The port that hands a Batch to the outside world."""

    @property
    def most(self) -> int:
        """Readers a call may carry."""
        ...

    def send(self, batch: Batch) -> Receipt:
        """Hand over one batch; never raises for what the other side does.

        Blocks until answered or timed out. Safe to call from several threads.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
