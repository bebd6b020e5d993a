"""SIGKILL at any moment: after a restart nobody is lost and nobody is mailed twice."""

from __future__ import annotations

import random
from threading import Event

import pytest

from newsletter.dispatching.desk import CRASH_POINTS
from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from tests.faults.processes import Senders, wait_until
from tests.faults.promises import require_promises, script, set_faults
from tests.faults.staging import forbidden_steps, prepare_issue

_O = DeliveryOutcome


# What a kill at each point costs in unknown readers, with one batch of 10 on its way.
COST = {
    "after_claim": 0,
    "after_sending": 10,
    "before_socket": 10,
    "after_answer": 10,
    "preparing": 0,
    "splitting": 10,
    "sweeping": 10,
}


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_killed_at_a_named_point(
    now_store: Store, sandbox: RunningSandbox, sending: Senders, point: str
) -> None:
    """At most the readers of the one call under way are unknown; all others get it once."""
    emails = prepare_issue(now_store, 45)
    if point == "splitting":
        script(sandbox, "400")
    if point == "sweeping":
        assert sending.start(crash="after_sending", threads=1).was_killed()
    nth = 1 if point in ("splitting", "sweeping") else 2
    assert sending.start(crash=point, nth=nth, threads=1).was_killed()

    assert sending.run(threads=1)["state"] == "sent"

    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(_O.UNKNOWN) == COST[point]
    assert ending.count(_O.ACCEPTED) == 45 - COST[point]
    assert forbidden_steps(now_store) == []


def test_every_named_point_has_its_price() -> None:
    """A new crash point comes with what it may cost."""
    assert set(CRASH_POINTS) == set(COST)


def test_killed_after_the_request_left(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Mailed, but the answer died with us: unknown, and not mailed again by the restart."""
    emails = prepare_issue(now_store, 45)
    script(sandbox, "none", "slow:1:0.5")
    sender = sending.start(threads=1)
    wait_until(lambda: sandbox.stats()["requests"] == 2)
    sender.kill()

    assert sending.run(threads=1)["state"] == "sent"

    wait_until(lambda: sandbox.stats()["recipients"] == 45)
    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(_O.UNKNOWN) == 10


@pytest.mark.parametrize(
    ("database_url", "kills"),
    [
        pytest.param("sqlite", 8, id="short"),
        pytest.param("sqlite", 50, id="long", marks=pytest.mark.long),
        pytest.param(
            "postgresql", 50, id="postgresql", marks=[pytest.mark.long, pytest.mark.postgres]
        ),
    ],
    indirect=["database_url"],
)
def test_killed_at_random_moments(
    now_store: Store, sandbox: RunningSandbox, sending: Senders, kills: int
) -> None:
    """However often it is killed, wherever: both sides agree about every single reader."""
    chance = random.Random(kills)
    emails = prepare_issue(now_store, 100 * kills)
    set_faults(sandbox, "slow:1:0.1")
    for _ in range(kills):
        sender = sending.start()
        sender.wait_ready()
        Event().wait(chance.uniform(0, 0.4))
        sender.kill()
    set_faults(sandbox)

    assert sending.run()["state"] == "sent"

    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(_O.UNKNOWN) <= kills * 3 * 10  # three threads, ten readers each
    assert ending.count(_O.ACCEPTED) + ending.count(_O.UNKNOWN) == len(emails)
    assert forbidden_steps(now_store) == []
