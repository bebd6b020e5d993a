"""Readers counted before anything happens, as they are frozen afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from newsletter.errors import BlockedError
from newsletter.model.ledger import DeliveryOutcome
from newsletter.scheduling.reach import (
    Missed,
    Reach,
    count_missed,
    count_reach,
    require_readers,
)
from newsletter.store.approvals import Approved
from newsletter.store.subscribers import NewReader
from newsletter.store.tables import subscriber, suppression
from tests.peers_ledger import World, names


def reach(world: World, approved: Approved, *, follow_up: bool = False) -> Reach:
    with world.store.read() as connection:
        return count_reach(connection, approved, world.clock.now(), follow_up=follow_up)


def test_what_is_counted_is_what_is_frozen(world: World) -> None:
    """Variants, zones and those left out are counted as the freezing then finds them."""
    world.readers(4, zone="Asia/Tokyo")
    world.bring(
        [NewReader("tips@r.test", interests=("tips",)), NewReader("n@r.test", interests=())]
    )
    world.bring([NewReader("gone@r.test"), NewReader("rests@r.test")])
    with world.store.write() as connection:
        now = world.clock.now()
        connection.execute(insert(suppression).values(email="gone@r.test", reason="bounce", at=now))
        rests = update(subscriber).where(subscriber.c.email == "rests@r.test")
        connection.execute(rests.values(paused_until=now + timedelta(days=1)))
    approved = world.approve(variants=[("tips", "news"), ("tips",)])

    found = reach(world, approved)
    world.schedule(approved)
    world.tick()

    assert found.variants == {"all": 4, "tips": 1}
    assert found.zones == {"Asia/Tokyo": 4, "": 1}
    assert (found.readers, found.nothing_chosen, found.leaves_many_out) == (5, 1, True)
    assert world.status().outcomes[DeliveryOutcome.QUEUED] == found.readers


def test_an_issue_for_nobody_is_refused(world: World) -> None:
    """Zero readers block, and the message says where to look."""
    approved = world.approve()
    with pytest.raises(BlockedError, match=r"everyone.*import"):
        require_readers(reach(world, approved), approved)


def test_a_follow_up_is_counted_by_fate(world: World) -> None:
    """Rejected, excluded and newly joined readers are told apart; those mailed do not count."""
    emails = world.readers(6)
    world.bring([NewReader("rests@r.test")])
    with world.store.write() as connection:
        rests = update(subscriber).where(subscriber.c.email == "rests@r.test")
        connection.execute(rests.values(paused_until=world.clock.now() + timedelta(minutes=5)))
    approved = world.approve()
    world.transport.script.append(names(emails[0]))
    world.schedule(approved)
    world.run()
    world.bring([NewReader("new@r.test")])
    world.clock.move(timedelta(hours=1))

    with world.store.read() as connection:
        missed = count_missed(connection, approved, world.clock.now())

    assert missed == Missed(rejected=1, excluded=1, never_frozen=1)
    assert reach(world, approved, follow_up=True).readers == missed.readers == 3
