"""What went wrong with an issue, sorted by why, in words that people understand.

Receiving servers give their reasons as enhanced status codes (RFC 3463) with some text; a few
give text alone. Where neither is known the words are taken as they came, without addresses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from newsletter.dispatching.counting import deliveries_of
from newsletter.feedback.numbers import Handed
from newsletter.feedback.wording import without_addresses
from newsletter.model.event import EventKind
from newsletter.model.ledger import DeliveryOutcome
from newsletter.store.dispatches import dispatches_of
from newsletter.store.tables import attempt, delivery, delivery_event
from newsletter.store.tables.events import HURTING

LONGEST_EXAMPLE = 160

_CODE = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")
_GONE = "The address does not exist (any more)."
_FULL = "The mailbox is full."
_UNWANTED = "The server took it for unwanted mail, or does not trust the sender."
_LARGE = "The mail was too large for the server."
_AWAY = "The server could not be reached, or could not take mail at the time."
_DISABLED = "The mailbox is closed or not in use."
_SENDER = "The server does not accept the sender's address or its proof (SPF, DKIM, DMARC)."
_MUCH = "The server wanted fewer mails at a time."

# (subject, detail) of the code; None is any detail. RFC 3463, section 3, and the registry of
# https://www.iana.org/assignments/smtp-enhanced-status-codes/.
_BY_CODE: tuple[tuple[str, str | None, str], ...] = (
    ("2", "1", _DISABLED),
    ("2", "2", _FULL),
    ("2", "3", _LARGE),
    ("3", "4", _LARGE),
    ("7", "8", _SENDER),
    ("7", "9", _SENDER),
    ("7", "20", _SENDER),
    ("7", "23", _SENDER),
    ("7", "26", _SENDER),
    ("7", "28", _MUCH),
    ("1", None, _GONE),
    ("2", None, _DISABLED),
    ("3", None, _AWAY),
    ("4", None, _AWAY),
    ("7", None, _UNWANTED),
)
# In small letters, and plainer than the code that stands beside them.
_PLAINER: tuple[tuple[str, str], ...] = (("rate limit", _MUCH), ("too many", _MUCH))
# The first that fits.
_BY_WORDS: tuple[tuple[str, str], ...] = (
    ("bounced address", "The provider gave the address up before: it bounced earlier."),
    ("spam reporting address", "The provider gave the address up before: it reported spam."),
    ("unsubscribed address", "The provider has the address as unsubscribed."),
    ("invalid", _GONE),
    ("does not exist", _GONE),
    ("no such", _GONE),
    ("unknown", _GONE),
    ("not found", _GONE),
    ("full", _FULL),
    ("quota", _FULL),
    ("spam", _UNWANTED),
    ("block", _UNWANTED),
    ("policy", _UNWANTED),
    ("timed out", _AWAY),
    ("timeout", _AWAY),
    ("connection", _AWAY),
)
_SILENT = "No reason was given."
_OTHER = "Another reason."
_KINDS = {
    EventKind.BOUNCED: "Came back for good",
    EventKind.BLOCKED: "Refused this time",
    EventKind.DROPPED: "Not tried by the provider",
    EventKind.COMPLAINED: "Reported as spam",
}
_COMPLAINED = "The reader pressed the button. Nobody of these is mailed again."
_REJECTED = "Not taken by the provider"
_SAID_NO = "The provider refused them when they were handed over."
_UNCERTAIN = "Uncertain"
_NOBODY_KNOWS = "The connection broke before the provider answered: perhaps it took them."


@dataclass(frozen=True, slots=True)
class Trouble:
    """Readers with whom the same went wrong.

    Attributes:
        what: what happened.
        why: in a sentence.
        example: a server's own words, without addresses; may be empty.
    """

    what: str
    why: str
    readers: int
    example: str = ""


def went_wrong(connection: Connection, issue_number: int, handed: Handed) -> Sequence[Trouble]:
    """Everything that went wrong with an issue, most readers first; each reader once a kind.

    Args:
        handed: what is counted of it already.
    """
    found = list(_told(connection, issue_number))
    if handed.outcomes.get(DeliveryOutcome.REJECTED):
        found += _refused(connection, issue_number)
    if unknown := handed.outcomes.get(DeliveryOutcome.UNKNOWN):
        found.append(Trouble(_UNCERTAIN, _NOBODY_KNOWS, unknown))
    return sorted(found, key=lambda each: (-each.readers, each.what, each.why))


def why(kind: EventKind, reason: str) -> str:
    """The receiving side's words as a sentence for people."""
    if kind is EventKind.COMPLAINED:
        return _COMPLAINED
    if not reason.strip():
        return _SILENT
    small = reason.lower()
    found = _by_words(small, _PLAINER) or _by_code(small) or _by_words(small, _BY_WORDS)
    return found or _OTHER


def _by_code(reason: str) -> str:
    code = _CODE.search(reason)
    if code is None:
        return ""
    subject, detail = code.groups()
    fitting = (
        words for known, part, words in _BY_CODE if known == subject and part in (None, detail)
    )
    return next(fitting, "")


def _by_words(reason: str, known: tuple[tuple[str, str], ...]) -> str:
    return next((words for sign, words in known if sign in reason), "")


def _told(connection: Connection, issue_number: int) -> Sequence[Trouble]:
    """By the last word about each delivery; there are few of them in any issue that is sound."""
    rows = connection.execute(
        select(delivery_event.c.kind, delivery_event.c.delivery_id, delivery_event.c.reason)
        .join(delivery, delivery.c.id == delivery_event.c.delivery_id)
        .where(text(HURTING), delivery_event.c.kind.in_(_KINDS))
        .where(delivery.c.issue_number == issue_number)
        .order_by(delivery_event.c.at, delivery_event.c.id)
    )
    last = {(kind, reader): reason for kind, reader, reason in rows}
    counts: Counter[tuple[EventKind, str]] = Counter()
    examples: dict[tuple[EventKind, str], str] = {}
    for (kind, _), reason in last.items():
        group = kind, why(kind, reason)
        counts[group] += 1
        examples[group] = reason or examples.get(group, "")
    return [
        Trouble(_KINDS[kind], words, count, _example(examples[kind, words]))
        for (kind, words), count in counts.items()
    ]


def _refused(connection: Connection, issue_number: int) -> Sequence[Trouble]:
    """Readers of whom the provider said no to us, by its words."""
    counts: Counter[str] = Counter()
    for of in dispatches_of(connection, issue_number):
        rows = connection.execute(
            select(attempt.c.reason, func.count())
            .join_from(delivery, attempt, attempt.c.id == delivery.c.attempt_id, isouter=True)
            .where(deliveries_of(connection, of.id))
            .where(delivery.c.outcome == DeliveryOutcome.REJECTED)
            .group_by(attempt.c.reason)
        )
        for reason, count in rows:
            counts[_example(reason or "")] += count
    return [Trouble(_REJECTED, _SAID_NO, count, words) for words, count in counts.items()]


def _example(reason: str) -> str:
    told = " ".join(without_addresses(reason).split())
    return told if len(told) <= LONGEST_EXAMPLE else f"{told[: LONGEST_EXAMPLE - 1]}…"
