"""The two things that most use cases do beside their own: keep proof, queue a mail."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from newsletter.model.consent import Channel, ConsentStep, FormEvidence, MailName, RequestKind
from newsletter.store.allowances import take_allowance
from newsletter.store.consents import NOTHING_SHOWN, Line, record
from newsletter.store.mail_queue import queue_mail
from newsletter.store.readers import Reader
from newsletter.store.requests import open_request
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.wishes import Wishes, as_details

CONFIRM_WITHIN = timedelta(days=7)
FRESH_FOR = timedelta(minutes=30)
CHANGE_WITHIN = timedelta(hours=24)
UNDO_WITHIN = timedelta(days=7)
GREET_WITHIN = timedelta(days=1)
"""A welcome or a link to the preferences that could not go for a day is not sent any more."""


def write_down(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    what: ConsentStep,
    channel: Channel,
    *,
    at: datetime,
    evidence: FormEvidence = NOTHING_SHOWN,
    token: str = "",
    note: str = "",
    status_before: Status | None = None,
    delivery: int | None = None,
) -> int:
    """Add a line to a reader's proof; returns its number."""
    line = Line(
        subscriber=reader.id,
        address=reader.email,
        address_hash=reception.hashes.of(reader.email),
        what=what,
        at=at,
        channel=channel,
        evidence=evidence,
        token=token,
        note=note,
        status_before=status_before,
        delivery=delivery,
    )
    reception.on_step(what, [line.address_hash], at)
    return record(connection, line)


def may_mail(reception: Reception, connection: Connection, email: str, now: datetime) -> bool:
    """Take one of the mails that strangers may cause to go to this mailbox.

    Ask before locking a reader, everywhere: one order of locks, no deadlock.
    """
    return take_allowance(connection, reception.hashes.of_mailbox(email), now)


def ask_to_confirm(connection: Connection, reader: Reader, wishes: Wishes, now: datetime) -> int:
    """Open a request and queue the mail with its link; returns the request's number."""
    ends = now + CONFIRM_WITHIN
    details = as_details(wishes)
    request = open_request(connection, RequestKind.CONFIRM, reader.id, now, ends, details)
    queue(connection, MailName.CONFIRM, reader, request, now, ends)
    return request


def queue(
    connection: Connection,
    name: MailName,
    reader: Reader,
    about: int,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Queue a mail to a reader's own address, once for what it is about."""
    queue_mail(
        connection, name, reader.id, reader.email, about=about, now=now, expires_at=expires_at
    )
