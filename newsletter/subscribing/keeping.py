"""What people of the site and the provider do to a reader: take a no, lift a bounce, ask for proof.

None of it can make a yes of a no.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from newsletter.errors import NotFound, UsageError
from newsletter.model.consent import (
    Channel,
    ConsentRecord,
    ConsentStep,
    SuppressionReason,
)
from newsletter.store.closing import closed_among
from newsletter.store.consents import lines_of
from newsletter.store.readers import (
    Reader,
    end_suppression,
    lock_reader,
    reader_at,
    suppression_of,
)
from newsletter.store.tables import suppression
from newsletter.store.writing import insert_or_ignore
from newsletter.subscribing.addresses import normalise
from newsletter.subscribing.leaving import take_no
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.wishes import MOST_REASON, read_line
from newsletter.subscribing.writing_down import write_down


def find(reception: Reception, email: str) -> Reader | None:
    """The reader of an address as typed; raises UsageError for what is no address."""
    with reception.store.read() as connection:
        return reader_at(connection, normalise(email))


def proof(reception: Reception, email: str) -> tuple[ConsentRecord, ...]:
    """Every yes and no under an address, in order, also after it was erased.

    Raises UsageError for what is no address.
    """
    with reception.store.read() as connection:
        return lines_of(connection, reception.hashes.every(normalise(email)))


def unsubscribe_address(
    reception: Reception,
    email: str,
    *,
    by: str,
    reason: str = "",
    channel: Channel = Channel.ADMIN,
) -> bool:
    """Take someone off the list for them; tells whether they were on it.

    Args:
        by: who does it: a person's name, or what program.
        channel: ADMIN, MAIL or PROVIDER.

    Raises:
        UsageError: no address, or too long a reason.
        NotFound: nobody has this address.
    """
    address = normalise(email)
    note = _note(by, reason)
    with reception.store.write() as connection:
        found = reader_at(connection, address)
        reader = lock_reader(connection, found.id) if found else None
        if reader is None:
            raise NotFound(f"Nobody has the address {address}.")
        return take_no(reception, connection, reader, channel, at=reception.now, note=note)


def complain(reception: Reception, email: str, note: str = "") -> None:
    """Someone told their mail program that ours is spam: a no, and the address is suppressed."""
    address, reason = normalise(email), SuppressionReason.COMPLAINT
    with reception.store.write() as connection:
        suppress(reception, connection, address, reason, note, at=reception.now)


def bounce(reception: Reception, email: str, note: str = "") -> None:
    """The address does not exist or refuses us for good: suppressed, the reader's yes stays."""
    address, reason = normalise(email), SuppressionReason.BOUNCE
    with reception.store.write() as connection:
        suppress(reception, connection, address, reason, note, at=reception.now)


def lift_bounce(reception: Reception, email: str, *, by: str, reason: str) -> str:
    """Let an address that bounced be mailed again; a yes it does not make.

    Returns:
        Why the provider could not be told, whose own list then still holds the address; empty
        when all is well.

    Raises:
        UsageError: no reason, or the address complained: only its owner lifts that.
        NotFound: the address is not suppressed.
    """
    address, note = normalise(email), _note(by, reason)
    if not reason.strip():
        raise UsageError("Say why this address should work again: --reason.")
    with reception.store.write() as connection:
        found = reader_at(connection, address)
        reader = lock_reader(connection, found.id) if found else None
        suppressed = suppression_of(connection, address)
        if suppressed is None:
            raise NotFound(f"{address} is not suppressed.")
        if suppressed.reason != SuppressionReason.BOUNCE:
            raise UsageError(
                f"{address} did not bounce ({suppressed.reason}). "
                "Only its owner can come back, by signing up."
            )
        end_suppression(connection, address)
        if reader is not None:
            step = ConsentStep.LIFTED
            write_down(
                reception, connection, reader, step, Channel.ADMIN, at=reception.now, note=note
            )
    return reception.on_lift(SuppressionReason.BOUNCE, address)


def suppress(
    reception: Reception,
    connection: Connection,
    address: str,
    reason: SuppressionReason,
    note: str = "",
    *,
    at: datetime,
    delivery: int | None = None,
) -> None:
    """Mail an address no more; of a complaint its reader says no as well.

    A complaint weighs more than a bounce, and of two alike the later counts, whichever is told
    first.

    Args:
        address: normalised.
        at: when it happened, which may be long ago.
        delivery: whose mail it was about, where that is known.
    """
    found = reader_at(connection, address)
    reader = lock_reader(connection, found.id) if found else None
    if reader is None and closed_among(connection, reception.hashes.every(address)):
        return  # erased: it is closed already, and would be known again by this
    complained = reason is SuppressionReason.COMPLAINT
    is_news = _write_suppression(connection, address, reason, at)
    if reader is None:
        return
    if complained:
        channel = Channel.COMPLAINT
        take_no(reception, connection, reader, channel, at=at, note=note, delivery=delivery)
    if is_news:
        channel = Channel.COMPLAINT if complained else Channel.PROVIDER
        words = f"{reason}: {note}" if note else reason.value
        step = ConsentStep.SUPPRESSED
        write_down(
            reception, connection, reader, step, channel, at=at, note=words, delivery=delivery
        )


def _write_suppression(
    connection: Connection, address: str, reason: SuppressionReason, at: datetime
) -> bool:
    """Write it down; tells whether the address is suppressed for something new."""
    row = {"email": address, "reason": reason.value, "at": at}
    if insert_or_ignore(connection, suppression, row):
        return True
    known = suppression_of(connection, address)
    if known is None or (known.reason == reason and known.at < at):
        end_suppression(connection, address)
        insert_or_ignore(connection, suppression, row)
        return known is None
    weighs_more = reason is SuppressionReason.COMPLAINT and known.reason != reason
    if weighs_more:
        end_suppression(connection, address)
        insert_or_ignore(connection, suppression, row)
    return weighs_more


def _note(by: str, reason: str) -> str:
    words = read_line(reason, MOST_REASON, "The reason")
    return f"{by}: {words}" if words else by
