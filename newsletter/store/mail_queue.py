"""The ledger of the program's own mails: queued -> sending -> sent, rejected or unknown.

`cause` is unique, so a request has one mail however often it is asked for. `sending` is committed
before a socket opens; whoever dies in between leaves a mail whose fate nobody knows, and that is
what it is called: unknown, and never sent again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, bindparam, func, or_, select, update

from newsletter.model.consent import MAIL_STEPS, MailName, MailState
from newsletter.model.ledger import require_step
from newsletter.store.tables import system_mail, throttle
from newsletter.store.writing import changed, insert_or_ignore

LEASE = timedelta(minutes=3)  # longer than any transport takes to time out
_DIED = "whoever sent it died before there was an answer"


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail that this process alone may send now.

    Attributes:
        about: what asked for it and what its link may name: a request, a line of proof.
        tries: how often it was tried, this time included.
    """

    id: int
    name: MailName
    subscriber: int
    address: str
    about: int
    expires_at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class MailEnd:
    """What became of one try.

    Attributes:
        state: QUEUED means that nothing left us.
        not_before: with QUEUED, when it may be tried again.
        holds_all: the provider put everyone off until then, not this mail alone.
    """

    state: MailState
    status: int = 0
    message_id: str = ""
    reason: str = ""
    not_before: datetime | None = None
    holds_all: bool = False


def queue_mail(
    connection: Connection,
    name: MailName,
    subscriber: int,
    address: str,
    *,
    about: int,
    now: datetime,
    expires_at: datetime,
) -> bool:
    """Put a mail into the queue, once for what it is about; tells whether it did.

    Args:
        about: what asks for it: the number of a request or of a line of proof.
        expires_at: when what it offers ends; it is not sent after that.
    """
    row = {
        "cause": f"{name}-{about}",
        "name": name,
        "subscriber_id": subscriber,
        "address": address,
        "about": about,
        "state": MailState.QUEUED,
        "queued_at": now,
        "not_before": now,
        "expires_at": expires_at,
    }
    return insert_or_ignore(connection, system_mail, row)


def claim_mail(connection: Connection, now: datetime) -> QueuedMail | None:
    """Take the oldest mail that may go now; None when there is none, or a 429 still holds."""
    if (held := held_until(connection)) is not None and held > now:
        return None
    row = connection.execute(
        select(system_mail)
        .where(system_mail.c.state == MailState.QUEUED, system_mail.c.not_before <= now)
        .order_by(system_mail.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    taken = _step(MailState.SENDING, row.id, MailState.QUEUED)
    values = {"lease_until": now + LEASE, "tries": row.tries + 1}
    connection.execute(taken.values(**values))
    return _claimed(row)


def is_mail_due(connection: Connection, now: datetime) -> bool:
    """Whether a mail may go now, or one was left behind by someone whose lease is over."""
    mail = system_mail.c
    left = and_(mail.state == MailState.SENDING, mail.lease_until < now)
    waits = and_(mail.state == MailState.QUEUED, mail.not_before <= now)
    held = held_until(connection)
    is_held = held is not None and held > now
    found = select(mail.id).where(left if is_held else or_(left, waits)).limit(1)
    return connection.execute(found).first() is not None


def end_try(connection: Connection, mail_id: int, end: MailEnd, now: datetime) -> bool:
    """Write down what became of a mail being sent; tells whether it was still being sent."""
    values: dict[str, Any] = {
        "status": end.status,
        "message_id": end.message_id,
        "reason": end.reason,
        "lease_until": None,
    }
    if end.state is MailState.QUEUED:
        values["not_before"] = end.not_before or now
    else:
        values["ended_at"] = now
    statement = _step(end.state, mail_id, MailState.SENDING)
    return changed(connection.execute(statement.values(**values)))


def settle_mail(connection: Connection, mail_id: int, *, sent: bool, now: datetime) -> bool:
    """Evidence came about a mail of unknown fate; tells whether it was one."""
    target = MailState.SENT if sent else MailState.REJECTED
    statement = _step(target, mail_id, MailState.UNKNOWN).values(ended_at=now)
    return changed(connection.execute(statement))


def give_up_dead(connection: Connection, now: datetime) -> int:
    """Call unknown what was being sent by someone whose lease is over; returns how many."""
    sending = system_mail.c.state == MailState.SENDING
    ended = {"state": MailState.UNKNOWN, "ended_at": now, "lease_until": None, "reason": _DIED}
    return connection.execute(
        update(system_mail).where(sending, system_mail.c.lease_until < now).values(**ended)
    ).rowcount


def drop_queued(connection: Connection, subscriber: int, reason: str, now: datetime) -> None:
    """Take what waits for a reader since before a moment out of the queue."""
    connection.execute(_drop(), {"reader": subscriber, "now": now, "why": reason})


@cache  # putting a statement together costs more than running it
def _drop() -> Update:
    mail, now = system_mail.c, bindparam("now", type_=system_mail.c.queued_at.type)
    theirs = (mail.subscriber_id == bindparam("reader"), mail.state == MailState.QUEUED)
    ended = {"state": MailState.REJECTED, "ended_at": now, "reason": bindparam("why")}
    return update(system_mail).where(*theirs, mail.queued_at <= now).values(**ended)


def forget_address(connection: Connection, subscriber: int, address: str) -> None:
    """Take a reader's address out of all mails they were ever sent."""
    mine = (system_mail.c.subscriber_id == subscriber) | (system_mail.c.address == address)
    connection.execute(update(system_mail).where(mine).values(address=""))


def held_until(connection: Connection) -> datetime | None:
    """The moment before which, after a 429, nobody asks the provider."""
    moment: datetime | None = connection.execute(select(throttle.c.not_before)).scalar()
    return moment


def hold_all(connection: Connection, until: datetime, reason: str) -> None:
    """The provider said 429: all senders of the site wait, and never shorter than before."""
    earlier = throttle.c.not_before.is_(None) | (throttle.c.not_before < until)
    connection.execute(update(throttle).where(earlier).values(not_before=until, reason=reason))


def count_mails(connection: Connection) -> dict[MailState, int]:
    """How many mails are in each state; states nobody is in are left out."""
    rows = connection.execute(
        select(system_mail.c.state, func.count()).group_by(system_mail.c.state)
    )
    return {row[0]: int(row[1]) for row in rows}


def _step(target: MailState, mail_id: int, source: MailState) -> Update:
    require_step(MAIL_STEPS, source, target)
    return (
        update(system_mail)
        .where(system_mail.c.id == mail_id, system_mail.c.state == source)
        .values(state=target)
    )


def _claimed(row: Row[Any]) -> QueuedMail:
    return QueuedMail(
        id=row.id,
        name=row.name,
        subscriber=row.subscriber_id,
        address=row.address,
        about=row.about,
        expires_at=row.expires_at,
        tries=row.tries + 1,
    )
