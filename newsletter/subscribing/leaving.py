"""A reader leaves, takes it back, says why."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from newsletter.errors import UsageError
from newsletter.model.consent import (
    Channel,
    ConsentStep,
    FormEvidence,
    MailName,
    SuppressionReason,
)
from newsletter.store.allowances import take_allowance
from newsletter.store.consents import NOTHING_SHOWN, latest_withdrawal
from newsletter.store.mail_queue import drop_queued
from newsletter.store.readers import (
    Reader,
    find_reader,
    lock_reader,
    set_status,
    suppression_of,
)
from newsletter.store.requests import void_requests
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.wishes import MOST_REASON, read_line
from newsletter.subscribing.writing_down import UNDO_WITHIN, queue, write_down
from newsletter.tokens import Purpose

_log = logging.getLogger(__name__)

# Whoever leaves by a mail program's own button, or complains, wants no mail at all any more.
_SAYS_GOODBYE = (Channel.PAGE, Channel.MAIL)
# A no that the reader said; one that came by others is not taken back by a link.
_OWN_CHANNELS = (Channel.ONE_CLICK, Channel.PAGE, Channel.MAIL)
# The page offers undo to whoever just left. Later the link in the goodbye mail does, which only
# the reader has: the one to unsubscribe stands in letters that are passed on.
_OFFERED_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Left:
    """A reader is off the list, now or since before.

    Attributes:
        undo: mark that takes it back, for seven days; empty when the page may not offer it.
    """

    undo: str = ""


class Undone(StrEnum):
    """What taking it back came to."""

    READY = "ready"  # the button will do it
    BACK = "back"
    ALREADY = "already"  # nothing to take back
    TOO_LATE = "too_late"  # offer to sign up again
    INVALID = "invalid"


def unsubscribe(
    reception: Reception,
    token: str,
    channel: Channel,
    evidence: FormEvidence = NOTHING_SHOWN,
    reason: str = "",
) -> Left | None:
    """Off the list, at once; the same answer however often it is asked (RFC 8058, 3.2).

    Args:
        token: an UNSUBSCRIBE mark of any age.
        channel: ONE_CLICK, PAGE or MAIL.
        reason: optional; what is over 500 characters is cut.

    Returns:
        None when the mark is none of ours.
    """
    mark = reception.signer.read(Purpose.UNSUBSCRIBE, token)
    if mark is None:
        return None
    now = reception.now
    with reception.store.write() as connection:
        reader = lock_reader(connection, mark.subscriber)
        if reader is None or reader.status is Status.ERASED:
            return Left()
        take_no(
            reception,
            connection,
            reader,
            channel,
            at=now,
            evidence=evidence,
            token=token,
            note=_cut(reason),
            delivery=mark.about or None,
        )
        if channel is Channel.ONE_CLICK:  # a mail program asks, and shows no page
            return Left()
        return Left(_undo_mark(reception, connection, reader.id))


def take_no(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    channel: Channel,
    *,
    at: datetime,
    evidence: FormEvidence = NOTHING_SHOWN,
    token: str = "",
    note: str = "",
    delivery: int | None = None,
) -> bool:
    """Write down the no of a reader who is locked; tells whether it was one more.

    Args:
        delivery: the one whose mail they left through, where that is known.
    """
    if reader.status not in (Status.PENDING, Status.CONFIRMED):
        return False
    set_status(connection, reader, Status.UNSUBSCRIBED)
    void_requests(connection, reader.id, at)
    drop_queued(connection, reader.id, "unsubscribed before it was sent", at)
    line = write_down(
        reception,
        connection,
        reader,
        ConsentStep.WITHDRAWN,
        channel,
        at=at,
        evidence=evidence,
        token=token,
        note=note,
        status_before=reader.status,
        delivery=delivery,
    )
    if channel in _SAYS_GOODBYE and reader.status is Status.CONFIRMED:
        _say_goodbye(reception, connection, reader, line, at)
    _log.info("%s left by %s", reception.hashes.for_log(reader.email), channel)
    return True


def give_reason(reception: Reception, undo: str, reason: str) -> bool:
    """Keep why a reader left; tells whether there was something to keep.

    Args:
        undo: the mark that `unsubscribe` gave.

    Raises:
        UsageError: the reason is longer than 500 characters.
    """
    words = read_line(reason, MOST_REASON, "The reason")
    mark = reception.signer.read(Purpose.UNDO, undo)
    if mark is None or not words:
        return False
    with reception.store.write() as connection:
        reader = lock_reader(connection, mark.subscriber)
        left = latest_withdrawal(connection, mark.subscriber)
        if reader is None or reader.status is not Status.UNSUBSCRIBED:
            return False
        if left is None or left.id != mark.about:
            return False
        step = ConsentStep.REASON_GIVEN
        write_down(reception, connection, reader, step, Channel.PAGE, at=reception.now, note=words)
    return True


def look_at_undo(reception: Reception, token: str) -> Undone:
    """What the page behind an undo link shows; changes nothing."""
    mark = reception.signer.read(Purpose.UNDO, token)
    if mark is None:
        return Undone.INVALID
    with reception.store.read() as connection:
        return _undo_state(connection, mark.subscriber, mark.about, reception.now)[0]


def undo(reception: Reception, token: str, evidence: FormEvidence) -> Undone:
    """Bring back what the withdrawal took, unless another no came since; harmless when repeated."""
    mark = reception.signer.read(Purpose.UNDO, token)
    if mark is None:
        return Undone.INVALID
    now = reception.now
    with reception.store.write() as connection:
        reader = lock_reader(connection, mark.subscriber)
        state, before = _undo_state(connection, mark.subscriber, mark.about, now)
        if reader is None or state is not Undone.READY or before is None:
            return state
        set_status(connection, reader, before)
        write_down(
            reception,
            connection,
            reader,
            ConsentStep.UNDONE,
            Channel.PAGE,
            at=now,
            evidence=evidence,
            token=token,
        )
    return Undone.BACK


def _undo_state(
    connection: Connection, subscriber: int, withdrawal: int, now: datetime
) -> tuple[Undone, Status | None]:
    reader = find_reader(connection, subscriber)
    if reader is None or reader.status is Status.ERASED:
        return Undone.INVALID, None
    if reader.status is not Status.UNSUBSCRIBED:
        return Undone.ALREADY, None
    left = latest_withdrawal(connection, subscriber)
    if left is None or left.id != withdrawal or left.channel not in _OWN_CHANNELS:
        return Undone.TOO_LATE, None
    if now - left.at > UNDO_WITHIN or _complained(connection, reader):
        return Undone.TOO_LATE, None
    return Undone.READY, left.status_before


def _complained(connection: Connection, reader: Reader) -> bool:
    suppressed = suppression_of(connection, reader.email)
    return suppressed is not None and suppressed.reason != SuppressionReason.BOUNCE


def _undo_mark(reception: Reception, connection: Connection, subscriber: int) -> str:
    left = latest_withdrawal(connection, subscriber)
    if left is None or reception.now - left.at > _OFFERED_FOR:
        return ""
    state, _ = _undo_state(connection, subscriber, left.id, reception.now)
    if state is not Undone.READY:
        return ""
    return reception.signer.mark(Purpose.UNDO, subscriber, left.id)


def _say_goodbye(
    reception: Reception, connection: Connection, reader: Reader, line: int, now: datetime
) -> None:
    """Within limits of its own: who holds a forwarded link may leave and undo all day."""
    mailbox = reception.hashes.of(f"goodbye:{reader.email}")
    if take_allowance(connection, mailbox, now):
        queue(connection, MailName.GOODBYE, reader, line, now, now + UNDO_WITHIN)


def _cut(reason: str) -> str:
    try:
        return read_line(reason[:MOST_REASON], MOST_REASON, "The reason")
    except UsageError:  # tidying may lengthen it
        return ""
