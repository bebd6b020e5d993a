"""Whose an event is: our delivery, one of the program's own mails, or somebody else's.

A mail carries this site's id, so an event of a copy of the site that still sends is foreign; and
the address has to be the one that was mailed. Late bounces carry no name of the provider's for
the mail, and need none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from newsletter.dispatching.marks import read_mark
from newsletter.errors import UsageError
from newsletter.model.event import DeliveryEvent, EventMatch
from newsletter.store.closing import closed_among
from newsletter.store.delivery_events import (
    MailTarget,
    Target,
    known_sites,
    lock_targets,
    mail_targets,
)
from newsletter.store.many import is_among
from newsletter.store.tables import attempt, consent, dispatch
from newsletter.subscribing.addresses import AddressHashes, normalise

_MOST = 2**48  # ids stay below, see `tables/site.py`; no database takes 2**63
_MAIL = "m"  # `<site id>-m<number>`


@dataclass(frozen=True, slots=True)
class Matched:
    """An event and what it is about.

    Attributes:
        address: normalised, or empty when it is no address or that of someone erased.
        target: with DELIVERY.
        attempt_id: of that delivery; 0 when the event names none that we know.
        mail: with MAIL.
        reader: of an entry of a list, which names an address and no mail.
    """

    event: DeliveryEvent
    match: EventMatch
    address: str = ""
    target: Target | None = None
    attempt_id: int = 0
    mail: MailTarget | None = None
    reader: int | None = None

    @property
    def subscriber(self) -> int | None:
        """The reader's id."""
        told = self.target or self.mail
        return told.subscriber if told else self.reader


def match_events(
    connection: Connection, hashes: AddressHashes, events: Sequence[DeliveryEvent]
) -> list[Matched]:
    """What each event is about, in their order; the deliveries are locked from here on."""
    sites = known_sites(connection)
    deliveries = [_number(event.delivery, sites) for event in events]
    mails = [_number(event.mail, sites, _MAIL) if event.mail else 0 for event in events]
    attempts = [_number(event.attempt, sites) for event in events]
    targets = lock_targets(connection, set(filter(None, deliveries)))
    own_mails = mail_targets(connection, set(filter(None, mails)))
    _drop_younger(connection, targets, _retired(events, deliveries, sites))
    owned = _Addresses(connection, hashes)
    found: list[Matched] = []
    for event, number, attempt_id, mail in zip(events, deliveries, attempts, mails, strict=True):
        target, own = targets.get(number), own_mails.get(mail)
        if target and (address := owned.agreed(event.email, target.subscriber, target.email)):
            found.append(Matched(event, EventMatch.DELIVERY, address, target, attempt_id))
        elif own and (address := owned.agreed(event.email, own.subscriber, own.email)):
            found.append(Matched(event, EventMatch.MAIL, address, mail=own))
        else:
            found.append(Matched(event, EventMatch.FOREIGN, owned.open(event.email)))
    return _with_known_attempts(connection, found)


def _number(mark: str, sites: Collection[str], prefix: str = "") -> int:
    """The number in a mark of ours, or 0."""
    read = read_mark(mark.replace(f"-{prefix}", "-", 1) if prefix else mark)
    return read[1] if read and read[0] in sites and 0 < read[1] < _MOST else 0


def _retired(
    events: Sequence[DeliveryEvent],
    deliveries: Sequence[int],
    sites: Mapping[str, datetime | None],
) -> dict[int, datetime]:
    """Deliveries named under an id the site has no longer, and when it ended."""
    named = zip(events, deliveries, strict=True)
    ended = ((number, sites[event.delivery.partition("-")[0]]) for event, number in named if number)
    return {number: at for number, at in ended if at}


def _drop_younger(
    connection: Connection, targets: dict[int, Target], retired: Mapping[int, datetime]
) -> None:
    """After a restore numbers are given anew: what an old id named is no dispatch made later."""
    asked = {number: targets[number].dispatch_id for number in retired if number in targets}
    if not asked:
        return
    made = dict(
        connection.execute(
            select(dispatch.c.id, dispatch.c.created_at).where(
                is_among(connection, dispatch.c.id, set(asked.values()))
            )
        ).all()
    )
    for number, of in asked.items():
        if of not in made or made[of] > retired[number]:
            del targets[number]


def _with_known_attempts(connection: Connection, found: list[Matched]) -> list[Matched]:
    """Attempts as they are in the ledger: nearly always the delivery's own, which need no look."""
    strange = {
        each.attempt_id
        for each in found
        if each.target and each.attempt_id not in (0, each.target.attempt_id)
    }
    if not strange:
        return found
    known = set(
        connection.scalars(select(attempt.c.id).where(is_among(connection, attempt.c.id, strange)))
    )
    unknown = strange - known
    return [_without_attempt(each) if each.attempt_id in unknown else each for each in found]


def _without_attempt(each: Matched) -> Matched:
    return Matched(each.event, each.match, each.address, each.target)


class _Addresses:
    """Compares what a provider writes with what we know."""

    def __init__(self, connection: Connection, hashes: AddressHashes) -> None:
        self._connection = connection
        self._hashes = hashes

    def agreed(self, told: str, subscriber: int, email: str) -> str:
        """The address, if it is the reader's or was before they moved or were erased; or empty."""
        if told.lower() == email:
            return email
        address = self.plain(told)
        return address if address and self._has(subscriber, email, address) else ""

    def plain(self, told: str) -> str:
        """The address in the one form in which we store it; empty when it is none."""
        try:
            return normalise(told)
        except UsageError:
            return ""

    def open(self, told: str) -> str:
        """As `plain`, and empty for somebody who was erased: we do not learn them anew."""
        address = self.plain(told)
        if address and closed_among(self._connection, self._hashes.every(address)):
            return ""
        return address

    def _has(self, subscriber: int, email: str, address: str) -> bool:
        if address == email:
            return True
        line = select(consent.c.id).where(
            consent.c.subscriber_id == subscriber,
            consent.c.address_hash.in_(self._hashes.every(address)),
        )
        return self._connection.execute(line.limit(1)).first() is not None
