"""Two transactions that meet over the same rows wait in one order, and both come through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Connection, select, text, update

from newsletter.dispatching.control import cancel, pause, resume
from newsletter.dispatching.resolving import resolve
from newsletter.dispatching.rules import Rules
from newsletter.dispatching.stopping import pause_by_itself
from newsletter.model.ledger import Resolution
from newsletter.store import Store
from newsletter.store.tables import batch, dispatch, wave
from tests.peers_ledger import SettableClock, World, ambiguous, refused

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def meanwhile() -> Iterator[ThreadPoolExecutor]:
    """What another process does at the same time."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def wait_for_a_lock(store: Store) -> None:
    """Return as soon as another transaction waits for one of ours."""
    pause_a_little = Event()
    for _ in range(1_000):
        with store.read() as connection:
            if connection.execute(_WAITING).scalar_one():
                return
        pause_a_little.wait(0.01)
    raise AssertionError("nobody waits")


def test_an_answer_and_somebody_who_goes_on(
    open_database: Callable[[], Store], clock: SettableClock, meanwhile: ThreadPoolExecutor
) -> None:
    """An answer holds its batch and comes to the dispatch; resuming waits for it before."""
    world = World(open_database(), clock, rules=Rules(most=10))
    world.transport.always = refused
    of = world.begin(10)
    while world.state() == "sending":
        world.tick()
        world.send_rung(1)
    with world.store.write() as connection:
        connection.execute(update(batch).values(refusal="Bad Request"))

    with world.store.write() as connection:
        connection.execute(select(batch.c.id).with_for_update(key_share=True)).all()
        gone_on = meanwhile.submit(resume, open_database(), of.id, by="Ada")
        wait_for_a_lock(world.store)
        connection.execute(update(dispatch).values(unreachable=1))
    assert gone_on.result(30).state == "sending"


def test_a_canary_that_is_found_bad_and_somebody_who_cancels(
    open_database: Callable[[], Store], clock: SettableClock, meanwhile: ThreadPoolExecutor
) -> None:
    """A tick that has ended the canary's wave pauses its dispatch; cancelling comes after."""
    world = World(open_database(), clock, rules=Rules(most=10))
    other, asked = open_database(), []

    def verdict(connection: Connection, wave_id: int) -> bool:
        connection.execute(update(wave).where(wave.c.id == wave_id).values(reason="bad"))
        if not asked:
            asked.append(meanwhile.submit(cancel, other, 1, by="Ada"))
            wait_for_a_lock(world.store)
        pause_by_itself(connection, 1, "It is bad.", clock.now())
        return False

    world.desk = replace(world.desk, verdict=verdict)
    world.begin(100, canary=10)
    world.tick()
    world.send_rung()
    world.tick()
    assert asked[0].result(30).state == "cancelled"


def test_somebody_who_decides_and_an_answer(
    open_database: Callable[[], Store], clock: SettableClock, meanwhile: ThreadPoolExecutor
) -> None:
    """Resolving takes the batches first, as an answer does."""
    world = World(open_database(), clock, rules=Rules(most=10))
    world.transport.script.append(ambiguous)
    of = world.begin(20)
    world.send_rung(1)
    pause(world.store, of.id, by="Ada")
    other = World(open_database(), clock, rules=world.rules)
    with world.store.write() as connection:
        connection.execute(select(batch.c.id).with_for_update(key_share=True)).all()
        decided = meanwhile.submit(resolve, other.desk, 12, Resolution.ASSUME_SENT, by="Ada")
        wait_for_a_lock(world.store)
        connection.execute(update(dispatch).values(unreachable=1))
    assert decided.result(30) == 10
