"""A reader's letters shall come to another address, whose owner confirms it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from newsletter.errors import UsageError
from newsletter.model.consent import (
    Channel,
    ConsentStep,
    FormEvidence,
    MailName,
    RequestKind,
)
from newsletter.store.closing import MOVED, close_address, reopen_address
from newsletter.store.mail_queue import queue_mail
from newsletter.store.readers import (
    Reader,
    change_reader,
    end_suppression,
    find_reader,
    lock_reader,
    reader_at,
    scrub_reader,
    suppression_of,
)
from newsletter.store.requests import (
    Request,
    find_request,
    open_request,
    use_request,
    void_requests,
)
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.addresses import normalise
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.signing_up import CheckYourMail, gets_letters
from newsletter.subscribing.visiting import Visit, visit
from newsletter.subscribing.writing_down import (
    CHANGE_WITHIN,
    GREET_WITHIN,
    may_mail,
    queue,
    write_down,
)
from newsletter.tokens import Mark, Purpose


class Move(StrEnum):
    """Where a link to a new address stands."""

    READY = "ready"  # the button will do it
    MOVED = "moved"
    ALREADY = "already"  # letters come to that address anyway
    EXPIRED = "expired"
    INVALID = "invalid"


def ask_address_change(
    reception: Reception, token: str, email: str, evidence: FormEvidence
) -> CheckYourMail | None:
    """Ask the new address whether it wants the letters; only by a fresh link.

    Args:
        email: the new address, as typed.

    Returns:
        The same answer whatever is known about the new address; None when the mark is no
        fresh link, or the reader gets no letters that could move.

    Raises:
        UsageError: no address, or the one the reader has.
        TooManyRequests: from this place, or in all.
    """
    reception.limits.require("address-change", evidence.ip)
    new = normalise(email)
    with reception.store.write() as connection:
        found = visit(reception, connection, token)
        if found is None or not found.is_fresh:
            return None
        if found.reader.status is not Status.CONFIRMED:
            return None
        if found.reader.email == new:
            raise UsageError("This is the address you have. Type the new one.")
        if may_mail(reception, connection, new, found.at):
            _ask(reception, connection, found, new, evidence)
    return CheckYourMail(new)


def look_at_move(reception: Reception, token: str) -> Move:
    """What the page behind the link shows; changes nothing."""
    mark = reception.signer.read(Purpose.ADDRESS_CHANGE, token)
    if mark is None:
        return Move.INVALID
    with reception.store.read() as connection:
        reader = find_reader(connection, mark.subscriber)
        return _state(connection, reader, _request(connection, mark), reception.now)


def move(reception: Reception, token: str, evidence: FormEvidence) -> Move:
    """The button behind the link was pressed: letters go to the new address from now on.

    It is the new address's own yes, so it also ends a no that stood against it. The old address
    is closed: no import brings it back.
    """
    mark = reception.signer.read(Purpose.ADDRESS_CHANGE, token)
    if mark is None:
        return Move.INVALID
    now = reception.now
    with reception.store.write() as connection:
        reader = lock_reader(connection, mark.subscriber)
        request = _request(connection, mark)
        state = _state(connection, reader, request, now)
        if reader is None or request is None or state is not Move.READY:
            return state
        if not use_request(connection, request.id, now):
            return Move.ALREADY
        _move(reception, connection, reader, request, token, evidence, now)
    return Move.MOVED


def _ask(
    reception: Reception, connection: Connection, found: Visit, new: str, evidence: FormEvidence
) -> None:
    reader, now = found.reader, found.at
    there = reader_at(connection, new)
    if there is not None and gets_letters(connection, there):
        step = ConsentStep.REQUESTED
        asked = write_down(
            reception, connection, there, step, Channel.PAGE, at=now, evidence=evidence
        )
        queue(connection, MailName.PREFERENCES_LINK, there, asked, now, now + GREET_WITHIN)
        return
    ends = now + CHANGE_WITHIN
    kind, details = RequestKind.ADDRESS_CHANGE, {"new_email": new}
    request = open_request(connection, kind, reader.id, now, ends, details)
    queue_mail(
        connection,
        MailName.ADDRESS_CHANGE,
        reader.id,
        new,
        about=request,
        now=now,
        expires_at=ends,
    )


def _request(connection: Connection, mark: Mark) -> Request | None:
    kind = RequestKind.ADDRESS_CHANGE
    return find_request(connection, kind, mark.subscriber, mark.about)


def _state(
    connection: Connection, reader: Reader | None, request: Request | None, now: datetime
) -> Move:
    if reader is None or reader.status is Status.ERASED:
        return Move.INVALID
    if request is None or request.expires_at <= now or reader.status is not Status.CONFIRMED:
        return Move.EXPIRED
    new = str(request.details["new_email"])
    there = reader if reader.email == new else reader_at(connection, new)
    if there is not None and gets_letters(connection, there):
        return Move.ALREADY
    suppressed = suppression_of(connection, new)
    overtaken = suppressed is not None and suppressed.at > request.made_at
    return Move.EXPIRED if request.is_spent or overtaken else Move.READY


def _move(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    request: Request,
    token: str,
    evidence: FormEvidence,
    now: datetime,
) -> None:
    new, old = str(request.details["new_email"]), reader.email
    if (there := reader_at(connection, new)) is not None:
        void_requests(connection, there.id, now)
        scrub_reader(connection, there)  # its proof stays, under the address's hash
    change_reader(connection, reader.id, email=new)
    end_suppression(connection, new)
    reopen_address(connection, reception.hashes.every(new))
    close_address(connection, reception.hashes.of(old), now, MOVED)
    for each, note in ((old, "moved away"), (new, "moved here")):
        write_down(
            reception,
            connection,
            _named(reader, each),
            ConsentStep.ADDRESS_CHANGED,
            Channel.PAGE,
            at=now,
            evidence=evidence,
            token=token,
            note=note,
        )


def _named(reader: Reader, email: str) -> Reader:
    return replace(reader, email=email)
