"""Someone types an address into the form.

Whoever does learns nothing about it: new, pending, confirmed and suppressed addresses get the
same answer. Whose address it is learns more, by a mail, and by three a day at most.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from newsletter.model.consent import Channel, ConsentStep, FormEvidence, MailName
from newsletter.store.readers import Reader, find_reader, lock_address, suppression_of
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.addresses import normalise
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.wishes import Wishes, read_wishes
from newsletter.subscribing.writing_down import (
    GREET_WITHIN,
    ask_to_confirm,
    may_mail,
    queue,
    write_down,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignUp:
    """What was typed into the form.

    Attributes:
        email: as typed.
    """

    email: str
    wishes: Wishes = field(default_factory=Wishes)


@dataclass(frozen=True, slots=True)
class CheckYourMail:
    """The one answer there is, whatever was the case.

    Attributes:
        email: what was typed, normalised.
    """

    email: str


def sign_up(
    reception: Reception,
    form: SignUp,
    evidence: FormEvidence,
    channel: Channel = Channel.FORM,
) -> CheckYourMail:
    """Take a filled-in form; queues a mail unless this mailbox had its share.

    Args:
        evidence: the form with its exact words, and where the post came from.
        channel: FORM or API.

    Raises:
        UsageError: no address, or wishes the site does not know; says what to change.
        TooManyRequests: from this place, or in all.
    """
    reception.limits.require("sign-up", evidence.ip)
    email, wishes = normalise(form.email), read_wishes(reception.site, form.wishes)
    now = reception.now
    with reception.store.write() as connection:
        allowed = may_mail(reception, connection, email, now)
        if allowed:
            reader = lock_address(connection, email, now)
            _answer(reception, connection, reader, wishes, evidence, channel, now)
    _log.info("sign-up for %s, mail: %s", reception.hashes.for_log(email), allowed)
    return CheckYourMail(email)


def invite(reception: Reception, subscriber: int) -> bool:
    """Ask a pending reader to confirm, as one that an import brought without proof of a yes.

    Returns:
        False when there is no such reader, they are not pending, or they had their share of
        mails for now.
    """
    now = reception.now
    with reception.store.write() as connection:
        reader = find_reader(connection, subscriber)
        if reader is None or reader.status is not Status.PENDING:
            return False
        if not may_mail(reception, connection, reader.email, now):
            return False
        ask_to_confirm(connection, reader, Wishes(), now)
    return True


def _answer(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    wishes: Wishes,
    evidence: FormEvidence,
    channel: Channel,
    now: datetime,
) -> None:
    asked = write_down(
        reception,
        connection,
        reader,
        ConsentStep.REQUESTED,
        channel,
        at=now,
        evidence=evidence,
    )
    if gets_letters(connection, reader):
        ends = now + GREET_WITHIN
        queue(connection, MailName.PREFERENCES_LINK, reader, asked, now, ends)
    else:
        ask_to_confirm(connection, reader, wishes, now)


def gets_letters(connection: Connection, reader: Reader) -> bool:
    """Whether a reader said yes and their address neither bounced nor complained."""
    said_yes = reader.status is Status.CONFIRMED
    return said_yes and suppression_of(connection, reader.email) is None
