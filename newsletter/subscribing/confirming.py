"""The second half of the double opt-in: the link in the mail, and the button behind it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from newsletter.model.consent import (
    Channel,
    ConsentStep,
    FormEvidence,
    MailName,
    RequestKind,
    SuppressionReason,
)
from newsletter.store.closing import reopen_address
from newsletter.store.consents import latest_withdrawal
from newsletter.store.interests import bits_of_interests, mask_of
from newsletter.store.readers import (
    Reader,
    change_reader,
    end_suppression,
    find_reader,
    lock_reader,
    set_status,
    suppression_of,
)
from newsletter.store.requests import Request, find_request, use_request
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.signing_up import CheckYourMail, gets_letters
from newsletter.subscribing.wishes import Wishes, from_details
from newsletter.subscribing.writing_down import (
    GREET_WITHIN,
    ask_to_confirm,
    may_mail,
    queue,
    write_down,
)
from newsletter.tokens import Mark, Purpose

_log = logging.getLogger(__name__)


class Confirmation(StrEnum):
    """Where a confirmation link stands."""

    READY = "ready"  # the button will do it
    CONFIRMED = "confirmed"  # it did, just now
    ALREADY = "already"  # it did before; nothing to do
    EXPIRED = "expired"  # too old, or overtaken by a no: offer a new mail
    INVALID = "invalid"  # not a link of ours, or of someone who was erased


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What pressing the button came to.

    Attributes:
        preferences: mark for the preferences page; empty unless CONFIRMED or ALREADY.
    """

    state: Confirmation
    preferences: str = ""


def look_at_confirmation(reception: Reception, token: str) -> Confirmation:
    """What the page behind the link shows; changes nothing."""
    mark = reception.signer.read(Purpose.CONFIRM, token)
    if mark is None:
        return Confirmation.INVALID
    with reception.store.read() as connection:
        reader = find_reader(connection, mark.subscriber)
        request = _request(connection, mark)
        return _state(connection, reader, request, reception.now)


def confirm(reception: Reception, token: str, evidence: FormEvidence) -> Confirmed:
    """The button was pressed: the reader's yes, applied once however often it is pressed.

    Queues the welcome. Call it for POST only: mail programs follow links by themselves.
    """
    mark = reception.signer.read(Purpose.CONFIRM, token)
    if mark is None:
        return Confirmed(Confirmation.INVALID)
    now, suppressed = reception.now, None
    with reception.store.write() as connection:
        reader = lock_reader(connection, mark.subscriber)
        request = _request(connection, mark)
        state = _state(connection, reader, request, now)
        if reader and request and state is Confirmation.READY:
            suppressed = suppression_of(connection, reader.email)
            _say_yes(reception, connection, reader, request, token, evidence, now)
            state = Confirmation.CONFIRMED
    if suppressed is not None:
        _lift_at_provider(reception, suppressed.email, suppressed.reason)
    if state in (Confirmation.CONFIRMED, Confirmation.ALREADY):
        return Confirmed(state, reception.signer.mark(Purpose.PREFERENCES, mark.subscriber))
    return Confirmed(state)


def ask_again(reception: Reception, token: str, evidence: FormEvidence) -> CheckYourMail | None:
    """A new mail for a link that has expired, with what was typed then.

    Returns:
        None when the link is none of ours; otherwise the same answer as for any sign-up.

    Raises:
        TooManyRequests: from this place, or in all.
    """
    reception.limits.require("ask-again", evidence.ip)
    mark = reception.signer.read(Purpose.CONFIRM, token)
    if mark is None:
        return None
    now = reception.now
    with reception.store.write() as connection:
        reader = find_reader(connection, mark.subscriber)
        if reader is None or reader.status is Status.ERASED:
            return None
        if may_mail(reception, connection, reader.email, now):
            _ask_again(reception, connection, mark, token, evidence, now)
    return CheckYourMail(reader.email)


def _ask_again(
    reception: Reception,
    connection: Connection,
    mark: Mark,
    token: str,
    evidence: FormEvidence,
    now: datetime,
) -> None:
    reader = lock_reader(connection, mark.subscriber)
    if reader is None or reader.status is Status.ERASED:
        return
    asked = write_down(
        reception,
        connection,
        reader,
        ConsentStep.REQUESTED,
        Channel.PAGE,
        at=now,
        evidence=evidence,
        token=token,
    )
    if gets_letters(connection, reader):
        queue(connection, MailName.PREFERENCES_LINK, reader, asked, now, now + GREET_WITHIN)
        return
    before = _request(connection, mark)
    wishes = from_details(reception.site, before.details) if before else Wishes()
    ask_to_confirm(connection, reader, wishes, now)


def _lift_at_provider(reception: Reception, address: str, reason: str) -> None:
    """Whom the provider's own list still holds would not get what they just asked for."""
    problem = reception.on_lift(SuppressionReason(reason), address)
    if problem:
        hidden = reception.hashes.for_log(address)
        _log.error("the provider still suppresses %s: %s", hidden, problem)


def _request(connection: Connection, mark: Mark) -> Request | None:
    return find_request(connection, RequestKind.CONFIRM, mark.subscriber, mark.about)


def _state(
    connection: Connection, reader: Reader | None, request: Request | None, now: datetime
) -> Confirmation:
    if reader is None or reader.status is Status.ERASED:
        return Confirmation.INVALID
    if gets_letters(connection, reader):
        return Confirmation.ALREADY
    if request is None or request.is_spent or request.expires_at <= now:
        return Confirmation.EXPIRED
    if _overtaken(connection, reader, request):
        return Confirmation.EXPIRED
    return Confirmation.READY


def _overtaken(connection: Connection, reader: Reader, request: Request) -> bool:
    """Whether a no came after the request: only what is asked for after a no can lift it."""
    left = latest_withdrawal(connection, reader.id)
    if reader.status is Status.UNSUBSCRIBED and left and left.at > request.made_at:
        return True
    suppressed = suppression_of(connection, reader.email)
    return suppressed is not None and suppressed.at > request.made_at


def _say_yes(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    request: Request,
    token: str,
    evidence: FormEvidence,
    now: datetime,
) -> None:
    if not use_request(connection, request.id, now):
        return
    values = _values(connection, reader, from_details(reception.site, request.details))
    if reader.status is Status.CONFIRMED:  # only suppressed
        change_reader(connection, reader.id, **values)
    else:
        set_status(connection, reader, Status.CONFIRMED, confirmed_at=now, **values)
    end_suppression(connection, reader.email)
    reopen_address(connection, reception.hashes.every(reader.email))
    write_down(
        reception,
        connection,
        reader,
        ConsentStep.CONFIRMED,
        Channel.PAGE,
        at=now,
        evidence=evidence,
        token=token,
    )
    queue(connection, MailName.WELCOME, reader, request.id, now, now + GREET_WITHIN)


def _values(connection: Connection, reader: Reader, wishes: Wishes) -> dict[str, Any]:
    """The columns that a proved wish sets; what was not said stays as it was."""
    values: dict[str, Any] = {"attributes": {**reader.attributes, **wishes.attributes}}
    if wishes.first_name:
        values["first_name"] = wishes.first_name
    if wishes.interests is not None:
        bits = bits_of_interests(connection, wishes.interests)
        values["interests"] = mask_of(bits, wishes.interests)
    return values
