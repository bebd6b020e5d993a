"""A world whose dispatches are watched, and what the provider told about their mails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import insert, select, update

from newsletter.feedback.brakes import Brakes
from newsletter.feedback.canaries import CanaryWatch
from newsletter.model.brake import BrakeLimits
from newsletter.model.event import FEEDBACK, EventKind, EventMatch
from newsletter.model.ledger import DeliveryOutcome
from newsletter.store.tables import delivery, delivery_event
from tests.peers_ledger import World


def watch(world: World, limits: BrakeLimits | None = None, *, can_hear: bool = True) -> BrakeLimits:
    """Wire brakes and canary as `bootstrap` does; returns the limits."""
    chosen = limits or BrakeLimits()
    world.desk = replace(
        world.desk,
        verdict=CanaryWatch(world.store, chosen, can_hear=can_hear).verdict,
        watch=Brakes(world.store, world.clock, chosen).look,
    )
    return chosen


def tell(world: World, kind: EventKind, count: int, skip: int = 0) -> None:
    """The provider told this about so many mails it took, after the first `skip` of them."""
    with world.store.write() as connection:
        taken = delivery.c.outcome == DeliveryOutcome.ACCEPTED
        ids: Sequence[int] = connection.scalars(
            select(delivery.c.id).where(taken).order_by(delivery.c.id).offset(skip).limit(count)
        ).all()
        assert len(ids) == count
        at = world.clock.now()
        connection.execute(
            insert(delivery_event),
            [
                {
                    "provider_id": uuid4().hex,
                    "kind": kind,
                    "match": EventMatch.DELIVERY,
                    "at": at,
                    "delivery_id": each,
                }
                for each in ids
            ],
        )
        if feedback := dict(FEEDBACK).get(kind):
            connection.execute(
                update(delivery).where(delivery.c.id.in_(ids)).values(feedback=feedback)
            )
