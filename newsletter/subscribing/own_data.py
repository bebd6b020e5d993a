"""A reader looks at everything that is kept about them, or has it erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from newsletter.model.consent import (
    Channel,
    ConsentRecord,
    ConsentStep,
    FormEvidence,
    SuppressionReason,
)
from newsletter.store.closing import ERASED, close_address
from newsletter.store.consents import blank_lines, lines_of, sign_line
from newsletter.store.mail_queue import drop_queued, forget_address
from newsletter.store.mailed import issues_of, mails_of
from newsletter.store.readers import (
    Reader,
    end_suppression,
    lock_reader,
    reader_at,
    scrub_reader,
    suppression_of,
    tags_of,
)
from newsletter.store.requests import forget_requests
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.addresses import normalise
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.visiting import visiting
from newsletter.subscribing.writing_down import write_down


def download(reception: Reception, token: str, evidence: FormEvidence) -> dict[str, Any] | None:
    """Everything kept about a reader, ready for JSON (GDPR, articles 15 and 20).

    Times are ISO 8601 in UTC. Returns None unless the mark is a fresh link that holds.
    """
    with visiting(reception, token, fresh=True) as found:
        if found is None:
            return None
        connection, who = found
        step = ConsentStep.DOWNLOADED
        write_down(
            reception,
            connection,
            who.reader,
            step,
            Channel.PAGE,
            at=who.at,
            evidence=evidence,
            token=token,
        )
        return everything_about(reception, connection, who.reader)


def erase_me(reception: Reception, token: str) -> bool:
    """Erase the reader behind a fresh link; False when the mark is none that holds."""
    with visiting(reception, token, fresh=True) as found:
        if found is None:
            return False
        connection, who = found
        _erase(reception, connection, who.reader, Channel.PAGE, who.at)
    return True


def erase_address(
    reception: Reception, email: str, channel: Channel = Channel.ADMIN, *, by: str = ""
) -> bool:
    """Erase whoever has this address; it stays closed to imports also when nobody has.

    Args:
        by: who does it; the one word about the deed that stays.

    Returns whether anybody was known under it. Raises UsageError for what is no address.
    """
    address, now = normalise(email), reception.now
    with reception.store.write() as connection:
        reader = reader_at(connection, address)
        if reader is None:
            _close(reception, connection, address, now)
            forget_address(connection, 0, address)
            _tell_others(reception, connection, 0, address)
            return False
        locked = lock_reader(connection, reader.id)
        assert locked is not None
        _erase(reception, connection, locked, channel, now, by)
    return True


def everything_about(
    reception: Reception, connection: Connection, reader: Reader
) -> dict[str, Any]:
    """All that is kept about a reader, ready for JSON."""
    lines = lines_of(connection, reception.hashes.every(reader.email))
    suppressed = suppression_of(connection, reader.email)
    return {
        "address": reader.email,
        "first_name": reader.first_name,
        "status": reader.status.value,
        "interests": None if reader.interests is None else list(reader.interests),
        "attributes": dict(reader.attributes),
        "tags": list(tags_of(connection, reader.id)),
        "zone": reader.zone,
        "paused_until": _told(reader.paused_until),
        "known_since": _told(reader.created_at),
        "confirmed_at": _told(reader.confirmed_at),
        "suppressed": None if suppressed is None else str(suppressed.reason),
        "consent": [line_json(line) for line in lines],
        "letters": [
            {
                "issue": row.issue_number,
                "subject": row.subject,
                "outcome": row.outcome.value,
                "feedback": row.feedback.value,
            }
            for row in issues_of(connection, reader.id)
        ],
        "mails": [
            {
                "name": row.name.value,
                "state": row.state.value,
                "queued_at": _told(row.queued_at),
                "ended_at": _told(row.ended_at),
            }
            for row in mails_of(connection, reader.id)
        ],
    }


def line_json(line: ConsentRecord) -> dict[str, Any]:
    """A line of proof, ready for JSON."""
    return {
        "what": line.what.value,
        "at": _told(line.at),
        "address": line.address,
        "channel": line.channel.value,
        "form": line.form,
        "form_version": line.form_version,
        "wording": line.wording,
        "wording_sha256": line.wording_sha256,
        "ip": line.ip,
        "user_agent": line.user_agent,
        "token_sha256": line.token_sha256,
        "note": line.note,
    }


def _erase(
    reception: Reception,
    connection: Connection,
    reader: Reader,
    channel: Channel,
    now: datetime,
    by: str = "",
) -> None:
    """The row, the proof and the mails lose the person; the deliveries' number now names nobody."""
    address = reader.email
    line = write_down(reception, connection, reader, ConsentStep.ERASED, channel, at=now)
    _close(reception, connection, address, now)
    drop_queued(connection, reader.id, "erased before it was sent", now)
    forget_address(connection, reader.id, address)
    forget_requests(connection, reader.id, address)
    blank_lines(connection, reader.id)
    if by:
        sign_line(connection, line, by)
    if reader.status is not Status.ERASED:
        scrub_reader(connection, reader)
    _tell_others(reception, connection, reader.id, address)


def _close(reception: Reception, connection: Connection, address: str, now: datetime) -> None:
    """A no that stood under the address in the clear goes on under its hash."""
    suppressed = suppression_of(connection, address)
    reason = _known_reason(suppressed.reason) if suppressed else None
    end_suppression(connection, address)
    close_address(connection, reception.hashes.of(address), now, ERASED, reason)


def _known_reason(reason: str) -> SuppressionReason:
    try:
        return SuppressionReason(reason)
    except ValueError:
        return SuppressionReason.IMPORTED


def _tell_others(
    reception: Reception, connection: Connection, subscriber: int, address: str
) -> None:
    for forget in reception.on_erase:
        forget(connection, subscriber, address)


def _told(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
