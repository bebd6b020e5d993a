"""Read a batch's readers, consent included, and make them recipients.

This runs once a reader: rows come as the driver gives them, by position, and only the columns
that the letter's merge tags need are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    select,
)

from newsletter.dispatching.desk import Addresses
from newsletter.dispatching.letters import ReadyLetter
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason
from newsletter.model.transport import Recipient
from newsletter.store.audience import resting, suppressed
from newsletter.store.columns import Moment
from newsletter.store.tables import delivery, subscriber
from newsletter.store.tables.subscribers import Status
from newsletter.store.writing import delivery_step

Reader = Sequence[Any]  # delivery id, subscriber id, address, first name, attributes in order

_PREFIX = "subscriber."
_OWN = ("subscriber.email", "subscriber.first_name")
_UNSUBSCRIBE = "link.unsubscribe"
_LINKS = {_UNSUBSCRIBE, "link.preferences", "link.view"}  # made when a merge tag asks for them


def attributes_in(sources: Iterable[str]) -> tuple[str, ...]:
    """The declared attributes among merge tags' sources, in a fixed order."""
    return tuple(
        sorted(
            source.removeprefix(_PREFIX)
            for source in sources
            if source.startswith(_PREFIX) and source not in _OWN
        )
    )


def read_readers(
    connection: Connection, first: int, last: int, attributes: Sequence[str], now: datetime
) -> list[Reader]:
    """The readers of a range who still wait and may be mailed now, by delivery id."""
    result = connection.execute(
        _reading(tuple(attributes)), {"first": first, "last": last, "now": now}
    )
    rows = list(result.cursor.fetchall()) if result.cursor is not None else []
    result.close()
    return rows


@lru_cache(maxsize=64)  # to build it costs more than to run it: once for each kind of letter
def _reading(attributes: tuple[str, ...]) -> Select[Any]:
    first, last = bindparam("first", type_=BigInteger), bindparam("last", type_=BigInteger)
    return (
        select(
            delivery.c.id,
            subscriber.c.id,
            subscriber.c.email,
            subscriber.c.first_name,
            *(func.coalesce(subscriber.c.attributes[name].as_string(), "") for name in attributes),
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(_range(first, last), delivery.c.outcome == DeliveryOutcome.QUEUED)
        .where(may_be_mailed(bindparam("now", type_=Moment())))
        .order_by(delivery.c.id)
    )


def may_be_mailed(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Said yes, did not take it back, is not suppressed, and does not rest."""
    return and_(
        subscriber.c.status == Status.CONFIRMED,
        not_(suppressed()),
        not_(resting(now)),
    )


def exclude_others(
    connection: Connection, first: int, last: int, source: DeliveryOutcome, now: datetime
) -> int:
    """Exclude, with the reason, those of a range in `source` who may not be mailed; how many."""
    reason = delivery.c.reason.type

    def because(why: ExclusionReason) -> ColumnElement[Any]:
        return literal(why, reason)

    why = case(
        (subscriber.c.status == Status.ERASED, because(ExclusionReason.ERASED)),
        (subscriber.c.status != Status.CONFIRMED, because(ExclusionReason.UNSUBSCRIBED)),
        (suppressed(), because(ExclusionReason.SUPPRESSED)),
        else_=because(ExclusionReason.PAUSED),
    )
    mine = subscriber.c.id == delivery.c.subscriber_id
    allowed = select(1).where(mine, may_be_mailed(now)).correlate(delivery).exists()
    looked_up = select(why).where(mine).correlate(delivery).scalar_subquery()
    gone = because(ExclusionReason.ERASED)  # the row itself is no more
    return connection.execute(
        delivery_step(DeliveryOutcome.EXCLUDED, source)
        .where(_range(first, last), not_(allowed))
        .values(reason=func.coalesce(looked_up, gone, type_=reason))
    ).rowcount


def recipients(
    readers: Sequence[Reader],
    ready: ReadyLetter,
    attributes: Sequence[str],
    addresses: Addresses,
    site_id: str,
) -> list[Recipient]:
    """One recipient a reader, values escaped for where they land, in the same order.

    It goes column by column: a thousand first names, then a thousand links.
    """
    if not readers:
        return []
    deliveries, subscribers, emails, names, *told = zip(*readers, strict=True)
    columns: dict[str, Sequence[str]] = {
        "subscriber.email": emails,
        "subscriber.first_name": names,
        **{_PREFIX + name: column for name, column in zip(attributes, told, strict=True)},
        **{
            source: addresses.of(source, subscribers, deliveries)
            for source in _LINKS & {_UNSUBSCRIBE, *ready.sources}
        },
    }
    marks = [f"{site_id}-{delivery:x}" for delivery in deliveries]  # as marks.mark, quicker
    return list(
        map(Recipient, marks, emails, names, _filled(ready, columns), columns[_UNSUBSCRIBE])
    )


def _filled(ready: ReadyLetter, columns: Mapping[str, Sequence[str]]) -> Iterable[tuple[str, ...]]:
    """One tuple a reader, with a value for each merge tag."""
    if not ready.fillers:
        return repeat(())
    return zip(
        *(
            fill(columns[source]) if source in columns else repeat(fill([""])[0])
            for source, fill in ready.fillers
        ),
        strict=False,  # a source nobody knows gives its default for ever
    )


def _range(first: int | BindParameter[int], last: int | BindParameter[int]) -> ColumnElement[bool]:
    return delivery.c.id.between(first, last)
