"""SIGKILL while a person corrects: nobody is left between the old version and the new one."""

from __future__ import annotations

import multiprocessing
import signal
from datetime import UTC, datetime

import pytest

from newsletter.dispatching.control import correct, pause
from newsletter.dispatching.planning import Plan
from newsletter.dispatching.rules import Rules
from newsletter.store import Store, open_store
from newsletter.store.dispatches import dispatches_of
from tests.databases import FINGERPRINT
from tests.faults.sender import SignalAt
from tests.peers_ledger import SettableClock, World

_FORKS = multiprocessing.get_context("forkserver")
# States of the dispatches after a kill there.
AFTER = {"correcting": ["paused"], "corrected": ["cancelled", "scheduled"]}


def correct_and_die(database: str, dispatch: int, approval: int, point: str) -> None:
    """What `newsletter correct` does, until it is killed."""
    store = open_store(database, secret_fingerprint=FINGERPRINT)
    crash = SignalAt(point, 1, signal.SIGKILL)
    correct(store, dispatch, approval, Plan(datetime.now(UTC), by="Ada"), crash)


@pytest.mark.parametrize("point", AFTER)
def test_killed_at_a_named_point(database_url: str, now_store: Store, point: str) -> None:
    """Either it was not corrected, and can be; or the new version goes to all the others."""
    world = World(now_store, SettableClock(datetime.now(UTC)), rules=Rules(most=4))
    of = world.begin(12)
    world.send_rung(most=1)
    pause(now_store, of.id, by="Ada")
    new = world.approve(words="New")

    process = _FORKS.Process(target=correct_and_die, args=(database_url, of.id, new.id, point))
    process.start()
    process.join(60)

    assert process.exitcode == -signal.SIGKILL
    with now_store.read() as connection:
        states = [each.state.value for each in dispatches_of(connection, 12)]
    assert states == AFTER[point]
    if point == "correcting":
        correct(now_store, of.id, new.id, Plan(datetime.now(UTC), by="Ada"))
    assert world.run().dispatch.state == "sent"
    subjects = [sent.letter.subject for sent in world.transport.sent]
    assert subjects == ["Hello all", "New all", "New all"]
    assert len(world.transport.taken) == 12
    world.require_promises()
