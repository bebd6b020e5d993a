"""Count what became of mails, as far as brakes and canaries ask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select

from newsletter.dispatching.counting import deliveries_of
from newsletter.model.brake import Tally
from newsletter.model.event import EventKind
from newsletter.model.ledger import BatchState, DeliveryOutcome, Feedback
from newsletter.store.tables import batch, delivery, delivery_event

_CAME_BACK = (Feedback.BOUNCED, Feedback.DROPPED)
_COUNTS = (
    func.count().filter(delivery.c.outcome == DeliveryOutcome.ACCEPTED),
    func.count().filter(delivery.c.outcome == DeliveryOutcome.REJECTED),
    func.count().filter(delivery.c.outcome == DeliveryOutcome.UNKNOWN),
    func.count().filter(
        delivery.c.outcome == DeliveryOutcome.ACCEPTED, delivery.c.feedback.in_(_CAME_BACK)
    ),
)


def tally_dispatch(connection: Connection, dispatch_id: int) -> Tally:
    """Count a dispatch in one go over its deliveries, of which there may be millions."""
    lost = connection.execute(
        select(func.count())
        .select_from(batch)
        .where(batch.c.dispatch_id == dispatch_id, batch.c.state == BatchState.UNKNOWN)
    ).scalar_one()
    mine = deliveries_of(connection, dispatch_id)
    return _tally(connection, mine, int(lost))


def tally_wave(connection: Connection, wave_id: int) -> Tally:
    """Count one small wave, batch by batch."""
    ranges = ranges_of(connection, wave_id)
    found = [_tally(connection, delivery.c.id.between(*each)) for each in ranges]
    return Tally(
        accepted=sum(each.accepted for each in found),
        rejected=sum(each.rejected for each in found),
        unknown=sum(each.unknown for each in found),
        bounced=sum(each.bounced for each in found),
        complained=sum(each.complained for each in found),
    )


def is_heard(connection: Connection, wave_id: int) -> bool:
    """Whether the provider said anything at all about any mail of a wave."""
    return any(
        connection.execute(
            select(delivery_event.c.id).where(delivery_event.c.delivery_id.between(*each)).limit(1)
        ).first()
        for each in ranges_of(connection, wave_id)
    )


def ranges_of(connection: Connection, wave_id: int) -> tuple[tuple[int, int], ...]:
    """The deliveries of a wave as ranges that do not overlap; halves lie in their whole."""
    rows = connection.execute(
        select(batch.c.first_delivery, batch.c.last_delivery)
        .where(batch.c.wave_id == wave_id)
        .order_by(batch.c.first_delivery)
    )
    return tuple(_merged((row[0], row[1]) for row in rows))


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in ranges:
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _tally(connection: Connection, mine: ColumnElement[bool], lost: int = 0) -> Tally:
    accepted, rejected, unknown, bounced = connection.execute(select(*_COUNTS).where(mine)).one()
    complained = connection.execute(_complained(mine)).scalar_one()
    return Tally(accepted, rejected, unknown, bounced, int(complained), lost)


def _complained(mine: ColumnElement[bool]) -> Any:
    """From the complaints, which are few, to their deliveries."""
    # Written out, or SQLite does not see that the index of complaints answers it.
    told = delivery_event.c.kind == literal_column(f"'{EventKind.COMPLAINED.value}'")
    complained = delivery.c.id.in_(select(delivery_event.c.delivery_id).where(told))
    return select(func.count()).select_from(delivery).where(mine, complained)
