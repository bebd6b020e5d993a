"""Preferences: what a reader gets, and when they want a rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from newsletter.store.interests import bits_of_interests, mask_of
from newsletter.store.readers import Reader, change_reader
from newsletter.store.requests import open_request
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing.addresses import masked
from newsletter.subscribing.reception import Reception
from newsletter.subscribing.visiting import Visit, visit, visiting
from newsletter.subscribing.wishes import (
    MOST_NAME,
    read_attributes,
    read_interests,
    read_line,
)
from newsletter.subscribing.writing_down import FRESH_FOR, may_mail, queue, write_down
from newsletter.tokens import Purpose

PAUSES = (30, 60, 90)  # days


class Choice(StrEnum):
    """What a change of preferences came to."""

    SAVED = "saved"
    OFFER_UNSUBSCRIBING = "offer_unsubscribing"  # nothing is ticked; nothing was changed
    INVALID = "invalid"  # no link of ours, or one that has ended


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the page shows.

    Attributes:
        address: masked, whoever looks.
        gets_letters: whether the reader is confirmed; a change of interests does not alter that.
        interests: slugs in the site's order; all of them for one who never chose.
        paused_until: aware, UTC; None when there is no pause or it is over.
        is_fresh: whether name, address, data and erasing are open too.
        email, first_name, attributes: whole, only when `is_fresh`; empty otherwise.
        unsubscribe: mark for the unsubscribe page.
    """

    address: str
    gets_letters: bool
    interests: tuple[str, ...]
    paused_until: datetime | None
    is_fresh: bool
    unsubscribe: str
    email: str = ""
    first_name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def read_preferences(reception: Reception, token: str) -> Preferences | None:
    """What a reader chose, by a PREFERENCES or FRESH mark; None when it opens nothing."""
    with reception.store.read() as connection:
        found = visit(reception, connection, token)
    return None if found is None else _shown(reception, found)


def choose_interests(
    reception: Reception, token: str, slugs: Sequence[str], evidence: FormEvidence
) -> Choice:
    """Set what a reader gets; none at all is answered with the offer to leave.

    Raises:
        UsageError: an interest that the site does not have.
    """
    if not slugs:
        with reception.store.read() as connection:
            known = visit(reception, connection, token)
        return Choice.OFFER_UNSUBSCRIBING if known else Choice.INVALID
    chosen = read_interests(reception.site, slugs)
    with visiting(reception, token) as found:
        if found is None:
            return Choice.INVALID
        connection, who = found
        mask = mask_of(bits_of_interests(connection, chosen), chosen)
        change_reader(connection, who.reader.id, interests=mask)
        write_down(
            reception,
            connection,
            who.reader,
            ConsentStep.CHOSE_INTERESTS,
            Channel.PAGE,
            at=who.at,
            evidence=evidence,
            token=token,
            note=", ".join(chosen),
        )
    return Choice.SAVED


def pause(reception: Reception, token: str, days: int, evidence: FormEvidence) -> Choice:
    """Let letters rest for 30, 60 or 90 days from now; 0 ends the rest.

    Raises:
        UsageError: another number of days.
    """
    if days not in (0, *PAUSES):
        raise UsageError(f"A pause lasts {', '.join(map(str, PAUSES))} days; 0 ends it.")
    with visiting(reception, token) as found:
        if found is None:
            return Choice.INVALID
        connection, who = found
        until = who.at + timedelta(days=days) if days else None
        change_reader(connection, who.reader.id, paused_until=until)
        write_down(
            reception,
            connection,
            who.reader,
            ConsentStep.PAUSED,
            Channel.PAGE,
            at=who.at,
            evidence=evidence,
            token=token,
            note=f"{days} days",
        )
    return Choice.SAVED


def rename(
    reception: Reception,
    token: str,
    first_name: str,
    attributes: Mapping[str, str],
    evidence: FormEvidence,
) -> Choice:
    """Set name and the attributes that the site asks for; only by a fresh link.

    Args:
        first_name: empty takes it away.
        attributes: those named are set, empty ones taken away, others left.

    Raises:
        UsageError: an attribute or choice that the site does not have, or too long a text.
    """
    name = read_line(first_name, MOST_NAME, "The first name")
    said = read_attributes(reception.site, attributes)
    with visiting(reception, token, fresh=True) as found:
        if found is None:
            return Choice.INVALID
        connection, who = found
        kept = {k: v for k, v in who.reader.attributes.items() if k not in attributes}
        values = {"first_name": name, "attributes": kept | said}
        change_reader(connection, who.reader.id, **values)
        write_down(
            reception,
            connection,
            who.reader,
            ConsentStep.RENAMED,
            Channel.PAGE,
            at=who.at,
            evidence=evidence,
            token=token,
        )
    return Choice.SAVED


def ask_fresh_link(reception: Reception, token: str, evidence: FormEvidence) -> str | None:
    """Send a link that opens everything to the reader's own address.

    Returns:
        The masked address to look at, whether or not a mail may go to it just now; None when
        the mark opens nothing.

    Raises:
        TooManyRequests: from this place, or in all.
    """
    reception.limits.require("fresh-link", evidence.ip)
    with reception.store.write() as connection:
        found = visit(reception, connection, token)
        if found is None:
            return None
        reader, now = found.reader, found.at
        if may_mail(reception, connection, reader.email, now):
            _send_fresh_link(reception, connection, found)
    return masked(reader.email)


def _send_fresh_link(reception: Reception, connection: Connection, found: Visit) -> None:
    reader, now = found.reader, found.at
    ends = now + FRESH_FOR
    request = open_request(connection, RequestKind.FRESH, reader.id, now, ends, {})
    queue(connection, MailName.FRESH_LINK, reader, request, now, ends)


def _shown(reception: Reception, found: Visit) -> Preferences:
    reader = found.reader
    own = {"email": reader.email, "first_name": reader.first_name} if found.is_fresh else {}
    attributes = reader.attributes if found.is_fresh else {}
    return Preferences(
        address=masked(reader.email),
        gets_letters=reader.status is Status.CONFIRMED,
        interests=_chosen(reception, reader),
        paused_until=_pause_left(reader, found.at),
        is_fresh=found.is_fresh,
        unsubscribe=reception.signer.mark(Purpose.UNSUBSCRIBE, reader.id),
        attributes=attributes,
        **own,
    )


def _chosen(reception: Reception, reader: Reader) -> tuple[str, ...]:
    offered = tuple(interest.slug for interest in reception.site.interests)
    if reader.interests is None:
        return offered
    return tuple(slug for slug in offered if slug in reader.interests)


def _pause_left(reader: Reader, now: datetime) -> datetime | None:
    until = reader.paused_until
    return until if until and until > now else None
