"""Events after which an address is not mailed any more, each kept as the reason.

An event is compared by its own time, never by when it came: whoever came back by their own
double opt-in after it (or whose suppression a person lifted after it) stays, and the event is
history. Soft bounces are counted by letters, in any span of the set length, whatever was
delivered between: then no order of events can change the end, and an address that refuses
every other letter is not worth mailing either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select, text

from newsletter.feedback.matching import Matched
from newsletter.feedback.rules import FeedbackRules
from newsletter.feedback.wording import without_addresses
from newsletter.model.consent import Channel, ConsentStep, SuppressionReason
from newsletter.model.event import EventKind, EventMatch
from newsletter.store.readers import lock_reader
from newsletter.store.tables import consent, delivery_event
from newsletter.store.tables.events import BLOCKED
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.keeping import suppress
from newsletter.subscribing.leaving import take_no
from newsletter.subscribing.reception import Reception

_HURTING = (
    EventKind.BOUNCED,
    EventKind.BLOCKED,
    EventKind.COMPLAINED,
    EventKind.UNSUBSCRIBED,
)
_YES = (ConsentStep.CONFIRMED,)
_LIFTS = (ConsentStep.CONFIRMED, ConsentStep.LIFTED)
_Refusal = tuple[datetime, tuple[int | None, int | None]]  # when, and which mail
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def draw_consequences(
    reception: Reception, connection: Connection, rules: FeedbackRules, found: Iterable[Matched]
) -> None:
    """Take the no that events of ours hold; call it once for each, in the event's transaction."""
    hurting = [
        each
        for each in found
        if each.event.kind in _HURTING and each.match is not EventMatch.FOREIGN and each.address
    ]
    # One order of readers, so that two who apply events do not wait for each other.
    for each in sorted(hurting, key=lambda each: (each.address, each.event.at)):
        _draw(reception, connection, rules, each)


def _draw(
    reception: Reception, connection: Connection, rules: FeedbackRules, each: Matched
) -> None:
    event, at = each.event, each.event.at
    note = f"event {event.provider_id} {without_addresses(event.reason)}".strip()
    match event.kind:
        case EventKind.BLOCKED:
            _count_blocked(reception, connection, rules, each, note)
        case EventKind.BOUNCED if _latest(connection, each, _LIFTS) < at:
            _suppress(reception, connection, each, SuppressionReason.BOUNCE, note, at)
        case EventKind.COMPLAINED if _latest(connection, each, _YES) < at:
            _suppress(reception, connection, each, SuppressionReason.COMPLAINT, note, at)
            _take_no(reception, connection, each, Channel.COMPLAINT, note)
        case EventKind.UNSUBSCRIBED if _latest(connection, each, _YES) < at:
            _take_no(reception, connection, each, Channel.PROVIDER, note)


def _suppress(
    reception: Reception,
    connection: Connection,
    each: Matched,
    reason: SuppressionReason,
    note: str,
    at: datetime,
) -> None:
    delivery = each.target.id if each.target else None
    suppress(reception, connection, each.address, reason, note, at=at, delivery=delivery)


def _take_no(
    reception: Reception, connection: Connection, each: Matched, channel: Channel, note: str
) -> None:
    """The person who was mailed says no, also when they have another address by now."""
    reader = lock_reader(connection, each.subscriber) if each.subscriber else None
    if reader is None or reader.status is Status.ERASED:
        return
    delivery = each.target.id if each.target else None
    at = each.event.at
    take_no(reception, connection, reader, channel, at=at, note=note, delivery=delivery)


def _count_blocked(
    reception: Reception,
    connection: Connection,
    rules: FeedbackRules,
    each: Matched,
    note: str,
) -> None:
    """Suppress once enough letters of one reader were refused within the span."""
    if not rules.soft_bounces or each.subscriber is None:
        return
    refused = _blocked(connection, each.subscriber, _latest(connection, each, _LIFTS))
    at = _filled_at(refused, rules.soft_bounces, rules.soft_bounce_span)
    if at:
        words = f"{rules.soft_bounces} letters refused within {rules.soft_bounce_span.days} days"
        _suppress(reception, connection, each, SuppressionReason.BOUNCE, f"{words}; {note}", at)


def _blocked(connection: Connection, subscriber: int, since: datetime) -> list[_Refusal]:
    """Refusals of a reader's mails after a moment, in order; a mail may be refused again."""
    event = delivery_event.c
    rows = connection.execute(
        select(event.at, event.delivery_id, event.mail_id)
        .where(event.subscriber_id == subscriber, text(BLOCKED), event.at > since)
        .order_by(event.at)
    )
    return [(row.at, (row.delivery_id, row.mail_id)) for row in rows]


def _filled_at(refused: Sequence[_Refusal], most: int, span: timedelta) -> datetime | None:
    """When so many mails had last been refused within the span; None when they never were.

    More refusals only ever make it later, so that it does not matter which are told first.
    """
    for at, _ in reversed(refused):
        if len({mail for when, mail in refused if at - span <= when <= at}) >= most:
            return at
    return None


def _latest(connection: Connection, each: Matched, steps: Sequence[ConsentStep]) -> datetime:
    """When the reader last took such a step of their own, or a person for them."""
    found = connection.execute(
        select(func.max(consent.c.at)).where(
            consent.c.subscriber_id == each.subscriber, consent.c.what.in_(steps)
        )
    ).scalar()
    return found or _NEVER
