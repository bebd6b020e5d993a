"""Read a batch's readers, consent included, and make them recipients.

This runs once a reader, so readers are kept column by column, and only the columns that the
letter's merge tags need are read. They come out of the database as one row of JSON arrays: for
each row that is fetched the driver lets go of the interpreter's lock and waits for it again, and
among several threads a thousand times of that cost more than the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import repeat
from typing import Any

import orjson
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
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
from newsletter.store.writing import delivery_step, in_range, its

_PREFIX = "subscriber."
_OWN = ("subscriber.email", "subscriber.first_name")
_UNSUBSCRIBE = "link.unsubscribe"
_LINKS = {_UNSUBSCRIBE, "link.preferences", "link.view"}  # made when a merge tag asks for them


@dataclass(frozen=True, slots=True)
class Readers:
    """Readers of a batch; all columns are in the same order.

    Attributes:
        deliveries, subscribers: ids.
        attributes: declared attribute -> its column, for those the letter asks for.
    """

    deliveries: Sequence[int]
    subscribers: Sequence[int]
    emails: Sequence[str]
    first_names: Sequence[str]
    attributes: Mapping[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.deliveries)


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
) -> Readers:
    """The readers of a range who still wait and may be mailed now, by delivery id."""
    statement = _reading(connection.dialect.name, tuple(attributes))
    row = connection.execute(statement, {"first": first, "last": last, "now": now}).one()
    deliveries, subscribers, emails, names, *told = (orjson.loads(column or "[]") for column in row)
    columns = dict(zip(attributes, told, strict=True))
    return Readers(deliveries, subscribers, emails, names, columns)


@lru_cache(maxsize=64)  # to build it costs more than to run it: once for each kind of letter
def _reading(dialect: str, attributes: tuple[str, ...]) -> Select[Any]:
    told = (subscriber.c.attributes[name].as_string() for name in attributes)
    found = (
        select(
            delivery.c.id,
            subscriber.c.id.label("subscriber_id"),
            subscriber.c.email,
            subscriber.c.first_name,
            *(
                func.coalesce(cast(each, Text), "").label(f"told_{at}")
                for at, each in enumerate(told)
            ),
        )
        .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .where(in_range(), delivery.c.outcome == DeliveryOutcome.QUEUED)
        .where(may_be_mailed(bindparam("now", type_=Moment())))
        .order_by(delivery.c.id)
        .subquery("found")
    )
    array = func.json_group_array if dialect == "sqlite" else func.json_agg
    columns: list[ColumnElement[Any]] = [cast(array(column), Text) for column in found.c]
    return select(*columns)


def may_be_mailed(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Said yes, did not take it back, is not suppressed, and does not rest."""
    return and_(
        subscriber.c.status == Status.CONFIRMED,
        not_(suppressed()),
        not_(resting(now)),
    )


_STILL_MAILABLE = (
    select(func.count())
    .select_from(delivery)
    .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
    .where(in_range(), delivery.c.attempt_id == its(delivery.c.attempt_id))
    .where(delivery.c.outcome != DeliveryOutcome.EXCLUDED)
    .where(may_be_mailed(bindparam("now", type_=Moment())))
)


def count_mailable(
    connection: Connection, first: int, last: int, attempt_id: int, now: datetime
) -> int:
    """How many readers of an attempt, whose deliveries are in the range, may be mailed now."""
    its_readers = {"first": first, "last": last, "its_attempt_id": attempt_id, "now": now}
    return int(connection.execute(_STILL_MAILABLE, its_readers).scalar_one())


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
        .where(delivery.c.id.between(first, last), not_(allowed))
        .values(reason=func.coalesce(looked_up, gone, type_=reason))
    ).rowcount


def recipients(
    readers: Readers, ready: ReadyLetter, addresses: Addresses, site_id: str
) -> list[Recipient]:
    """One recipient a reader, values escaped for where they land, in the same order."""
    columns: dict[str, Sequence[str]] = {
        "subscriber.email": readers.emails,
        "subscriber.first_name": readers.first_names,
        **{_PREFIX + name: column for name, column in readers.attributes.items()},
        **{
            source: addresses.of(source, readers.subscribers, readers.deliveries)
            for source in _LINKS & {_UNSUBSCRIBE, *ready.sources}
        },
    }
    marks = [f"{site_id}-{delivery:x}" for delivery in readers.deliveries]  # as marks.mark, quicker
    values, links = _filled(ready, columns), columns[_UNSUBSCRIBE]
    return list(map(Recipient, marks, readers.emails, readers.first_names, values, links))


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
