"""The provider's own lists of addresses, taken as what they are: events that may have been lost.

A block is no list to follow: the provider itself tries such an address again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from newsletter.errors import ProviderSilent, UsageError
from newsletter.feedback.doubts import forget_old, note_asked
from newsletter.feedback.matching import Matched
from newsletter.feedback.rules import FeedbackRules
from newsletter.feedback.suppressing import draw_consequences
from newsletter.model.event import (
    DeliveryEvent,
    EventKind,
    EventMatch,
    ProviderLog,
    SuppressionEntry,
)
from newsletter.store.readers import reader_at
from newsletter.store.tables import asked
from newsletter.subscribing.addresses import normalise
from newsletter.subscribing.reception import Reception

EVERY = timedelta(hours=1)
_AT_FIRST = timedelta(days=30)
_OVERLAP = timedelta(hours=1)  # clocks differ, and an entry counts the second time as the first
_AT_ONCE = 200
_LISTS = (EventKind.BOUNCED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED)


def take_lists(reception: Reception, log: ProviderLog, rules: FeedbackRules) -> int:
    """Take in what came onto the provider's lists since last time, once an hour at most.

    Returns:
        Entries that are about readers of ours; taken again they change nothing.

    Raises:
        ProviderSilent: no answer; it is tried again an hour later.
    """
    try:
        return sum(_take(reception, log, rules, kind) for kind in _LISTS)
    except ProviderSilent:
        _put_off(reception)
        raise


def _take(reception: Reception, log: ProviderLog, rules: FeedbackRules, kind: EventKind) -> int:
    what, now = f"list-{kind}", reception.now
    with reception.store.read() as connection:
        row = connection.execute(select(asked).where(asked.c.what == what)).first()
    if row is not None and now - row.asked_at < EVERY:
        return 0
    since: datetime = row.until - _OVERLAP if row else now - _AT_FIRST
    entries = log.suppressed(kind, since)
    taken = 0
    for at in range(0, len(entries), _AT_ONCE):
        with reception.store.write() as connection:
            found = [
                one
                for entry in entries[at : at + _AT_ONCE]
                if (one := _matched(connection, entry)) is not None
            ]
            draw_consequences(reception, connection, rules, found)
            taken += len(found)
    with reception.store.write(durable=False) as connection:
        note_asked(connection, what, now, now)
        forget_old(connection, now)
    return taken


def _put_off(reception: Reception) -> None:
    """Whoever does not answer about one list is not asked about the others either."""
    now = reception.now
    with reception.store.write(durable=False) as connection:
        known = dict(
            connection.execute(
                select(asked.c.what, asked.c.until).where(asked.c.what.like("list-%"))
            ).all()
        )
        for kind in _LISTS:
            what = f"list-{kind}"
            note_asked(connection, what, known.get(what, now - _AT_FIRST), now)


def _matched(connection: Connection, entry: SuppressionEntry) -> Matched | None:
    """The entry as an event of a reader of ours, or None: the account may serve others too."""
    try:
        address = normalise(entry.email)
    except UsageError:
        return None
    reader = reader_at(connection, address)
    if reader is None:
        return None
    event = DeliveryEvent(
        provider_id=f"list-{entry.kind}",
        kind=entry.kind,
        at=entry.at,
        email=entry.email,
        reason=entry.reason,
    )
    return Matched(event, EventMatch.MAIL, address, reader=reader.id)
