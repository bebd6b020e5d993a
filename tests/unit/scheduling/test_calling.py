"""Whoever looks rings for what is there to be done, and again until somebody has done it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.model.consent import MailName
from newsletter.model.ports import Work
from newsletter.scheduling.calling import call_if_due
from newsletter.store.event_posts import keep_post
from newsletter.store.mail_queue import claim_mail, hold_all, queue_mail
from tests.peers_ledger import World


def call(world: World, work: Work) -> bool:
    """Look once; whether it rang."""
    before = len(world.engine.called)
    told = call_if_due(world.store, world.clock, world.engine, work)
    assert world.engine.called[before:] == [work] * told
    return told


def queue(world: World) -> None:
    """A mail of the program's own."""
    now = world.clock.now()
    with world.store.write() as connection:
        queue_mail(
            connection,
            MailName.CONFIRM,
            1,
            "ann@reader.test",
            about=1,
            now=now,
            expires_at=now + timedelta(days=7),
        )


@pytest.mark.parametrize("work", [Work.SYSTEM_MAILS, Work.EVENTS])
def test_where_nothing_waits_nobody_is_asked(world: World, work: Work) -> None:
    """So an idle site's queue is empty."""
    assert not call(world, work)


def test_a_mail_is_called_for_until_it_is_taken(world: World) -> None:
    """What nobody heard is rung again; whoever sends is left alone while the lease lasts."""
    queue(world)
    assert call(world, Work.SYSTEM_MAILS)
    assert call(world, Work.SYSTEM_MAILS)
    with world.store.write() as connection:
        assert claim_mail(connection, world.clock.now()) is not None
    assert not call(world, Work.SYSTEM_MAILS)
    world.clock.move(timedelta(minutes=4))
    assert call(world, Work.SYSTEM_MAILS)


def test_nobody_is_asked_while_the_provider_puts_us_off(world: World) -> None:
    """After a 429 everyone waits."""
    queue(world)
    until = world.clock.now() + timedelta(minutes=1)
    with world.store.write() as connection:
        hold_all(connection, until, "429")
    assert not call(world, Work.SYSTEM_MAILS)
    world.clock.move(timedelta(minutes=2))
    assert call(world, Work.SYSTEM_MAILS)


def test_a_post_is_called_for(world: World) -> None:
    """As long as it is there."""
    with world.store.write() as connection:
        keep_post(connection, b"[]", world.clock.now())
    assert call(world, Work.EVENTS)
    assert call(world, Work.EVENTS)


def test_the_provider_is_asked_at_every_look(world: World) -> None:
    """Whether there is anything to ask is found out by whoever asks."""
    assert call(world, Work.RECONCILE)
